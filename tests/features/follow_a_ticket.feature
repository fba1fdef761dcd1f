Feature: Being told and checking updates
  A resident hears when work starts and when it is done, and can look in between.

  Scenario: Told by mail and SMS when work starts
    Given Thandi is a resident with a phone
    And Sipho is free at Water and Sanitation
    And Thandi has reported "Burst pipe flooding the road"
    When Sipho starts work on the ticket in the console
    Then Thandi gets an e-mail that says "in progress"
    And Thandi gets an SMS that says "in progress"

  Scenario: Told by mail and SMS when it is resolved
    Given Thandi is a resident with a phone
    And Sipho is free at Water and Sanitation
    And Thandi has reported "Burst pipe flooding the road"
    When Sipho resolves the ticket in the console with the note "New coupling fitted."
    Then Thandi gets an e-mail with a one-time code
    And Thandi gets an SMS with a one-time code

  Scenario: Checking what happened
    Given Thandi is a resident with a phone
    And Sipho is free at Water and Sanitation
    And Thandi has reported "Burst pipe flooding the road"
    And Sipho has started work on the ticket
    When Thandi signs in
    And Thandi opens the ticket from my tickets
    Then the ticket's page says "In progress"
    And the timeline tells that the ticket was reported, assigned and started

  Scenario: Finding a ticket by its reference, typed with a mistake and then right
    Given Thandi has reported "Burst pipe flooding the road"
    When a visitor types the reference with two letters swapped on the home page
    Then the visitor reads that the reference has a typing error
    When the visitor types the reference in small letters without dashes
    Then the visitor sees the ticket "Burst pipe flooding the road"
    And the page shows neither Thandi's name nor her phone nor her e-mail address

  Scenario: Seeing tickets near by
    Given Thandi has reported "Burst pipe flooding the road"
    And Thandi has reported a "Pothole" called "Deep pothole at the bus stop"
    When a visitor opens near by
    Then the list shows "Burst pipe flooding the road" and "Deep pothole at the bus stop"
    And the map shows the same tickets
    When the visitor keeps only "Roads and Stormwater"
    Then the list shows only "Deep pothole at the bus stop"

  Scenario: Following up with the call centre
    Given Thandi is a resident with a phone
    And Naledi works in the call centre
    And Sipho is free at Water and Sanitation
    And Thandi has reported "Burst pipe flooding the road"
    When Thandi calls and Naledi searches the console for her phone number
    Then Naledi sees the ticket with its status and promise
    When Naledi writes "A team is on its way" to the reporter
    Then Thandi reads "A team is on its way" on the ticket's page

  Scenario: The call centre logs a ticket for a caller
    Given Naledi works in the call centre
    And Sipho is free at Water and Sanitation
    When Naledi logs "No water since this morning" as a "Burst pipe" for a caller with the phone "082 123 4567"
    Then the ticket was logged by Naledi on behalf of "+27821234567"
    And "+27821234567" gets an SMS with the reference

  Scenario: Both sides read each other without loading the page again
    Given the live stream runs
    And Thandi is a resident with a phone
    And Sipho is free at Water and Sanitation
    And Thandi has reported "Burst pipe flooding the road"
    When Thandi signs in
    And Thandi has the ticket's page open and begins to write "It runs into"
    And Sipho writes "A team is on its way" to the reporter
    Then Thandi's page says "A team is on its way" by itself, and still has "It runs into"
    When Thandi goes on with "the school" and sends it
    Then Sipho's page says "It runs into the school" by itself

  Scenario: Following a ticket without having the problem, and following it no more
    Given Pieter is a resident with a phone
    And Sipho is free at Water and Sanitation
    And Thandi has reported "Burst pipe flooding the road"
    When Pieter signs in
    And Pieter follows the ticket on its page
    And Sipho starts work on the ticket in the console
    Then Pieter gets an e-mail that says "You get this because you follow this ticket."
    And Pieter finds it among the tickets that he follows, with news
    When Pieter follows the ticket no more
    And Sipho resolves the ticket in the console with the note "New coupling fitted."
    Then Thandi gets an e-mail with a one-time code
    And Pieter has had one e-mail

  Scenario: Asking to be called back at a time, and being called
    Given Thandi is a resident with a phone
    And Naledi works in the call centre
    And Sipho is free at Water and Sanitation
    And Thandi has reported "Burst pipe flooding the road"
    When Thandi signs in
    And Thandi asks to be called back at the last of the times, about "Which gate do they come to?"
    Then Thandi reads on which number and when she is called
    When it is time to call
    And Naledi calls the first of the callbacks in the console and notes "They come to the north gate"
    Then nobody waits for a call any more
    And Thandi reads "They come to the north gate" on the ticket's page
