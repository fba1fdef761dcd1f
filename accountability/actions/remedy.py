"""What a department says that it does about a missed promise."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accountability.models import Breach
from accountability.permissions import can_write_remedy
from common.errors import DomainError, InvalidInput, NotAllowed
from common.text import checked_text

LONGEST_NOTE = 2000


class RemedyNeeded(InvalidInput):
    code = "remedy_needed"
    sentence = gettext_lazy("Write down what the department does about it.")


class RemedyWritten(DomainError):
    code = "remedy_written"
    sentence = gettext_lazy("The remedy is written already. What is on record stays on record.")


def write_remedy(breach: Breach, *, note: str, acting_user: Any) -> Breach:
    """Put the department's remedy on record, once.

    Raises NotAllowed, RemedyNeeded, InvalidInput, RemedyWritten.
    """
    with transaction.atomic():
        locked = Breach.objects.select_for_update().get(pk=breach.pk)
        if not can_write_remedy(acting_user, locked):
            raise NotAllowed
        if locked.remedied_at is not None:
            raise RemedyWritten
        locked.remedy_note = checked_text(note, field="remedy_note", most=LONGEST_NOTE)
        if not locked.remedy_note:
            raise RemedyNeeded(field="remedy_note")
        locked.remedied_by = acting_user
        locked.remedied_at, locked.remind_at = timezone.now(), None
        locked.save(update_fields=["remedy_note", "remedied_by", "remedied_at", "remind_at"])
    return locked
