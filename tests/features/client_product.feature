Feature: A company's own product takes the tickets of its customers
  The company signs up once; from then on its product and its people use the same tickets.

  Scenario: From signing up to the customer's answer
    Given a company has signed up as "Acme Shops" and kept its secret
    And an admin has signed up with the secret
    When the product logs "The parcel never came" for "lerato@customer.example" with the secret
    Then the admin has the ticket, which speaks of "lerato@customer.example"
    When the admin signs in for a token and responds "It comes tomorrow before noon."
    Then the ticket waits for the customer
    And "lerato@customer.example" gets an e-mail that says "It comes tomorrow before noon."
    And the record names the product, the customer and the admin

  Scenario: A secret that was revoked opens nothing
    Given a company has signed up as "Acme Shops" and kept its secret
    And an admin has signed up with the secret
    When the admin signs in for a token and revokes the secret
    Then the product cannot log "The parcel never came" with the secret, which is revoked
    And there are no tickets

  Scenario: The product of one company sees nothing of another's
    Given Thandi has reported "Burst pipe flooding the road"
    And a company has signed up as "Acme Shops" and kept its secret
    Then the product lists no tickets with the secret
    And the product cannot work on the city's ticket with the secret
