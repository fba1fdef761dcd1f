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
