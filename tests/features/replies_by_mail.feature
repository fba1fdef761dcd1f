Feature: Answering by e-mail
  A mail can be answered like a letter, and a city has an address that anybody can write to.

  Background:
    Given Thandi is a resident with a phone
    And Sipho is free at Water and Sanitation
    And the city reads the mailbox "report@city.example"

  Scenario: An answer becomes a message
    Given Thandi has reported "Burst pipe flooding the road"
    When Thandi answers the e-mail with "The gate is locked, please ring."
    Then the ticket has the message "The gate is locked, please ring." by e-mail
    And Sipho gets an e-mail that says "The gate is locked"

  Scenario: Somebody who is away does nothing
    Given Thandi has reported "Burst pipe flooding the road"
    When Thandi's program answers the e-mail with "Out of office until Monday"
    Then nothing has changed on the ticket

  Scenario: A mail to the city opens a ticket
    When Lerato writes an e-mail to "report@city.example" about "Street light is out"
    Then there is a ticket "Street light is out"
    And "lerato@example.org" gets an e-mail with the reference
