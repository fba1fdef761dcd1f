Feature: A promise is counted in working time
  Hours in which nobody works use up nothing, hours in which the customer is asked use up nothing, and a promise that is
  missed is missed when it was due.

  Background:
    Given Thandi is a resident with a phone
    And Sipho is free at Water and Sanitation

  Scenario: A weekend uses up nothing
    Given Water and Sanitation works on weekdays from 08:00 to 16:00
    When Thandi reports "Burst pipe" on 2026-03-13 at 15:00
    Then the ticket is due on 2026-03-18 at 15:00

  Scenario: A public holiday uses up nothing
    Given Water and Sanitation works on weekdays from 08:00 to 16:00
    And 2026-04-27 is a holiday at Water and Sanitation
    When Thandi reports "Burst pipe" on 2026-04-24 at 15:00
    Then the ticket is due on 2026-04-30 at 15:00

  Scenario: A day that ends early uses up what was worked
    Given Water and Sanitation works on weekdays from 08:00 to 16:00
    And Water and Sanitation works on 2026-03-16 from 08:00 to 12:00 only
    When Thandi reports "Burst pipe" on 2026-03-13 at 15:00
    Then the ticket is due on 2026-03-19 at 11:00

  Scenario: An emergency is counted around the clock
    When Thandi reports "Burst pipe" on 2026-03-13 at 15:00
    Then the ticket is due on 2026-03-14 at 15:00

  Scenario: The time in which Thandi is asked is hers
    Given Thandi has reported "Burst pipe flooding the road"
    When Sipho asks "Which side of the road?" and Thandi answers "The left" 5 hours later
    Then the ticket is due 5 hours later than was promised

  Scenario: Whoever has the ticket is warned before it is late
    Given Thandi has reported "Burst pipe flooding the road"
    When 20 hours of the promised time have passed
    Then Sipho gets an e-mail that says "About to expire"

  Scenario: A missed promise is dated at its due time, however late it was noticed
    Given Thandi has reported "Burst pipe flooding the road"
    When nobody looks until 3 days after the promised time
    Then the ticket is open, flagged as expired at the promised time
    And Water and Sanitation has a breach on record
