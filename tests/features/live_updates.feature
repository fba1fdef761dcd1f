# Walks the requirement document of face D (a ticket management API with real-time updates) line by line over HTTP and
# the live stream, its "Future Improvements" included. Supabase, Ably and NestJS are its means, not its requirements.
Feature: A front end works on tickets and sees what happens as it happens

  Background:
    Given the company asks POST organisations/ with
      """
      {"name": "Front Ends", "domain": "front-ends.example"}
      """
    And its secret is kept as <secret>
    And Max asks POST admins/ with
      """
      {"first_name": "Max", "last_name": "Muller", "email": "max@front-ends.example", "password": "purple-rain-in-october", "secret": "<secret>"}
      """
    And Max has signed in as "max@front-ends.example" with "purple-rain-in-october"

  # "POST /api/tickets", "GET /api/tickets: List all tickets with optional filters", "GET /api/tickets/:id"
  # "PATCH /api/tickets/:id", "DELETE /api/tickets/:id"
  # "`ticket_created`: When a new ticket is created", "`ticket_updated`: When a ticket is updated (includes flag for status
  # changes)", "`ticket_deleted`: When a ticket is deleted"
  Scenario: Tickets are made, read, changed and withdrawn, and the page hears of each
    Given Max listens to the stream
    When Max asks POST tickets/ with
      """
      {"title": "The login is slow", "description": "Since this morning.", "priority": "high"}
      """
    Then the answer is 201 with
      """
      {"title": "The login is slow", "status": "open", "priority": "high"}
      """
    And its id is kept as <ticket>
    And the stream tells ticket_created of <ticket>
    When Max asks GET tickets/<ticket>/
    Then the answer is 200 with
      """
      {"id": "<ticket>", "description": "Since this morning."}
      """
    When Max asks PATCH tickets/<ticket>/ with
      """
      {"title": "The login is very slow"}
      """
    Then the answer is 200
    And the stream tells ticket_updated of <ticket>, without another status
    When Max asks PATCH tickets/<ticket>/ with
      """
      {"status": "in progress"}
      """
    Then the answer is 200
    And the stream tells ticket_updated of <ticket>, with another status
    When Max asks DELETE tickets/<ticket>/
    Then the answer is 204
    And the stream tells ticket_deleted of <ticket>
    # Who comes back after a break hears it all again, once.
    When Max listens to the stream from its beginning
    Then the stream tells ticket_created of <ticket>

  # "Filtering and pagination for ticket listing" … "Add pagination metadata in responses"
  # "RESTful API design with proper error handling and validation"
  Scenario: Lists have filters and pages, and mistakes have names
    Given the company uses the key <secret>
    And the company asks POST tickets/ with
      """
      {"title": "The login is slow", "priority": "high", "customer_email": "lerato@customer.example"}
      """
    And its id is kept as <first>
    And the company asks POST tickets/ with
      """
      {"title": "The invoice is wrong", "customer_email": "sipho@customer.example"}
      """
    And its id is kept as <second>
    When Max asks GET tickets/?priority=high
    Then the answer is 200 with
      """
      {"results": [{"id": "<first>"}]}
      """
    When Max asks GET tickets/?status=open&q=invoice&customer_email=sipho@customer.example
    Then the answer is 200 with
      """
      {"results": [{"id": "<second>"}]}
      """
    When Max asks GET tickets/?page_size=1&include=total
    Then the answer is 200 with
      """
      {"results": [{"id": "<second>"}], "page_size": 1, "total": 2, "next": "…", "previous": null}
      """
    And its next is kept as <next>
    When Max asks GET <next>
    Then the answer is 200 with
      """
      {"results": [{"id": "<first>"}], "next": null, "previous": "…"}
      """
    When Max asks GET tickets/?colour=red
    Then the answer is 400 with
      """
      {"status": 400, "errors": {"colour": "…"}}
      """
    When Max asks PATCH tickets/<first>/ with
      """
      {"title": "", "status": "someday"}
      """
    Then the answer is 400 with
      """
      {"status": 400, "code": "invalid", "errors": {"title": "…", "status": "…"}}
      """
    When Max asks GET tickets/00000000-0000-7000-8000-000000000000/
    Then the answer is 404

  # "POST /api/agents: Create a new agent", "GET /api/agents: List all agents", "GET /api/agents/:id"
  # "CRUD operations for support tickets and agents"
  # "Once the application is running, you can access the Swagger documentation at: http://localhost:3000/docs"
  # "Future Improvements: Add authentication and authorization … Implement logging and monitoring … Add rate limiting for API
  # protection … Implement caching for frequently accessed data"
  Scenario: Agents, documentation, and what the document leaves to the future
    When Max asks POST agents/ with
      """
      {"name": "Dave Dube", "email": "dave@front-ends.example", "role": "agent", "departments": [{"department": "support", "capacity": 5}]}
      """
    Then the answer is 201 with
      """
      {"state": "invited"}
      """
    And its id is kept as <dave>
    And "dave@front-ends.example" has a mail that says "Front Ends"
    When Max asks GET agents/<dave>/
    Then the answer is 200 with
      """
      {"full_name": "Dave Dube", "role": "agent"}
      """
    When Max asks PATCH agents/<dave>/ with
      """
      {"name": "David Dube"}
      """
    Then the answer is 200 with
      """
      {"full_name": "David Dube"}
      """
    When Max asks DELETE agents/<dave>/
    Then the answer is 204
    When Max asks GET agents/
    Then the answer is 200 with
      """
      {"results": [{"full_name": "Max Muller"}]}
      """
    When a visitor asks GET /docs
    Then the answer is 200
    And it says "swagger-ui"
    When a visitor asks GET schema/
    Then the answer is 200
    And it says "tickets_create"
    When a visitor asks GET agents/
    Then the answer is 401
    When Max asks GET agents/
    Then the header RateLimit-Remaining is not empty
    And the header X-Request-ID is not empty
    And the header ETag is kept as <etag>
    When Max asks GET agents/ unless it is still <etag>
    Then the answer is 304
    When a visitor asks GET /readyz
    Then the answer is 200
