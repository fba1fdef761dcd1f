from __future__ import annotations

from tickets.admin import callbacks, event, project, ticket

__all__ = ["callbacks", "event", "project", "ticket"]
