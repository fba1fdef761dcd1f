# Walks the requirement document of face E (a week's project: a ticket tracking system) line by line over HTTP.
#
# On purpose not so: "There is no need to implement an authentication system". Here nobody writes unnamed, so that
# everybody below signs in. "POST, PUT, and DELETE where each is appropriate": each is used below.
Feature: Teams track their work in projects
  A ticket has a title, a project, a status and any number of people, who all hear of every update.

  Background:
    Given Max asks POST organisations/ with
      """
      {"name": "Ticket Works", "domain": "ticket-works.example"}
      """
    And the answer is 201
    And its secret is kept as <secret>
    And Max asks POST admins/ with
      """
      {"first_name": "Max", "last_name": "Muller", "email": "max@ticket-works.example", "password": "purple-rain-in-october", "secret": "<secret>"}
      """
    And Max has signed in as "max@ticket-works.example" with "purple-rain-in-october"
    And Max asks PATCH organisations/ with
      """
      {"verification_required": false}
      """
    And the answer is 200

  # "1. User … name - at least 3 characters, required … email - valid email format, required"
  # "2. Project … name - at least 3 characters, required"
  # "3. Ticket … Title - required … The Project it belongs to - required … Status - required, Must be one of"
  # "Make an effort to validate everything before saving the information in the system."
  Scenario: What the specification demands is checked, and nothing is saved
    When Max asks POST agents/ with
      """
      {"name": "Al", "email": "al@ticket-works.example", "role": "agent"}
      """
    Then the answer is 400 with
      """
      {"errors": {"name": "…"}}
      """
    When Max asks POST agents/ with
      """
      {"name": "Dave Dube", "email": "dave at ticket-works", "role": "agent"}
      """
    Then the answer is 400 with
      """
      {"errors": {"email": "…"}}
      """
    When Max asks POST projects/ with
      """
      {"name": "ab"}
      """
    Then the answer is 400 with
      """
      {"errors": {"name": "…"}}
      """
    When Max asks GET projects/
    Then the answer is 200 with
      """
      {"results": []}
      """
    When Max asks POST projects/ with
      """
      {"name": "Website"}
      """
    Then the answer is 201
    And its id is kept as <project>
    When Max asks POST tickets/ with
      """
      {"description": "Without a title", "project": "<project>"}
      """
    Then the answer is 400 with
      """
      {"errors": {"title": "…"}}
      """
    When Max asks POST tickets/ with
      """
      {"title": "Fix the database", "project": "<project>", "status": "someday"}
      """
    Then the answer is 400 with
      """
      {"errors": {"status": "…"}}
      """
    When Max asks POST tickets/ with
      """
      {"title": "Fix the database", "project": "No such project"}
      """
    Then the answer is 400 with
      """
      {"errors": {"project": "…"}}
      """
    When Max asks POST tickets/ with
      """
      {"title": "Fix the database", "project": "<project>", "assignees": ["nobody@ticket-works.example"]}
      """
    Then the answer is 400 with
      """
      {"errors": {"assignees": "…"}}
      """
    When Max asks GET tickets/
    Then the answer is 200 with
      """
      {"results": []}
      """

  # "email the people assigned to a ticket whenever it changes"
  # "Assigned users - a list of assigned users, can be empty."
  # "Creation date - required, will be set automatically by the system."
  # "Update date - optional (Empty if there were no updates), will be automatically set by the system."
  # "Each time a ticket is updated, send an email to all the assignees … to let them know what have changed."
  # "Note: Deleting ticket is not possible in the system."
  Scenario: A ticket from its creation to its end
    Given Dave asks POST admins/ with
      """
      {"first_name": "Dave", "last_name": "Dube", "email": "dave@ticket-works.example", "password": "purple-rain-in-october", "secret": "<secret>"}
      """
    And Yaris asks POST admins/ with
      """
      {"first_name": "Yaris", "last_name": "Yende", "email": "yaris@ticket-works.example", "password": "purple-rain-in-october", "secret": "<secret>"}
      """
    And Dave has signed in as "dave@ticket-works.example" with "purple-rain-in-october"
    And Max asks POST projects/ with
      """
      {"name": "Website"}
      """
    And its id is kept as <project>
    When Max asks POST tickets/ with
      """
      {"title": "Fix the database", "project": "<project>", "status": "open", "lead": "max@ticket-works.example"}
      """
    Then the answer is 201 with
      """
      {"title": "Fix the database", "description": "", "project": {"id": "<project>", "name": "Website"}, "status": "open",
       "assignees": [], "created_at": "…", "updated_at": null}
      """
    And its id is kept as <ticket>
    When Max asks PUT tickets/<ticket>/assignees/ with
      """
      {"assignees": ["dave@ticket-works.example", "yaris@ticket-works.example"]}
      """
    Then the answer is 200 with
      """
      {"lead": {"full_name": "Max Muller"}, "assignees": [{"full_name": "Dave Dube"}, {"full_name": "Yaris Yende"}],
       "updated_at": "…"}
      """
    When Max asks PUT tickets/<ticket>/assignees/ with
      """
      {"assignees": ["dave@ticket-works.example", "dave@ticket-works.example"]}
      """
    Then the answer is 400 with
      """
      {"code": "named_twice"}
      """
    # "Ticket #123 updated: Title: "Fix the database" Status: "In progress" Current assignees: Max, Dave, Yaris."
    When Dave asks PATCH tickets/<ticket>/ with
      """
      {"title": "Fix the database now", "status": "in progress"}
      """
    Then the answer is 200 with
      """
      {"title": "Fix the database now", "status": "in_progress"}
      """
    # What changes within two minutes is one mail: that the ticket was made is told with it.
    When the last change is on its way to all who hear of it, and two minutes pass
    Then "max@ticket-works.example" has a mail that says "Title: Fix the database → Fix the database now"
    And "yaris@ticket-works.example" has a mail that says "Status: open → in progress"
    And "yaris@ticket-works.example" has a mail that says "Current assignees: Max Muller, Dave Dube, Yaris Yende."
    # "It is up to you to handle the case when sending an email fails"
    When no mail can be delivered
    And Dave asks PATCH tickets/<ticket>/ with
      """
      {"status": "closed"}
      """
    Then the answer is 200 with
      """
      {"status": "closed"}
      """
    When the last change is on its way to all who hear of it, and two minutes pass
    And mail can be delivered again after 10 minutes
    Then "yaris@ticket-works.example" has a mail that says "Status: in progress → closed"
    # Withdrawn is not destroyed: it leaves the lists, and its history stays.
    When Max asks DELETE tickets/<ticket>/
    Then the answer is 204
    When Max asks GET tickets/
    Then the answer is 200 with
      """
      {"results": []}
      """
    When Max asks GET tickets/<ticket>/timeline/
    Then the answer is 200 with
      """
      {"results": "…"}
      """
    When Max asks DELETE projects/<project>/
    Then the answer is 409 with
      """
      {"code": "project_has_tickets"}
      """
