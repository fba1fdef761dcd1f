"""Who waits for an answer: tickets on which the resident had the last word, and calls that are due."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Capability
from accounts.permissions import has_capability_anywhere
from common.admin import MenuEntry, MenuGroup, add_menu_entry
from common.identifiers import as_uuid
from tickets.admin.rows import ticket_url
from tickets.admin.words import Word, waiting_words
from tickets.desk import Talk, calls_due, photos_waiting, talks_for, talks_waiting
from tickets.models import Ticket

# Somebody who waits longer than this is shown as late.
_LATE_HOURS = 24
_EXCERPT = 160


@dataclass(frozen=True)
class TalkRow:
    url: str
    reference: str
    title: str
    said: str
    holder: str
    waits: Word


def may_talk(user: Any) -> bool:
    """Those who may know who reported: they write to residents and call them."""
    return has_capability_anywhere(user, Capability.VIEW_REPORTERS)


def conversations(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    return _answer(request, "console/conversations.html", site_context)


def renewed_conversations(request: HttpRequest) -> HttpResponse:
    """The list without the page around it."""
    return _answer(request, "console/_conversations.html", {})


def _answer(request: HttpRequest, template: str, site_context: dict[str, Any]) -> HttpResponse:
    if not may_talk(request.user):
        raise PermissionDenied
    whose, now = request.GET.get("whose", ""), timezone.now()
    page = talks_for(request.user, whose=whose, after=_place(request.GET.get("after", "")))
    here = reverse("admin:tickets_conversations")
    kept = f"whose={whose}&" if whose in {"mine", "departments"} else ""
    context = site_context | {
        "title": _("Conversations"),
        "tabs": _tabs(here, whose),
        "rows": [_row(talk, now) for talk in page.talks],
        "height": page.height,
        "next_url": f"{here}?{kept}after={_cursor(page.talks[-1].ticket)}" if page.has_more else "",
        "first_url": here if request.GET.get("after") else "",
        "renew_url": f"{reverse('admin:tickets_conversations_renewed')}?{request.GET.urlencode()}",
    }
    return TemplateResponse(request, template, context)


def _tabs(here: str, whose: str) -> list[dict[str, Any]]:
    choices = [("", _("All")), ("departments", _("My departments")), ("mine", _("Mine"))]
    chosen = whose if whose in {"departments", "mine"} else ""
    return [
        {"title": title, "url": f"{here}?whose={name}" if name else here, "is_current": name == chosen}
        for name, title in choices
    ]


def _row(talk: Talk, now: datetime) -> TalkRow:
    ticket, since = talk.ticket, talk.ticket.unanswered_since or now
    is_late = (now - since).total_seconds() > _LATE_HOURS * 3600
    words = waiting_words(since, now)
    department = ticket.department.name if ticket.department else _("no department")
    return TalkRow(
        url=ticket_url(ticket),
        reference=ticket.reference,
        title=ticket.title,
        said=Truncator(talk.said).chars(_EXCERPT),
        holder=ticket.assignee.get_full_name() if ticket.assignee else department,
        waits=Word(words, "overdue" if is_late else "waiting", "hourglass_top"),
    )


def _cursor(ticket: Ticket) -> str:
    since = ticket.unanswered_since
    return f"{since.timestamp():.6f}_{ticket.pk}" if since else ""


def _place(cursor: str) -> tuple[datetime, uuid.UUID] | None:
    """Where a page ended; None for what nobody was given: then the list begins at its top."""
    seconds, _separator, key = cursor.partition("_")
    found = as_uuid(key)
    if found is None:
        return None
    try:
        return datetime.fromtimestamp(float(seconds), tz=UTC), found
    except (ValueError, OverflowError, OSError):
        return None


def waiting(request: HttpRequest) -> HttpResponse:
    """How many conversations, calls and photos wait, for the numbers in the menu, by their page."""
    if not may_talk(request.user):
        raise PermissionDenied
    counts = {
        reverse("admin:tickets_conversations"): talks_waiting(request.user),
        reverse("admin:tickets_callback_changelist"): calls_due(request.user, timezone.now()),
        reverse("admin:tickets_photos"): photos_waiting(request.user),
    }
    return JsonResponse({"counts": counts})


add_menu_entry(
    MenuEntry(MenuGroup.WORK, "forum", 34, gettext_lazy("Conversations")),
    url_name="tickets_conversations",
    is_shown=lambda request: may_talk(request.user),
)
