"""What is thrown away by the clock."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from accounts.querysets import UserQuerySet

BATCH = 500
PATIENCE = timedelta(days=1)


def forget_unconfirmed() -> int:
    """Delete accounts opened on a page with a number whose code nobody typed. Returns how many."""
    stale = UserQuerySet(User).never_confirmed(before=timezone.now() - PATIENCE)
    keys = list(stale.order_by("pk").values_list("pk", flat=True)[:BATCH])
    # Asked again in the deletion itself: one may be confirmed at this very moment.
    _rows, by_model = stale.filter(pk__in=keys).delete()
    return by_model.get("accounts.User", 0)
