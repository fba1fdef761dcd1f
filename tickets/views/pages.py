"""Keyset pages: each page starts behind the last row of the one before, however many rows there are."""

from __future__ import annotations

import base64
import binascii
import uuid
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import QueryDict

from tickets.models import Ticket
from tickets.querysets import TicketQuerySet
from tickets.views.cards import Spot

# What fits a phone and paid data; each further card costs a millisecond of the server, too.
PAGE_SIZE = 15


@dataclass(frozen=True)
class Page:
    """Rows of one page and the addresses of its neighbours; empty where there is none."""

    tickets: list[Ticket]
    previous: str = ""
    next: str = ""


def newest_page(tickets: TicketQuerySet, query: QueryDict, *, size: int = PAGE_SIZE) -> Page:
    """A page of the newest tickets first, behind `after` or before `before` of the address."""
    after, before = _read_moment(query.get("after")), _read_moment(query.get("before"))
    if before is not None:
        rows = list(tickets.newer_than(*before).oldest_first()[: size + 1])
        has_newer, rows = len(rows) > size, rows[:size][::-1]
        return _page(rows, query, has_newer=has_newer, has_older=bool(rows))
    rows = list((tickets.older_than(*after) if after else tickets).newest_first()[: size + 1])
    return _page(rows[:size], query, has_newer=after is not None and bool(rows), has_older=len(rows) > size)


def nearest_page(tickets: TicketQuerySet, query: QueryDict, spot: Spot, *, size: int = PAGE_SIZE) -> Page:
    """A page of the nearest tickets first. There is only a way on; back is the browser's."""
    nearest = tickets.nearest_to(spot.latitude, spot.longitude)
    after = _read_distance(query.get("after"))
    rows = list((nearest.further_than(*after) if after else nearest)[: size + 1])
    if len(rows) <= size:
        return Page(rows)
    last = rows[size - 1]
    return Page(rows[:size], next=_address(query, "after", f"{last.distance!r}|{last.pk}"))  # type: ignore[attr-defined]


def news_page(tickets: TicketQuerySet, query: QueryDict, *, size: int = PAGE_SIZE) -> Page:
    """A page of the newest news first, of rows with their news. Only a way on; back is the browser's."""
    after = _read_moment(query.get("after"))
    rows = list((tickets.with_older_news(*after) if after else tickets)[: size + 1])
    if len(rows) <= size:
        return Page(rows)
    last = rows[size - 1]
    moment = last.news_at.isoformat()  # type: ignore[attr-defined]
    return Page(rows[:size], next=_address(query, "after", f"{moment}|{last.pk}"))


def _page(rows: list[Ticket], query: QueryDict, *, has_newer: bool, has_older: bool) -> Page:
    return Page(
        rows,
        previous=_address(query, "before", _key(rows[0])) if has_newer and rows else "",
        next=_address(query, "after", _key(rows[-1])) if has_older and rows else "",
    )


def _key(ticket: Ticket) -> str:
    return f"{ticket.created_at.isoformat()}|{ticket.pk}"


def _address(query: QueryDict, name: str, key: str) -> str:
    kept = [(field, value) for field, value in query.items() if field not in {"after", "before"} and value]
    cursor = base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")
    return f"?{urlencode([*kept, (name, cursor)])}"


def _read(cursor: str | None) -> tuple[str, uuid.UUID] | None:
    """Both halves of a cursor. One that was tampered with counts as none: the list starts at its top."""
    if not cursor:
        return None
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        first, _separator, key = text.partition("|")
        return first, uuid.UUID(key)
    except (binascii.Error, ValueError):
        return None


def _read_moment(cursor: str | None) -> tuple[datetime, uuid.UUID] | None:
    halves = _read(cursor)
    try:
        moment = datetime.fromisoformat(halves[0]) if halves else None
    except ValueError:
        return None
    return (moment, halves[1]) if halves and moment and moment.tzinfo else None


def _read_distance(cursor: str | None) -> tuple[float, uuid.UUID] | None:
    halves = _read(cursor)
    try:
        return (float(halves[0]), halves[1]) if halves else None
    except ValueError:
        return None
