"""What becomes of a notification: it is queued for an event, sent, retried or given up."""
