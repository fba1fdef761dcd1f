from __future__ import annotations

from tickets.admin import clock_check, event, project, ticket

__all__ = ["clock_check", "event", "project", "ticket"]
