"""Where the answers to requests with an Idempotency-Key are kept."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.models import KeptAnswer
from common.api.idempotency import LIFETIME, Sealed, keep_answers_in


class KeptAnswers:
    """See `common.api.idempotency.AnswerStore`."""

    def claim(self, name: str) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
            return bool(cursor.fetchone()[0])

    def find(self, name: str) -> Sealed | None:
        kept = KeptAnswer.objects.named(name).younger_than(timezone.now() - LIFETIME).first()
        return None if kept is None else Sealed(kept.fingerprint, bytes(kept.contents))

    def keep(self, name: str, sealed: Sealed, asker: Any) -> None:
        """In the place of one that is too old to count."""
        row = KeptAnswer(
            name=name,
            fingerprint=sealed.fingerprint,
            contents=sealed.contents,
            asker=asker if asker.is_authenticated else None,
        )
        KeptAnswer.objects.bulk_create(
            [row],
            update_conflicts=True,
            unique_fields=["name"],
            update_fields=["fingerprint", "contents", "asker", "created_at"],
        )


keep_answers_in(KeptAnswers())
