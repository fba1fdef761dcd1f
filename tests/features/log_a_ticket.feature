Feature: Logging a ticket
  A resident reports a problem and knows at once who looks after it and until when.

  Scenario: A signed-in resident reports a burst pipe
    Given Thandi is a resident with a phone
    And Sipho is free at Water and Sanitation
    When Thandi signs in
    And Thandi reports "Burst pipe flooding the road" as a "Burst pipe" at Church Square
    Then Thandi is shown a reference and the promise
    And the ticket belongs to Water and Sanitation and to Sipho
    And Thandi gets an e-mail with the reference
    And Thandi gets an SMS with the reference

  Scenario: Somebody without an account reports a problem
    Given Sipho is free at Water and Sanitation
    When a visitor reports "Water running down the street" as a "Burst pipe" with the e-mail address "lerato@example.org"
    Then the visitor is shown a reference and the promise
    And "lerato@example.org" gets an e-mail with the reference

  Scenario: A report without a place is refused with a sentence
    Given Thandi is a resident with a phone
    When Thandi signs in
    And Thandi tries to report a "Burst pipe" without saying where
    Then Thandi reads that the place is missing
    And no ticket was logged
