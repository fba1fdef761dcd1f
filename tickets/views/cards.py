"""A ticket as lists show it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from common.distances import metres_between
from tickets.models import Ticket
from tickets.views.words import Words, department_icon, promise_words, span, status_words


@dataclass(frozen=True)
class Spot:
    """A place on earth to measure from."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class TicketCard:
    reference: str
    title: str
    url: str
    place: str
    reported: str
    icon: str
    tone: str
    status: Words
    promise: Words | None
    supports: int
    distance: str = ""
    action_template: str = ""
    me_too_url: str = ""
    news: str = ""
    unread: bool = False


def own_card_for(ticket: Ticket, now: datetime) -> TicketCard:
    """With when something happened last, and whether the person has looked since. Reads `with_news_for`."""
    news_at: datetime = ticket.news_at  # type: ignore[attr-defined]
    is_unread: bool = ticket.is_unread  # type: ignore[attr-defined]
    news = _("news %(when)s") % {"when": ago(news_at, now)} if news_at != ticket.created_at else ""
    return replace(card_for(ticket, now), news=news, unread=is_unread)


def card_for(
    ticket: Ticket, now: datetime, *, seen_from: Spot | None = None, offers_me_too: bool = False
) -> TicketCard:
    status, promise = status_words(ticket, briefly=True), promise_words(ticket, now, briefly=True)
    is_late = promise is not None and promise.is_loud
    return TicketCard(
        reference=ticket.reference,
        title=ticket.title,
        url=reverse("tickets:ticket", args=[ticket.reference]),
        place=place_words(ticket),
        reported=ago(ticket.created_at, now),
        icon=department_icon(ticket.department),
        tone="overdue" if is_late else status.tone,
        status=status,
        promise=promise,
        supports=ticket.support_count,
        distance=_distance_words(ticket, seen_from),
        action_template="tickets/_me_too_form.html" if offers_me_too else "",
        me_too_url=reverse("tickets:me_too", args=[ticket.reference]) if offers_me_too else "",
    )


def place_words(ticket: Ticket) -> str:
    """Address and ward, as far as they are known."""
    ward = _("ward %(number)d") % {"number": ticket.ward.number} if ticket.ward else ""
    return ", ".join(part for part in (ticket.address, ward) if part) or _("No place given")


def ago(moment: datetime, now: datetime) -> str:
    if now - moment < timedelta(minutes=1):
        return _("just now")
    if now - moment > timedelta(days=30):
        return date_format(localtime(moment), "j M Y")
    return _("%(time)s ago") % {"time": span(moment, now)}


def _distance_words(ticket: Ticket, seen_from: Spot | None) -> str:
    if seen_from is None or ticket.latitude is None or ticket.longitude is None:
        return ""
    metres = metres_between((ticket.latitude, ticket.longitude), (seen_from.latitude, seen_from.longitude))
    if metres < 950:
        return _("%(metres)d m away") % {"metres": max(50, round(metres / 50) * 50)}
    return _("%(kilometres).1f km away") % {"kilometres": metres / 1000}
