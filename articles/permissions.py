"""Who writes help articles, and who reads one before it is published."""

from __future__ import annotations

from typing import Any

from accounts.enums import Capability
from accounts.permissions import has_capability


def can_write(user: Any, article: Any) -> bool:
    """Whoever sees to a department writes what its residents ask; nobody else knows better."""
    return has_capability(user, Capability.MANAGE_DEPARTMENT, article.organisation_id)


def can_read(user: Any, article: Any) -> bool:
    return article.is_published or can_write(user, article)
