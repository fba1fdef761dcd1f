Feature: Supporting a ticket that exists
  Other residents have the same problem. They say so instead of reporting it again, and are kept informed.

  Scenario: A neighbour is offered the ticket that exists and says "me too"
    Given Thandi is a resident with a phone
    And Pieter is a resident with a phone
    And Thandi has reported "Burst pipe flooding the road"
    When Pieter signs in
    And Pieter starts to report a "Burst pipe" at the same place
    Then Pieter is offered Thandi's ticket
    When Pieter says that it is their problem too
    Then the ticket has 1 supporter

  Scenario: A supporter hears when work starts
    Given Pieter is a resident with a phone
    And Sipho is free at Water and Sanitation
    And Thandi has reported "Burst pipe flooding the road"
    And Pieter supports the ticket
    When Sipho starts work on the ticket in the console
    Then Pieter gets an e-mail that says "in progress"

  Scenario: Taking support back
    Given Pieter is a resident with a phone
    And Thandi has reported "Burst pipe flooding the road"
    And Pieter supports the ticket
    When Pieter signs in
    And Pieter takes the support back on the ticket's page
    Then the ticket has 0 supporters

  Scenario Outline: Somebody without an account says "me too" by a code, is told, and takes it back
    Given Sipho is free at Water and Sanitation
    And Thandi has reported "Burst pipe flooding the road"
    And a visitor with a <screen>, <scripts> JavaScript
    When the visitor says me too on the ticket's page with the number "082 123 4567"
    Then the ticket has 0 supporters
    When the visitor types the code that "+27821234567" was sent
    Then the visitor reads that it is counted
    And the ticket has 1 supporter
    When Sipho starts work on the ticket in the console
    Then "+27821234567" gets an SMS that says "in progress"
    When whoever has "+27821234567" opens the link in the SMS on another phone and takes it back
    Then the ticket has 0 supporters

    Examples:
      | screen  | scripts |
      | phone   | without |
      | desktop | with    |
