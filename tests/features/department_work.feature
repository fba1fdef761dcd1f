Feature: A department works on its tickets
  Agents pick and resolve; admins decide who works on what; work moves to the next stage or to where it belongs.

  Scenario: An agent picks a waiting ticket and resolves it
    Given Sipho works at Water and Sanitation but is not available
    And Thandi has reported "Burst pipe flooding the road"
    And the ticket waits in the queue of Water and Sanitation
    When Sipho picks the ticket from the queue in the console
    Then the ticket belongs to Sipho
    When Sipho starts work on the ticket in the console
    And Sipho resolves the ticket in the console with the note "New coupling fitted."
    Then the ticket is resolved and waits for its reporter

  Scenario: An admin overrides an assignment
    Given Sipho is free at Water and Sanitation
    And Zanele is an agent at Water and Sanitation with all the tickets she can take
    And Johan is the department admin of Water and Sanitation
    And Thandi has reported "Burst pipe flooding the road"
    When Johan gives the ticket to Zanele in the console because "She knows this pipe"
    Then the ticket belongs to Zanele
    And the ticket is pinned, and the reason is in the audit trail

  Scenario: An agent cannot override an assignment
    Given Sipho is free at Water and Sanitation
    And Zanele is an agent at Water and Sanitation with all the tickets she can take
    And Thandi has reported "Burst pipe flooding the road"
    When Sipho tries to give the ticket to Zanele
    Then Sipho is refused and the ticket still belongs to Sipho

  Scenario: Promoting a ticket to the next stage
    Given Sipho is free at Water and Sanitation
    And Thandi has reported "Burst pipe flooding the road"
    When Sipho promotes the ticket in the console with the note "Inspected, spare part ordered"
    Then the ticket is at the stage "Repair"
    When Sipho makes the ticket urgent in the console because "The school has no water"
    Then the ticket is urgent

  Scenario: Transferring a ticket to another department
    Given Sipho is free at Water and Sanitation
    And Bongani is free at Roads and Stormwater
    And Thandi has reported "Burst pipe flooding the road"
    When Sipho transfers the ticket to Roads and Stormwater in the console because "The pipe is a storm drain"
    Then the ticket belongs to Roads and Stormwater and to Bongani
    And the timeline shows the transfer with its reason
