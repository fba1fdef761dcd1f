Feature: Verifying that a fix is real
  A department's "resolved" is a claim. The proof is the reporter's.

  Background:
    Given Thandi is a resident with a phone
    And Sipho is free at Water and Sanitation
    And Thandi has reported "Burst pipe flooding the road"
    And Sipho has resolved the ticket with the note "New coupling fitted."

  Scenario: The resident confirms with the code from the SMS
    When Thandi opens the link in the SMS
    And Thandi types the code from the SMS and confirms
    Then the ticket is closed as verified
    And the public page says that the fix was confirmed

  Scenario: A wrong code changes nothing and says how many tries are left
    When Thandi opens the link in the SMS
    And Thandi types a wrong code and confirms
    Then Thandi reads that the code is not right and that 4 tries are left
    And the ticket is still resolved

  Scenario: The resident disputes and the work goes on
    When Thandi opens the link in the SMS
    And Thandi types the code from the SMS and says that it is not fixed because "Water is still running"
    Then the ticket is in progress again and its clock goes on
    And Sipho gets an e-mail that says "Water is still running"

  Scenario: Nobody answers for seven days
    When seven days pass and the sweeps run
    Then the ticket is closed as unverified

  Scenario: Nobody answers for three days and the reporter is asked again
    When three days pass and it is asked again
    Then Thandi gets an SMS that says "is it really fixed?"

  Scenario: A neighbour with the same problem confirms with one button, and says how good it is
    Given Pieter is a resident with a phone
    And Pieter supports the ticket
    When Pieter signs in
    And Pieter confirms on the ticket's page and rates it "Good"
    Then the ticket is closed as verified
    And it is rated 4 by a supporter

  Scenario: At the door the resident scans the QR code with her own phone and presses one of two big buttons
    Given Thandi looks at her phone
    When Thandi signs in
    And Sipho shows the QR code and Thandi scans it
    And Thandi presses the big button "Yes, it is fixed" and rates it "Very good"
    Then the ticket is closed as verified
    And Sipho was with her when she said it

  Scenario: At the door the resident reads out the code
    When Sipho shows the QR code and types the code that Thandi reads out
    Then the ticket is closed as verified
    And Sipho is the witness
