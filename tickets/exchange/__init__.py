"""Tickets in and out in bulk: files of rows, streamed both ways."""
