"""What is kept for a day goes after a day."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import KeptAnswer
from common.api.idempotency import LIFETIME

BATCH = 1_000


def forget_old_answers() -> int:
    """Delete in batches what nobody can ask for any more; how many there were."""
    old = KeptAnswer.objects.older_than(timezone.now() - LIFETIME)
    forgotten = 0
    while batch := list(old.values_list("pk", flat=True)[:BATCH]):
        forgotten += KeptAnswer.objects.filter(pk__in=batch).delete()[0]
    return forgotten
