Feature: Work finds somebody who can do it
  A ticket goes at once to somebody who is there, free and able; where nobody is, it waits, but not for ever.

  # At once

  Scenario: Only who is there, has a free place, knows the problem and works in the region gets a ticket
    Given Sipho is free at Water and Sanitation but takes only blocked drains
    And Zanele is free at Water and Sanitation but works only in region 4
    And Bongani works at Water and Sanitation but is not available
    And Nomsa is an agent at Water and Sanitation with all the tickets she can take
    And Kagiso is free at Water and Sanitation
    And Thandi is a resident with a phone
    When Thandi signs in
    And Thandi reports "Burst pipe flooding the road" as a "Burst pipe" at Church Square
    Then Thandi is shown a reference and the promise
    And the ticket belongs to Kagiso

  Scenario: Balanced work goes to whoever has used the smallest share of their capacity
    Given Sipho holds 1 of the 2 tickets that fit at Water and Sanitation
    And Zanele holds 2 of the 8 tickets that fit at Water and Sanitation
    When Thandi reports 3 tickets one after the other
    Then the tickets went to Zanele, Zanele and Sipho

  Scenario: Round robin goes in turn, however full the desks are
    Given Water and Sanitation gives out work in turn
    And Sipho holds 1 of the 5 tickets that fit at Water and Sanitation
    And Zanele holds 6 of the 9 tickets that fit at Water and Sanitation
    And Sipho had a ticket last
    When Thandi reports 3 tickets one after the other
    Then the tickets went to Zanele, Sipho and Zanele

  # The queue

  Scenario: In a manual department people pick, and who comes second is told who was quicker
    Given people pick their work at Water and Sanitation
    And Sipho is free at Water and Sanitation
    And Zanele is free at Water and Sanitation
    And Thandi has reported "Burst pipe flooding the road"
    And the ticket waits in the queue of Water and Sanitation
    When Zanele looks at the queue in the console
    And Sipho picks the ticket from the queue in the console
    And Zanele picks what she still sees in the queue
    Then Zanele reads "Sipho Nkosi has picked this ticket."
    And the ticket belongs to Sipho

  Scenario: A waiting ticket goes to whoever becomes available
    Given Sipho works at Water and Sanitation but is not available
    And Thandi has reported "Burst pipe flooding the road"
    And the ticket waits in the queue of Water and Sanitation
    When Sipho says in the console that he is there
    Then the ticket soon belongs to Sipho

  Scenario: Whoever finishes a ticket gets the most urgent of those that wait
    Given Sipho holds 0 of the 1 tickets that fit at Water and Sanitation
    And Thandi has reported "Burst pipe flooding the road"
    And Thandi has reported "A drip"
    And Thandi has reported "The hospital is dry"
    And "The hospital is dry" is urgent
    When Sipho starts work on the ticket in the console
    And Sipho resolves the ticket in the console with the note "New coupling fitted."
    Then the ticket "The hospital is dry" soon belongs to Sipho
    And the ticket "A drip" waits in the queue

  Scenario: A waiting ticket goes to whoever's shift begins
    Given Johan is the department admin of Water and Sanitation
    And Sipho is free at Water and Sanitation
    And Johan has written that Sipho's shift begins in two hours
    And Thandi has reported "Burst pipe flooding the road"
    And the ticket waits in the queue of Water and Sanitation
    When two hours pass and the sweeps give out work
    Then the ticket belongs to Sipho

  Scenario: Whoever is on leave gets no tickets
    Given Sipho is free at Water and Sanitation
    When Sipho takes leave from today on
    And Thandi reports 1 tickets one after the other
    Then the ticket waits for somebody

  Scenario: What waits for too long goes to the overflow department
    Given tickets wait at Water and Sanitation for two hours at most, and then go to Roads and Stormwater
    And Bongani is free at Roads and Stormwater
    And Thandi has reported "Burst pipe flooding the road"
    And the ticket waits in the queue of Water and Sanitation
    When two hours pass and the sweeps give out work
    Then the ticket belongs to Roads and Stormwater and to Bongani
    And the public timeline says "Nobody was free in time."

  Scenario: Where there is no overflow department the department admin hears of what waits too long
    Given tickets wait at Water and Sanitation for two hours at most
    And Johan is the department admin of Water and Sanitation
    And Thandi has reported "Burst pipe flooding the road"
    When two hours pass and the sweeps give out work
    Then Johan gets an e-mail that says "waits in Water and Sanitation for longer than"
    And the ticket waits for somebody

  # Decisions of people

  Scenario: An override needs a reason, goes over capacity, and pins until it is undone
    Given Sipho is free at Water and Sanitation
    And Zanele is an agent at Water and Sanitation with all the tickets she can take
    And Johan is the department admin of Water and Sanitation
    And Thandi has reported "Burst pipe flooding the road"
    When Johan asks over the API that Zanele gets the ticket, without a reason
    Then that is refused and the ticket still belongs to Sipho
    When Johan gives the ticket to Zanele in the console because "She knows this pipe"
    Then the ticket belongs to Zanele
    And the ticket is pinned, and the reason is in the audit trail
    And Zanele holds 4 tickets where 3 fit
    When Johan unpins the ticket in the console
    Then the ticket is not pinned and still belongs to Zanele

  Scenario: Whoever leaves hands on what they have
    Given Sipho is free at Water and Sanitation
    And Refilwe is the organisation admin
    And Thandi has reported "Burst pipe flooding the road"
    And Thandi has reported "A drip"
    And Zanele is free at Water and Sanitation
    When Refilwe ends Sipho's work for the city in the console
    Then the ticket "Burst pipe flooding the road" soon belongs to Zanele
    And the ticket "A drip" soon belongs to Zanele

  Scenario: An admin hands on the tickets of who cannot go on to somebody by name
    Given Sipho is free at Water and Sanitation
    And Johan is the department admin of Water and Sanitation
    And Thandi has reported "Burst pipe flooding the road"
    And Zanele is an agent at Water and Sanitation with all the tickets she can take
    When Johan hands on what Sipho has to Zanele in the console because "Off sick until Monday"
    Then the ticket belongs to Zanele
    And Zanele holds 4 tickets where 3 fit
    And the ticket's story in Johan's console says "Off sick until Monday"

  # Moving

  Scenario: A ticket that comes back says so, with the reasons
    Given Sipho is free at Water and Sanitation
    And Bongani is free at Roads and Stormwater
    And Thandi has reported "Burst pipe flooding the road"
    When Sipho transfers the ticket to Roads and Stormwater in the console because "The pipe is a storm drain"
    And Bongani transfers the ticket to Water and Sanitation in the console because "It is a water main"
    Then the ticket belongs to Water and Sanitation and to Sipho
    And the public timeline says "back in Water and Sanitation for the second time"
    And the public timeline says "The pipe is a storm drain"
    And the public timeline says "It is a water main"

  Scenario: Of a ticket that is sent back and forth the organisation admin hears
    Given Sipho is free at Water and Sanitation
    And Bongani is free at Roads and Stormwater
    And Refilwe is the organisation admin
    And Thandi has reported "Burst pipe flooding the road"
    When the ticket is sent to Bongani, to Sipho, to Bongani and to Sipho over the API
    Then Refilwe gets an e-mail that says "it was moved 4 times"
    And the ticket has come back 3 times
