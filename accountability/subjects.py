"""Events about breaches and appeals: their pages, and whether there is still something to say."""

from __future__ import annotations

from django.urls import reverse

from accountability.models import Breach, PointsAppeal
from tickets.enums import EventKind
from tickets.models import TicketEvent
from tickets.subjects import Subject, register_subject


def breach_page(event: TicketEvent) -> str:
    return reverse("admin:accountability_breach_change", args=[event.data["breach"]])


def is_without_remedy(event: TicketEvent) -> bool:
    return Breach.objects.with_key(event.data["breach"]).without_remedy().exists()


def appeal_page(event: TicketEvent) -> str:
    return reverse("admin:accountability_pointsappeal_change", args=[event.data["appeal"]])


def is_undecided(event: TicketEvent) -> bool:
    return PointsAppeal.objects.with_key(event.data["appeal"]).undecided().exists()


def is_decided(event: TicketEvent) -> bool:
    return not is_undecided(event)


register_subject(EventKind.REMEDY_OVERDUE, Subject(breach_page, is_without_remedy))
register_subject(EventKind.APPEALED, Subject(appeal_page, is_undecided))
register_subject(EventKind.APPEAL_DECIDED, Subject(appeal_page, is_decided))
