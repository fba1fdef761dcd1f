"""The landing page of the console: what to do next."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.enums import Capability
from accounts.permissions import has_capability_anywhere
from tickets.actions.assignment import set_availability
from tickets.admin.conversations import may_talk
from tickets.admin.rows import Row, rows_for
from tickets.admin.words import moment
from tickets.desk import Board, Desk, Pile, board_of, desk_of, newest_for, own_place, photos_waiting


@dataclass(frozen=True)
class Section:
    """A pile of tickets under a heading. `more` leads to the whole of it in the ticket list."""

    name: str
    title: str
    hint: str
    empty: str
    rows: list[Row]
    height: str
    more: str
    has_pick: bool = False
    tone: str = ""


def my_work(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What unfold shows as the index of the console."""
    now = timezone.now()
    user: Any = request.user
    desk = desk_of(user)
    board = board_of(user, now)
    works = has_capability_anywhere(user, Capability.WORK_ON_TICKETS)
    return context | {
        "title": _("My work"),
        "greeting": _greeting(now) % {"name": user.get_short_name() or _("colleague")},
        "today": moment(now),
        "places": desk.places,
        "sections": _sections(desk, board, now) if works else [_newest_section(newest_for(user), now)],
        "members": board.members if board else [],
        "queue": _queue_section(desk.queue, now) if works else None,
        "photos_to_look_at": photos_waiting(user) if may_talk(user) else 0,
        "can_log": has_capability_anywhere(user, Capability.LOG_FOR_CALLER),
        "list_url": _list_url(),
    }


def _greeting(now: datetime) -> str:
    hour = timezone.localtime(now).hour
    if hour < 12:
        return _("Good morning, %(name)s")
    return _("Good afternoon, %(name)s") if hour < 18 else _("Good evening, %(name)s")


def _list_url(**filters: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    return reverse("admin:tickets_ticket_changelist") + (f"?{query}" if query else "")


def _sections(desk: Desk, board: Board | None, now: datetime) -> list[Section]:
    """Own work first; an empty desk says nothing to who has a board to look at."""
    own = _own_sections(desk, now)
    shown = [section for section in own if section.rows or (section.name == "next" and board is None)]
    return [*shown, *(_board_sections(board, now) if board else [])]


def _section(pile: Pile, now: datetime, *, is_own: bool = False, **words: Any) -> Section:
    return Section(rows=rows_for(pile.tickets, now, is_own=is_own), height=pile.height, **words)


def _own_sections(desk: Desk, now: datetime) -> list[Section]:
    return [
        _section(
            desk.to_do,
            now,
            is_own=True,
            name="next",
            title=_("Do next"),
            hint=_("Your tickets, expiring first"),
            empty=_("Nothing is on your desk. Take something from the queue."),
            more=_list_url(whose="mine"),
        ),
        _section(
            desk.waiting,
            now,
            is_own=True,
            name="waiting",
            title=_("Waiting for the reporter"),
            hint=_("Answered or resolved by you; nothing to do until they reply"),
            empty=_("Nobody keeps you waiting."),
            more=_list_url(whose="mine", status="responded"),
        ),
    ]


def _queue_section(pile: Pile, now: datetime) -> Section:
    return _section(
        pile,
        now,
        name="queue",
        title=_("In the queue"),
        hint=_("Waiting for a free agent, the most pressing first"),
        empty=_("The queue is empty."),
        more=_list_url(whose="queue"),
        has_pick=True,
    )


def _newest_section(pile: Pile, now: datetime) -> Section:
    return _section(
        pile,
        now,
        name="newest",
        title=_("Just reported"),
        hint=_("What callers may be calling about"),
        empty=_("Nothing was reported yet."),
        more=_list_url(),
    )


def _board_sections(board: Board, now: datetime) -> list[Section]:
    return [
        _section(
            board.expired,
            now,
            name="expired",
            title=_("Expired in your departments"),
            hint=_("The promise was missed; the longest first"),
            empty=_("No promise is missed. Well done."),
            more=_list_url(time="overdue"),
            tone="overdue",
        ),
        _section(
            board.expiring,
            now,
            name="expiring",
            title=_("Expiring within a day"),
            hint=_("Still to be kept"),
            empty=_("Nothing expires within a day."),
            more=_list_url(time="soon"),
            tone="expiring",
        ),
    ]


@require_POST
def change_availability(request: HttpRequest, member_id: uuid.UUID) -> HttpResponse:
    """Come or go: oneself, or a member of a department that one manages."""
    member = own_place(request.user, member_id)
    if member is None:
        raise Http404
    is_available = request.POST.get("is_available") == "yes"
    set_availability(member, is_available=is_available, acting_user=request.user)
    words = {"name": member.user.get_full_name(), "department": member.department.name}
    if is_available:
        sentence = _("%(name)s is available in %(department)s: new tickets come in.") % words
    else:
        sentence = _("%(name)s is away from %(department)s: no new tickets come in.") % words
    messages.success(request, sentence)
    return HttpResponseRedirect(reverse("admin:index"))
