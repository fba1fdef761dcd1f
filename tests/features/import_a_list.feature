Feature: A list of another system comes in
  Whoever looks after the organisation sends a file and follows it; what is refused is told line by line.

  Scenario: Sending a list and reading what was refused
    Given Nomsa looks after the organisation
    When Nomsa sends a list of 120 tickets of which line 7 has a priority that there is not
    Then the page goes on by itself until it is done
    And Nomsa reads that 119 are logged and that line 7 was refused for its priority
    And Nomsa downloads the list of tickets as CSV with all 119
