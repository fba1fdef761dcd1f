"""One ticket as residents see it: the glance, the story, me too, follow, a word to the department."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.site import signed_in_user
from common.errors import DomainError
from departments.maps import ward_map
from tickets.actions.answering import may_answer, may_confirm_without_code
from tickets.actions.conversation import add_message
from tickets.actions.following import follow_ticket, unfollow_ticket
from tickets.actions.seeing import see_ticket
from tickets.call_times import call_times
from tickets.enums import AttachmentKind, Outcome, Status
from tickets.forms import CallbackForm, MessageForm, add_refusal
from tickets.models import Attachment, Ticket
from tickets.permissions import can_use, can_view_as_staff, can_view_ticket, is_reporter
from tickets.pictures import SIDES, SMALLER_SIDES, size_at
from tickets.queries import Conversation, conversation_for, hidden_files, is_among_own
from tickets.views.access import get_ticket_or_404
from tickets.views.cards import ago, place_words
from tickets.views.me_too import visitor_support
from tickets.views.near_by import MapView, map_note, places_url
from tickets.views.timeline import timeline_for
from tickets.views.words import Words, day_and_time, promise_words, status_words, track, turn_words
from tickets.workflow import Verb, is_possible


@dataclass(frozen=True)
class Glance:
    """The three answers that must be readable from two metres."""

    status: Words
    promise: Words
    turn: Words


@dataclass(frozen=True)
class Fact:
    word: str
    value: str


@dataclass(frozen=True)
class Photo:
    url: str
    # The smallest one, with its measures, and all of them with their widths for the browser to choose from.
    src: str
    width: int
    height: int
    srcset: str
    description: str
    caption: str


@require_GET
def ticket_page(request: HttpRequest, reference: str) -> HttpResponse:
    ticket = get_ticket_or_404(request, reference)
    if ticket.reference != reference:
        return redirect("tickets:ticket", ticket.reference)
    _mark_seen(request, ticket)
    return show_ticket(request, ticket, MessageForm())


@require_GET
def live_parts(request: HttpRequest, reference: str) -> HttpResponse:
    """What of the page may have changed since the version that the reader has; nothing where none has."""
    ticket = get_ticket_or_404(request, reference)
    if request.GET.get("version") == str(ticket.version):
        return HttpResponse(status=204)
    _mark_seen(request, ticket)
    now, story = timezone.now(), timeline_for(ticket, conversation_for(request.user, ticket))
    context = {
        "ticket": ticket,
        "timeline": story,
        "said": story[0].headline if story else "",
        **_standing(request, ticket, now),
    }
    return render(request, "tickets/live.html", context)


def _standing(request: HttpRequest, ticket: Ticket, now: datetime) -> dict[str, Any]:
    """How the ticket stands, and whether the reader is asked something: what changes under their eyes."""
    return {
        "glance": _glance(ticket, now, mine=is_reporter(request.user, ticket)),
        "track": track(ticket, now),
        **_verification_context(request, ticket),
    }


def _mark_seen(request: HttpRequest, ticket: Ticket) -> None:
    """For those who find it among their tickets: it is not new to them any more."""
    if request.user.is_authenticated and is_among_own(request.user, ticket):
        see_ticket(ticket, acting_user=signed_in_user(request))


@require_POST
def send_message(request: HttpRequest, reference: str) -> HttpResponse:
    ticket = get_ticket_or_404(request, reference)
    form = MessageForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            said = add_message(
                ticket,
                body=form.cleaned_data["body"],
                pictures=form.cleaned_data["photos"],
                acting_user=request.user,
            )
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _sent_words(ticket, said.ticket))
            return redirect("tickets:ticket", said.ticket.reference)
    return show_ticket(request, ticket, form, status=400)


def _sent_words(ticket: Ticket, where: Ticket) -> str:
    if where.pk == ticket.pk:
        return _("Your message is with the department.")
    words = _("%(old)s stays closed. Your message is on a new ticket that goes on from it: %(new)s.")
    return words % {"old": ticket.reference, "new": where.reference}


@require_POST
@login_required
def follow(request: HttpRequest, reference: str) -> HttpResponse:
    """Sets the follow to what the form says, so that sending it twice changes nothing more."""
    person, ticket = signed_in_user(request), get_ticket_or_404(request, reference)
    try:
        if request.POST.get("follow") == "no":
            unfollow_ticket(ticket, acting_user=person)
            messages.success(request, _("You hear no more of it."))
        else:
            follow_ticket(ticket, acting_user=person)
            messages.success(request, _("You follow it now. We keep you informed."))
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return redirect("tickets:ticket", ticket.reference)


def show_ticket(
    request: HttpRequest,
    ticket: Ticket,
    form: MessageForm,
    *,
    callback_form: CallbackForm | None = None,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    conversation = conversation_for(request.user, ticket)
    handled_in = merged_into(ticket)
    mine = is_reporter(request.user, ticket)
    context = {
        "ticket": ticket,
        "category_name": ticket.category.name if ticket.category else "",
        "place_words": place_words(ticket),
        "live_url": _live_url(request, ticket),
        "timeline": timeline_for(ticket, conversation),
        "facts": _facts(ticket, now),
        "map": _map(ticket),
        "message_form": form if may_write(request.user, ticket) else None,
        "goes_on_elsewhere": goes_on_elsewhere(ticket),
        "handled_in": handled_in,
        "shows_handled_in": handled_in is not None and can_view_ticket(request.user, handled_in),
        "message_url": reverse("tickets:message", args=[ticket.reference]),
        **_photo_context(ticket, conversation, mine=mine),
        **_support_context(request, ticket, mine=mine),
        **_standing(request, ticket, now),
        **_callback_context(request, ticket, callback_form),
    }
    return render(request, "tickets/ticket.html", context, status=status)


def _live_url(request: HttpRequest, ticket: Ticket) -> str:
    """Where the page asks what is new: for who has to do with the ticket, not for everybody who passes by."""
    user = request.user
    is_theirs = user.is_authenticated and (is_among_own(user, ticket) or can_view_as_staff(user, ticket))
    return reverse("tickets:live", args=[ticket.reference]) if is_theirs else ""


def may_write(user: Any, ticket: Ticket) -> bool:
    if goes_on_elsewhere(ticket):
        return is_reporter(user, ticket) and ticket.outcome != Outcome.DUPLICATE
    can_reply = is_possible(Verb.REPLY, ticket.status) and can_use(user, Verb.REPLY, ticket)
    return can_reply or (is_possible(Verb.MESSAGE, ticket.status) and can_use(user, Verb.MESSAGE, ticket))


def merged_into(ticket: Ticket) -> Ticket | None:
    """The ticket that goes on in the place of a duplicate, however often that was merged itself."""
    survivor = ticket.duplicate_of
    while survivor is not None and survivor.duplicate_of is not None:
        survivor = survivor.duplicate_of
    return survivor


def goes_on_elsewhere(ticket: Ticket) -> bool:
    """Whether a message opens a follow-up: the ticket is closed, and was not withdrawn."""
    return ticket.status == Status.CLOSED and ticket.outcome != Outcome.WITHDRAWN


def _glance(ticket: Ticket, now: Any, *, mine: bool) -> Glance:
    nothing = Words(_("Nothing"), "quiet", "clock", _("There is no standard for this kind of problem."))
    if ticket.status == Status.CLOSED:
        nothing = Words(_("Nothing"), "quiet", "clock", _("Nothing is owed any more."))
    return Glance(
        status=status_words(ticket),
        promise=promise_words(ticket, now) or nothing,
        turn=turn_words(ticket, is_mine=mine),
    )


def _facts(ticket: Ticket, now: Any) -> list[Fact]:
    facts = [
        (_("Department"), ticket.department.name if ticket.department else ""),
        (_("Step"), ticket.stage.name if ticket.stage else ""),
        (_("Kind"), ticket.category.name if ticket.category else ""),
        (_("Urgency"), capfirst(ticket.get_priority_display())),
        (_("Place"), ticket.address),
        (_("Ward"), str(ticket.ward.number) if ticket.ward else ""),
        (_("Last news"), ago(ticket.updated_at or ticket.created_at, now)),
    ]
    return [Fact(word, value) for word, value in facts if value]


def _map(ticket: Ticket) -> MapView | None:
    if ticket.latitude is None:
        return None
    shapes, status = ward_map(ticket.organisation_id), status_words(ticket)
    return MapView(
        kind="ticket",
        places_url=places_url(shapes),
        note=map_note(shapes),
        latitude=ticket.latitude,
        longitude=ticket.longitude,
        ward=ticket.ward.number if ticket.ward else None,
        tone=status.tone,
        shape=status.shape,
    )


def _photo_context(ticket: Ticket, conversation: Conversation, *, mine: bool) -> dict[str, Any]:
    photos = [(attachment.kind, _photo(ticket, attachment)) for attachment in conversation.attachments]
    after = [photo for kind, photo in photos if kind == AttachmentKind.RESOLUTION]
    return {
        "photos": [photo for kind, photo in photos if kind != AttachmentKind.RESOLUTION],
        "photos_after": after,
        "hidden_photos": hidden_files(ticket) if mine else 0,
    }


def _photo(ticket: Ticket, attachment: Attachment) -> Photo:
    url = reverse("tickets:photo", args=[ticket.reference, attachment.pk])
    sizes = {side: size_at(attachment.width or side, attachment.height or side, side) for side in SIDES}
    addresses = {side: f"{url}{side}/" if side in SMALLER_SIDES else url for side in SIDES}
    smallest = SIDES[0]
    return Photo(
        url=url,
        src=addresses[smallest],
        width=sizes[smallest][0],
        height=sizes[smallest][1],
        srcset=", ".join(f"{addresses[side]} {sizes[side][0]}w" for side in SIDES),
        description=attachment.get_kind_display(),
        caption=_caption(attachment),
    )


def _caption(attachment: Attachment) -> str:
    if attachment.is_waiting:
        return _("Not public yet: staff look at it first")
    if attachment.is_hidden:
        return _("Hidden: only staff see it")
    captions = {AttachmentKind.DISPUTE: _("Still wrong"), AttachmentKind.OTHER: _("With a message")}
    return captions.get(AttachmentKind(attachment.kind), "")


def _support_context(request: HttpRequest, ticket: Ticket, *, mine: bool) -> dict[str, Any]:
    user = request.user
    if user.is_authenticated:
        is_supporter = ticket.supports.by(user).exists()
    else:
        is_supporter = visitor_support(request, ticket) is not None
    return {
        "can_support": is_possible(Verb.SUPPORT, ticket.status) and not mine,
        "is_mine": mine,
        "is_supporter": is_supporter,
        # Who reported or supports it is kept informed anyway.
        "can_follow": user.is_authenticated and not mine and not is_supporter,
        "is_follower": user.is_authenticated and ticket.follows.by(user).exists(),
        "follow_url": reverse("tickets:follow", args=[ticket.reference]),
        "me_too_url": reverse("tickets:me_too", args=[ticket.reference]),
    }


def _verification_context(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    waits = ticket.status == Status.RESOLVED
    return {
        "can_verify": waits and may_answer(request.user, ticket),
        "confirms_without_code": waits and may_confirm_without_code(request.user, ticket),
        "verify_url": reverse("tickets:verify", args=[ticket.reference]),
    }


def _callback_context(request: HttpRequest, ticket: Ticket, form: CallbackForm | None) -> dict[str, Any]:
    """For who reported it and for its supporters, who are not visitors."""
    user: Any = request.user
    may_ask = user.is_authenticated and (is_reporter(user, ticket) or ticket.supports.by(user).exists())
    if not may_ask:
        return {"can_ask_for_call": False}
    known = (ticket.reporter_phone if is_reporter(user, ticket) else "") or user.phone or ""
    asked, now = ticket.callbacks.open().of_person(user.pk).first(), timezone.now()
    return {
        "can_ask_for_call": True,
        "open_callback": asked,
        "called_when": day_and_time(asked.call_after) if asked and asked.call_after > now else "",
        "callback_form": form or CallbackForm(initial={"phone": known}, times=call_times(ticket, now)),
        "callback_url": reverse("tickets:call_me_back", args=[ticket.reference]),
    }
