from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.enums import EventKind

# What can be worth points. Other kinds of events come and go without a word to the ledger.
EARNING = [
    EventKind.RESOLVED,
    EventKind.VERIFIED,
    EventKind.RATED,
    EventKind.DISPUTED,
    EventKind.REOPENED,
    EventKind.EXPIRED,
]


class Cause(models.TextChoices):
    """What stood in the way of a promise, as far as the history shows it."""

    NOBODY_FREE = "nobody_free", _("nobody was working on it")
    NOT_STARTED = "not_started", _("work had not started")
    HANDED_ON = "handed_on", _("it was handed from department to department")
    NOT_FINISHED = "not_finished", _("work had started but was not finished")


class Share(models.TextChoices):
    """How the points of a rule are dealt out."""

    CUSTODY = "custody", _("by the time that each held the ticket")
    HOLDER = "holder", _("to who held the ticket")


class AppealState(models.TextChoices):
    OPEN = "open", _("to be decided")
    GRANTED = "granted", _("granted")
    REFUSED = "refused", _("refused")


class BoardKind(models.TextChoices):
    """Who stands on a board."""

    DEPARTMENTS = "departments", _("departments")
    PEOPLE = "people", _("people of a department")
