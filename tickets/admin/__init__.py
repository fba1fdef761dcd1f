from __future__ import annotations

from tickets.admin import event, project, ticket

__all__ = ["event", "project", "ticket"]
