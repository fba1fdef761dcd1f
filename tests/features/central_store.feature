# Walks the requirement document of face B (a backend for customer complaints, "a virtual data farm of tickets") line by
# line over HTTP.
#
# Not here, because the design leaves them to later work: pushing tickets to peer servers and to third-party services
# (POST /tickets/{central_server_id}/{ids}/distribute/{server_id}, webhooks: integrations/), and machine help beyond
# routing and assignment (answers from an FAQ, urgency: triage/). What another server can do today is walked: it reads
# the store and its feed with a key of its own. "GET /account/{id}/login" is a POST here: passwords do not belong in
# addresses, which stand in logs.
Feature: Complaints are kept in one central store
  People have accounts, complaints become tickets with tags and a status, and teams and other servers take it from there.

  # "POST /account", "GET /account/{id}/login", "PUT /account/{id}/reset-password", "DELETE /account/{id}"
  # "Accounts … name: string … username: string … password: string"
  Scenario: A user's account from its creation to its deletion
    When Thandi asks POST accounts/ with
      """
      {"full_name": "Thandi Mokoena", "email": "thandi@farm.example", "password": "purple-rain-in-october"}
      """
    Then the answer is 202
    When the code that "thandi@farm.example" was mailed is kept as <code>
    And Thandi asks POST accounts/confirm/ with
      """
      {"email": "thandi@farm.example", "code": "<code>"}
      """
    Then the answer is 201 with
      """
      {"id": "…", "full_name": "Thandi Mokoena", "email": "thandi@farm.example"}
      """
    When Thandi signs in as "thandi@farm.example" with "purple-rain-in-october"
    And Thandi asks GET accounts/me/
    Then the answer is 200 with
      """
      {"full_name": "Thandi Mokoena", "memberships": []}
      """
    When the mailbox is emptied
    And a visitor asks POST auth/password/reset/ with
      """
      {"email": "thandi@farm.example"}
      """
    Then the answer is 202
    When the code that "thandi@farm.example" was mailed is kept as <code>
    And a visitor asks POST auth/password/reset/confirm/ with
      """
      {"email": "thandi@farm.example", "code": "<code>", "password": "a-hornbill-on-the-fence"}
      """
    Then the answer is 204
    When Thandi asks GET accounts/me/
    Then the answer is 401
    When a visitor asks POST auth/token/ with
      """
      {"email": "thandi@farm.example", "password": "purple-rain-in-october"}
      """
    Then the answer is 401
    When Thandi signs in as "thandi@farm.example" with "a-hornbill-on-the-fence"
    And Thandi asks DELETE accounts/me/ with
      """
      {"password": "a-hornbill-on-the-fence"}
      """
    Then the answer is 204
    When a visitor asks POST auth/token/ with
      """
      {"email": "thandi@farm.example", "password": "a-hornbill-on-the-fence"}
      """
    Then the answer is 401

  # "POST /account/admin", "GET /account/admin/{id}/login", "DELETE /account/admin/{id}"
  # "POST /ticket/{central_server_id}", "DELETE /ticket/{id}", "PUT /ticket/{id}/status", "POST /ticket/{id}/notification"
  # "GET /tickets/{central_server_id}/{ids}", "distribute and transfer tickets from central database"
  Scenario: A complaint from a customer to the teams and the other server
    # "create account (admin)": the store is an organisation; who has its secret makes its admins.
    Given Zanele asks POST organisations/ with
      """
      {"name": "Complaint Farm", "domain": "farm.example"}
      """
    And its secret is kept as <secret>
    And its slug is kept as <central server>
    And Zanele asks POST admins/ with
      """
      {"first_name": "Zanele", "last_name": "Nkosi", "email": "zanele@farm.example", "password": "purple-rain-in-october", "secret": "<secret>"}
      """
    And Kagiso asks POST admins/ with
      """
      {"first_name": "Kagiso", "last_name": "Molefe", "email": "kagiso@farm.example", "password": "purple-rain-in-october", "secret": "<secret>"}
      """
    And its id is kept as <kagiso>
    And Zanele has signed in as "zanele@farm.example" with "purple-rain-in-october"
    And the shop uses the key <secret>
    # "submitting ticket to central database" … "title: string", "description: string", "tags: [string]"
    When the shop asks POST tickets/ with
      """
      {"organisation": "<central server>", "title": "The parcel never came", "description": "Ordered three weeks ago.", "tags": ["parcel", "delivery"], "customer_email": "lerato@customer.example"}
      """
    Then the answer is 201 with
      """
      {"id": "…", "organisation": "<central server>", "tags": ["parcel", "delivery"], "status": "open", "lead": "…"}
      """
    And its id is kept as <ticket>
    When the shop asks POST tickets/ with
      """
      {"title": "The parcel was open", "customer_email": "sipho@customer.example"}
      """
    Then the answer is 201
    And its id is kept as <other>
    # "status: string = “not started” | “in progress” | “complete”"
    When Zanele asks GET tickets/?status=not%20started&tag=parcel
    Then the answer is 200 with
      """
      {"results": [{"id": "<ticket>"}]}
      """
    When Zanele asks POST tickets/<ticket>/status/ with
      """
      {"status": "in progress"}
      """
    Then the answer is 200 with
      """
      {"status": "in_progress"}
      """
    # "send notification of ticket to other teams"
    When Zanele asks POST tickets/<ticket>/notify/ with
      """
      {"people": ["kagiso@farm.example"], "note": "Please ask the courier."}
      """
    Then the answer is 200
    And "kagiso@farm.example" has a mail that says "Please ask the courier."
    # "distribute and transfer tickets": to who works on it here …
    When Zanele asks POST tickets/<ticket>/assign/ with
      """
      {"assignee": "kagiso@farm.example", "reason": "Kagiso knows the courier."}
      """
    Then the answer is 200 with
      """
      {"lead": {"id": "<kagiso>"}}
      """
    # … and to another server, which reads the store and goes on from where it was.
    When Zanele asks POST organisations/keys/ with
      """
      {"name": "Server 2", "scopes": ["tickets:read"]}
      """
    Then the answer is 201
    And its secret is kept as <key of server 2>
    When server 2 uses the key <key of server 2>
    And server 2 asks GET tickets/?id__in=<ticket>,<other>&ordering=created_at
    Then the answer is 200 with
      """
      {"results": [{"id": "<ticket>", "status": "in_progress"}, {"id": "<other>", "status": "open"}]}
      """
    When server 2 asks GET events/?after=0&kind=ticket.created until it has 2 results
    Then its results.0.ticket is <ticket>
    When server 2 asks POST tickets/<ticket>/status/ with
      """
      {"status": "complete"}
      """
    Then the answer is 403
    # "change and track ticket status (admin)"
    When Zanele asks POST tickets/<ticket>/status/ with
      """
      {"status": "complete", "note": "It has arrived."}
      """
    Then the answer is 200 with
      """
      {"status": "closed", "closed_at": "…"}
      """
    When Zanele asks GET tickets/<ticket>/timeline/
    Then the answer is 200 with
      """
      {"results": "…"}
      """
    # "deleting tickets (admin)"
    When the customer asks DELETE tickets/<ticket>/
    Then the answer is 401
    When Zanele asks DELETE tickets/<ticket>/
    Then the answer is 204
    When Zanele asks GET tickets/
    Then the answer is 200 with
      """
      {"results": [{"id": "<other>"}]}
      """
    # "DELETE /account/admin/{id}"
    When Zanele asks DELETE agents/<kagiso>/
    Then the answer is 204
    When Kagiso asks POST auth/token/ with
      """
      {"email": "kagiso@farm.example", "password": "purple-rain-in-october"}
      """
    Then the answer is 200
    When Kagiso signs in as "kagiso@farm.example" with "purple-rain-in-october"
    And Kagiso asks GET tickets/<other>/
    Then the answer is 404
