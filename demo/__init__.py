"""What only the demonstration has: made-up people and tickets, and a mailbox for what is sent to them."""
