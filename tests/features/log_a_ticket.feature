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

  Scenario Outline: Somebody without an account reports a problem and confirms by a code how they are reached
    Given Sipho is free at Water and Sanitation
    And a visitor with a <screen>, <scripts> JavaScript
    When a visitor reports "Water running down the street" as a "Burst pipe" with the e-mail address "lerato@example.org"
    Then the visitor is asked for the code that was sent to "lerato@example.org"
    And no ticket was logged
    When the visitor types the code
    Then the visitor is shown a reference and the promise
    And "lerato@example.org" gets an e-mail with the reference

    Examples:
      | screen  | scripts |
      | phone   | with    |
      | phone   | without |
      | desktop | with    |
      | desktop | without |

  Scenario: An answer makes a report unnecessary
    Given the city answers "A pipe has burst: what to do" with "Close the tap at the meter."
    When a visitor begins to report "a pipe has burst in my yard"
    Then the visitor reads "Close the tap at the meter." while typing
    When the visitor says that it helped
    Then the answer has helped 1 person
    And no ticket was logged

  Scenario: A report that was written without a network is sent once when it is back
    Given Sipho is free at Water and Sanitation
    And a visitor has been on the report page before
    And the visitor's network is gone
    When the visitor reports "Water running down the street" as a "Burst pipe" with a photo on the page that the phone kept
    Then the visitor reads that the report is kept on the phone
    And no ticket was logged
    When the visitor's network is back
    Then the visitor is asked for the code that was sent to "lerato@example.org"
    When the visitor types the code
    Then the visitor is shown a reference and the promise
    And there is one ticket, with its photo

  Scenario: A report without a place is refused with a sentence
    Given Thandi is a resident with a phone
    When Thandi signs in
    And Thandi tries to report a "Burst pipe" without saying where
    Then Thandi reads that the place is missing
    And no ticket was logged
