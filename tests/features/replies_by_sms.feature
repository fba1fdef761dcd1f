Feature: Answering by SMS
  Somebody on a cheap phone needs no page: the answer to an SMS is enough.

  Background:
    Given Thandi is a resident with a phone
    And Sipho is free at Water and Sanitation
    And Thandi has reported "Burst pipe flooding the road"
    And Sipho has resolved the ticket with the note "New coupling fitted."

  Scenario: The code confirms the fix
    When Thandi answers the SMS with its code
    Then the ticket is closed as verified
    And Thandi gets an SMS that says "The fix is confirmed"

  Scenario: NO sends it back to work
    When Thandi answers the SMS with "NO, water is still running"
    Then the ticket is in progress again and its clock goes on
    And Sipho gets an e-mail that says "water is still running"

  Scenario: A bare NO is asked for its reason
    When Thandi answers the SMS with "No"
    Then Thandi gets an SMS that says "what is still wrong?"
    And the ticket is still resolved
    When Thandi answers the SMS with "There is a puddle again"
    Then the ticket is in progress again and its clock goes on

  Scenario: STATUS tells how it goes
    When Thandi asks by SMS for the status
    Then Thandi gets an SMS that says "Reported as fixed"

  Scenario: STOP is the end of SMS, and START their beginning again
    When Thandi answers the SMS with "STOP"
    And Thandi asks for a new code
    Then no SMS goes out to Thandi because she said STOP
    When Thandi answers the SMS with "START"
    And Thandi asks for a new code
    Then Thandi gets the new code by SMS

  Scenario: Anything else is a message
    When Thandi answers the SMS with "Thank you, but mind the dog"
    Then the ticket has the message "Thank you, but mind the dog" by SMS
    And Sipho gets an e-mail that says "mind the dog"
