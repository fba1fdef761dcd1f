"""The default run: PostgreSQL, Valkey and the processes of Lokisa from one command, on any machine with Python."""
