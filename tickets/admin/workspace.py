"""The workspace of one ticket: everything on one page, and the verbs as buttons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from common.errors import DomainError, NotAllowed, NotFound, StaleVersion
from tickets.admin import words
from tickets.admin.panels import panels_for
from tickets.admin.photos import photo_card
from tickets.admin.place import place_map
from tickets.admin.rows import rows_for, ticket_url
from tickets.admin.timeline import timeline
from tickets.admin.verb_form import VerbForm
from tickets.admin.verbs import CONSOLE_VERBS, ConsoleVerb, may_use, offered_verbs
from tickets.desk import surroundings_of
from tickets.forms import add_refusal
from tickets.models import Ticket
from tickets.permissions import can_view_as_staff, can_view_reporter
from tickets.queries import conversation_for

# These stand at the top, big; the rest below, each behind a line.
_FIRST = ("pick", "start", "resolve")
_SAYING = ("message", "note")


@dataclass(frozen=True)
class Button:
    """A verb with its form, folded open where it was refused."""

    row: ConsoleVerb
    url: str
    form: VerbForm
    is_open: bool

    @property
    def label(self) -> str | Promise:
        return self.form.label or self.row.label


@dataclass(frozen=True)
class Opened:
    """The verb that was tried and refused, with what was typed."""

    slug: str
    form: VerbForm


def show_workspace(
    request: HttpRequest,
    ticket: Ticket,
    site_context: dict[str, Any],
    *,
    opened: Opened | None = None,
    status: int = 200,
) -> HttpResponse:
    context = site_context | workspace_context(ticket, request.user, opened, request.GET.get("open", ""))
    context["live_url"] = reverse("admin:tickets_ticket_live", args=[ticket.pk])
    return TemplateResponse(request, "console/ticket.html", context, status=status)


def workspace_context(ticket: Ticket, user: Any, opened: Opened | None, wanted: str) -> dict[str, Any]:
    now = timezone.now()
    with_reporter = can_view_reporter(user, ticket)
    conversation = conversation_for(user, ticket)
    around = surroundings_of(ticket, user, with_reporter=with_reporter)
    buttons = _buttons(ticket, user, opened, wanted)
    return {
        "title": ticket.reference,
        "ticket": ticket,
        **_badges(ticket, now),
        "supporters": words.supporters(ticket),
        "first_buttons": [button for button in buttons if button.row.slug in _FIRST],
        "saying_buttons": [button for button in buttons if button.row.slug in _SAYING],
        "other_buttons": [button for button in buttons if button.row.slug not in (*_FIRST, *_SAYING)],
        "timeline": timeline(conversation, ticket, with_reporter=with_reporter),
        "photos": [photo_card(ticket, photo, user) for photo in conversation.attachments],
        "reporter": _reporter(ticket) if with_reporter else None,
        "same_reporter": rows_for(around.same_reporter, now),
        "near_by": rows_for(around.near_by, now),
        "reachable": {str(other.pk) for other in around.near_by if can_view_as_staff(user, other)},
        "clocks": [
            (clock.get_promise_display(), words.clock_word(clock, now), words.clock_detail(clock))
            for clock in around.clocks
        ],
        "custodies": [
            (custody, words.custody_span(custody, now), words.custody_word(custody, now))
            for custody in reversed(around.custodies)
        ],
        "place": place_map(ticket),
        "panels": panels_for(ticket, user),
    }


def show_live_parts(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """What of the workspace may have changed since the version that the reader has."""
    if request.GET.get("version") == str(ticket.version):
        return HttpResponse(status=204)
    user = request.user
    conversation, now = conversation_for(user, ticket), timezone.now()
    story = timeline(conversation, ticket, with_reporter=can_view_reporter(user, ticket))
    context = {"ticket": ticket, "timeline": story, "said": story[0].headline if story else ""}
    return TemplateResponse(request, "console/live.html", context | _badges(ticket, now))


def _badges(ticket: Ticket, now: datetime) -> dict[str, Any]:
    return {
        "status": words.status_word(ticket),
        "priority": words.priority_word(ticket),
        "time": words.time_word(ticket, now),
        "escalation": words.escalation_word(ticket),
    }


def _buttons(ticket: Ticket, user: Any, opened: Opened | None, wanted: str) -> list[Button]:
    offered = offered_verbs(user, ticket)
    tried = opened.slug if opened else wanted
    # What was typed is never lost, even where the verb is not possible any more.
    if opened and all(row.slug != opened.slug for row in offered):
        offered = [*offered, CONSOLE_VERBS[opened.slug]]
    return [
        Button(
            row=row,
            url=verb_url(ticket, row.slug),
            form=opened.form
            if opened and opened.slug == row.slug
            else row.form(ticket=ticket, user=user, slug=row.slug),
            is_open=row.slug == tried,
        )
        for row in offered
    ]


def verb_url(ticket: Ticket, slug: str) -> str:
    return reverse("admin:tickets_ticket_verb", args=[ticket.pk, slug])


def _reporter(ticket: Ticket) -> dict[str, str]:
    person = ticket.reporter
    return {
        "name": ticket.reporter_name or (person.get_full_name() if person else "") or _("without a name"),
        "phone": ticket.reporter_phone or (person.phone or "" if person else ""),
        "email": ticket.reporter_email or (person.email or "" if person else ""),
        "account": _("with an account") if person else _("without an account"),
    }


# A verb is posted


def use_verb(request: HttpRequest, ticket: Ticket, slug: str, site_context: dict[str, Any]) -> HttpResponse:
    """One URL for every verb: validate its form, call its action, say what happened."""
    row = CONSOLE_VERBS.get(slug)
    if row is None:
        raise Http404(str(NotFound.sentence))
    if request.method != "POST":
        return HttpResponseRedirect(f"{ticket_url(ticket)}?open={slug}")
    if not may_use(request.user, row, ticket):
        raise PermissionDenied
    form = row.form(request.POST, request.FILES, ticket=ticket, user=request.user, slug=slug)
    refusal = _act(form)
    if refusal is None:
        messages.success(request, f"{ticket.reference}: {form.done}")
        return HttpResponseRedirect(_where_next(request, ticket))
    back = _asked_next(request)
    if back and form.is_plain:
        messages.error(request, f"{ticket.reference}: {refusal}")
        return HttpResponseRedirect(back)
    return _show_refused(request, ticket, Opened(slug, form), site_context)


def _act(form: VerbForm) -> str | None:
    """None when it is done; else the first sentence of what stands in the way, also in the form."""
    if form.is_valid():
        try:
            form.act()
        except NotAllowed as refusal:
            raise PermissionDenied(refusal.message) from refusal
        except DomainError as refusal:
            add_refusal(form, refusal)
            if isinstance(refusal, StaleVersion):
                _take_new_version(form)
            return refusal.message
        return None
    return str(next(iter(form.errors.values()))[0])


def _take_new_version(form: VerbForm) -> None:
    """Having looked at the page again, the person may repeat the change."""
    form.ticket.refresh_from_db(fields=["version"])
    form.data = {**form.data.dict(), "version": str(form.ticket.version)}  # type: ignore[attr-defined]


def _show_refused(
    request: HttpRequest, ticket: Ticket, opened: Opened, site_context: dict[str, Any]
) -> HttpResponse:
    if opened.form.is_plain:
        for sentence in opened.form.non_field_errors():
            messages.error(request, f"{ticket.reference}: {sentence}")
        return HttpResponseRedirect(ticket_url(ticket))
    ticket.refresh_from_db()
    return show_workspace(request, ticket, site_context, opened=opened, status=409)


def _where_next(request: HttpRequest, ticket: Ticket) -> str:
    """Back to where it was asked from; off a ticket that is out of reach now."""
    ticket.refresh_from_db()
    if not can_view_as_staff(request.user, ticket):
        return reverse("admin:index")
    return _asked_next(request) or ticket_url(ticket)


def _asked_next(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    inside = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if inside else ""
