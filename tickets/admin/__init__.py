from __future__ import annotations

from tickets.admin import callbacks, clock_check, event, project, ticket

__all__ = ["callbacks", "clock_check", "event", "project", "ticket"]
