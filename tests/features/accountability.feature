Feature: A department is held accountable
  The promise is the product. A ticket that expires stays open, is flagged, goes up the ladder, and counts against
  whoever's time it was. Points can be argued about; nothing that was entered ever changes.

  Background:
    Given Thandi is a resident with a phone
    And Sipho is free at Water and Sanitation
    And Johan is the department admin of Water and Sanitation
    And Nomsa is the organisation admin
    And Thandi has reported "Burst pipe flooding the road"

  Scenario: A ticket expires
    When the promised time passes and the sweeps run
    Then the ticket is open, flagged as expired at the promised time
    And Water and Sanitation has a breach on record
    And Johan gets an e-mail that says "expired"
    And the public page of the departments counts 1 missed promise for Water and Sanitation

  Scenario: An expired ticket goes up the ladder, and stays flagged
    Given the promised time has passed and the sweeps have run
    When the ticket has been late for 1 hour
    Then Sipho gets an e-mail that says "Escalated to you"
    When the ticket has been late for 4 hours
    Then Johan gets an e-mail that says "Escalated to you"
    When the ticket has been late for 8 hours
    Then Nomsa gets an e-mail that says "Escalated to you"
    And the ladder was climbed once, by assignee, department_admins and organisation_admins
    And the ticket is open, flagged as expired at the promised time

  Scenario: Work that is done in time is not escalated
    Given Sipho has resolved the ticket with the note "New coupling fitted."
    When the ticket has been late for 8 hours
    Then nobody was sent up the ladder

  Scenario: The department explains itself
    Given the promised time has passed and the sweeps have run
    When Johan writes the remedy "Second team on standby from Monday" in the console
    Then the breach shows the remedy and who wrote it

  Scenario: The monthly report
    Given Sipho has resolved the ticket with the note "New coupling fitted."
    And Thandi has confirmed the fix
    When Johan opens the monthly report in the console
    Then the report shows 1 logged, 1 verified and 0 expired for Water and Sanitation

  Scenario: A fix in time that is proved earns points
    Given Sipho has resolved the ticket with the note "New coupling fitted."
    And Thandi has confirmed the fix
    Then Sipho and Water and Sanitation have 10 points each by the rule "verified_in_time"

  Scenario: The claim that it is fixed earns nothing
    Given Sipho has resolved the ticket with the note "New coupling fitted."
    Then nobody has any points

  Scenario: A missed promise costs points
    Given the promised time has passed and the sweeps have run
    Then Sipho and Water and Sanitation have -10 points each by the rule "expired"

  Scenario: A fix that is disputed costs points
    Given Sipho has resolved the ticket with the note "New coupling fitted."
    And Thandi has disputed the fix because "Still running"
    Then Sipho and Water and Sanitation have -5 points each by the rule "disputed"

  Scenario: A ticket that has to be reopened costs points
    Given Sipho has resolved the ticket with the note "New coupling fitted."
    And Thandi has confirmed the fix
    And Johan has reopened the ticket because "It burst again"
    Then Sipho and Water and Sanitation have -3 points each by the rule "reopened"

  Scenario: The blame stays with who used up the time
    Given Bongani is free at Roads and Stormwater
    When Sipho hands the ticket to Roads and Stormwater with 95 % of its time used up
    And the promised time passes and the sweeps run
    Then Water and Sanitation has a breach on record
    And Sipho and Water and Sanitation have -10 points each by the rule "expired"

  Scenario: Boards show people to their department and departments to everybody
    Given Bongani is free at Roads and Stormwater
    And Thandi has reported 4 more like it
    And the promised time has passed and the sweeps have run
    Then anybody reads that Water and Sanitation is number 1 with -50 points
    And Sipho reads that Sipho is number 1 of Water and Sanitation with -50 points
    And Bongani may not read who has how many points at Water and Sanitation

  Scenario: A correction is a reversal, and the wrong entry stays
    Given the promised time has passed and the sweeps have run
    When Johan reverses the penalty of Sipho because "The valve was not ours"
    Then the ledger of Sipho reads -10, 10

  Scenario: An agent appeals, and the department admin grants it
    Given the promised time has passed and the sweeps have run
    When Sipho appeals against the penalty because "The road was closed"
    And Johan grants the appeal because "It was closed by the police"
    Then the ledger of Sipho reads -10, 10

  Scenario: An agent appeals, and the department admin refuses it
    Given the promised time has passed and the sweeps have run
    When Sipho appeals against the penalty because "The road was closed"
    And Johan refuses the appeal because "It was open again at noon"
    Then the ledger of Sipho reads -10

  Scenario: Nobody decides about their own appeal
    Given the promised time has passed and the sweeps have run
    When Sipho appeals against the penalty because "The road was closed"
    Then Sipho may not decide the appeal, which stays open

  Scenario: An organisation keeps no account
    Given Nomsa has switched accountability off
    When the promised time passes and the sweeps run
    And the ticket has been late for 8 hours
    Then the ticket is open, flagged as expired at the promised time
    And nothing is on record: no breach, no points and no step of the ladder
