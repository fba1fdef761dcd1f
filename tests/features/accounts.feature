Feature: An account of one's own
  People open an account, get back into it, protect it and end it by themselves.

  Scenario: Signing up with the code from the mail
    When Naledi signs up with "naledi@example.org"
    And Naledi types the code from the mail
    Then Naledi is signed in

  Scenario: A wrong code opens nothing
    When Naledi signs up with "naledi@example.org"
    And Naledi types the code "WRONG-111"
    Then Naledi reads that the code is not right
    And Naledi is not signed in

  Scenario: Signing up with the code from the SMS
    When Naledi signs up with "082 123 4567"
    And Naledi types the code from the SMS
    Then Naledi is signed in
    And Naledi's number is "+27821234567"

  Scenario: Signing in with a mobile number
    Given Lerato has only a mobile number
    When Lerato signs in with "082 123 4503"
    Then Lerato is signed in

  Scenario: Getting back in with a mobile number
    Given Lerato has only a mobile number
    When Lerato asks for a new password with "082 123 4503"
    And Lerato types the code from the SMS
    And Lerato chooses the password "a-hornbill-on-the-fence"
    Then Lerato can sign in with "a-hornbill-on-the-fence"

  Scenario: A number that has an account is told so, and nobody else is
    Given Lerato has only a mobile number
    When a visitor signs up with "082 123 4503"
    Then the visitor is asked for the code all the same
    And Lerato is told by SMS that she has an account already

  Scenario: Another mobile number counts once it is confirmed
    Given Lerato has only a mobile number
    When Lerato signs in with "082 123 4503"
    And Lerato changes her number to "083 111 2222"
    Then Lerato's number is "+27821234503"
    When Lerato types the code from the SMS
    Then Lerato's number is "+27831112222"

  Scenario: Who has only a mobile number is served like everybody
    Given Lerato has only a mobile number
    And Lerato has reported "Burst pipe flooding the road"
    When Lerato signs in with "082 123 4503"
    Then Lerato has heard of her ticket by SMS
    When Lerato sets up an app with codes
    And Lerato signs out
    And Lerato signs in with "082 123 4503"
    Then Lerato is asked for a code
    When Lerato types the code of her app
    And Lerato downloads her data
    And Lerato deletes her account
    Then Lerato is not signed in
    And the ticket is still there without its reporter

  Scenario: Signing in with a second step
    Given Thandi is a resident with a phone
    When Thandi signs in
    And Thandi sets up an app with codes
    And Thandi signs out
    And Thandi signs in
    Then Thandi is asked for a code
    When Thandi types the code of her app
    Then Thandi is signed in

  Scenario: An organisation asks for a second step
    Given Sipho works in the call centre
    And the organisation asks for a second step
    When Sipho signs in
    And Sipho opens the console
    Then Sipho is led to the page of the second step
    When Sipho sets up an app with codes
    And Sipho opens the console
    Then Sipho is in the console

  Scenario: Getting back in after forgetting the password
    Given Thandi is a resident with a phone
    When Thandi asks for a new password
    And Thandi types the code from the mail
    And Thandi chooses the password "a-hornbill-on-the-fence"
    Then Thandi can sign in with "a-hornbill-on-the-fence"

  Scenario: A stranger's address gets no code
    When a visitor asks for a new password for "nobody@example.org"
    Then the visitor is asked for the code all the same
    And "nobody@example.org" is told by mail that there is no account

  Scenario: Signing out everywhere
    Given Thandi is a resident with a phone
    And Thandi is signed in on a second computer
    When Thandi signs in
    And Thandi signs out everywhere
    Then Thandi is signed out on both computers

  Scenario: Deleting the account
    Given Thandi is a resident with a phone
    And Thandi has reported "Burst pipe flooding the road"
    When Thandi signs in
    And Thandi deletes her account
    Then Thandi is not signed in
    And the ticket is still there without its reporter
    And Thandi cannot sign in any more

  Scenario: A wrong password deletes nothing
    Given Thandi is a resident with a phone
    When Thandi signs in
    And Thandi tries to delete her account with the password "wrong"
    Then Thandi reads that this is not her password
    And Thandi is signed in

  Scenario: Signing in with a passkey
    Given Thandi is a resident with a phone
    And Thandi's computer can keep passkeys
    When Thandi signs in
    And Thandi adds a passkey
    And Thandi signs out
    And Thandi signs in with the passkey
    Then Thandi is signed in
