"""What is done with what comes back. All of it may be told twice and is done once."""
