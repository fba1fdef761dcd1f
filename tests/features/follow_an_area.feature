Feature: Following an area
  Who cares for a street or a ward hears what is reported there, once a day, and can stop with one click.

  Scenario: Told in the morning of what was reported in the ward
    Given Pieter is a resident with a phone
    And Pieter follows ward 58 from near by
    When Thandi reports "Burst pipe flooding the road" in ward 58
    Then Pieter hears of it in no mail of its own
    When the next morning comes
    Then Pieter gets an e-mail that says "Reported near by"
    When Pieter's mail program presses its unsubscribe button
    Then Pieter follows no area any more
