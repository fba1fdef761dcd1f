Feature: A department is held accountable
  The promise is the product. A ticket that expires stays open, is flagged, and counts against its department.

  Background:
    Given Thandi is a resident with a phone
    And Sipho is free at Water and Sanitation
    And Johan is the department admin of Water and Sanitation
    And Thandi has reported "Burst pipe flooding the road"

  Scenario: A ticket expires
    When the promised time passes and the sweeps run
    Then the ticket is open, flagged as expired at the promised time
    And Water and Sanitation has a breach on record
    And Johan gets an e-mail that says "expired"
    And the public page of the departments counts 1 missed promise for Water and Sanitation

  Scenario: The department explains itself
    Given the promised time has passed and the sweeps have run
    When Johan writes the remedy "Second team on standby from Monday" in the console
    Then the breach shows the remedy and who wrote it

  Scenario: The monthly report
    Given Sipho has resolved the ticket with the note "New coupling fitted."
    And Thandi has confirmed the fix
    When Johan opens the monthly report in the console
    Then the report shows 1 logged, 1 verified and 0 expired for Water and Sanitation
