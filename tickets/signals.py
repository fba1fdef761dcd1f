"""The project's only signal."""

from __future__ import annotations

from django.dispatch import Signal

# Sent by the relay after commit, at least once for each event, with `event_id` (UUID), `kind`,
# `organisation_id` and the event's `data`. Receivers do nothing but enqueue their own task: a database
# error in one would poison the relay's transaction.
ticket_event_published = Signal()
