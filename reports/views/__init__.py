"""Pages that read and never write."""
