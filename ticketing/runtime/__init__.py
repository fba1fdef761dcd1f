"""The default run: PostgreSQL, Valkey and our processes from one command, on any machine with Python."""
