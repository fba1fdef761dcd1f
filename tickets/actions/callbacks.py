"""To be called back about a ticket: asked for by a resident, taken and answered by staff."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.errors import DomainError, InvalidInput, NotAllowed, NotFound
from common.phones import InvalidPhone, normalise_phone
from common.text import checked_text
from tickets.actions.change import Change, changing, check_person, lock_ticket, note_last_word
from tickets.enums import CallbackState, EventKind, Visibility
from tickets.models import Callback, Ticket
from tickets.permissions import can_view_ticket, is_reporter
from tickets.workflow import MAX_NOTE, NoteRequired, Verb

MOST_ATTEMPTS = 3
TRY_AGAIN_AFTER = timedelta(hours=1)
LONGEST_AHEAD = timedelta(days=14)
LONGEST_NOTE = 1000


class CallbackOpen(DomainError):
    code = "callback_open"
    sentence = gettext_lazy("You have asked to be called already. We will call you.")


class CallbackEnded(DomainError):
    code = "callback_ended"
    sentence = gettext_lazy("This call was made, or given up, before.")


class CallbackTaken(DomainError):
    code = "callback_taken"
    sentence = gettext_lazy("A colleague is calling already.")


def ask_for_call(
    ticket: Ticket,
    *,
    acting_user: User,
    phone: str = "",
    note: str = "",
    call_after: datetime | None = None,
) -> Callback:
    """Ask to be called about a ticket. For who reported it, and for its supporters.

    Without a number, the one that is known. Raises CallbackOpen, InvalidPhone, InvalidInput,
    NotAllowed, NotFound.
    """
    _check_may_ask(acting_user, ticket)
    with changing(ticket, Verb.ASK_CALL, acting_user=acting_user, authorised=True) as change:
        if change.ticket.callbacks.open().of_person(acting_user.pk).exists():
            raise CallbackOpen
        asked = Callback.objects.create(
            ticket=change.ticket,
            person=acting_user,
            phone=_number(change.ticket, acting_user, phone),
            note=checked_text(note, field="note", most=LONGEST_NOTE),
            call_after=_checked_time(call_after, change.at),
        )
        change.record(EventKind.CALLBACK_ASKED, visibility=_shown_to(asked, change.ticket), data=_data(asked))
        return asked


def cancel_call(ticket: Ticket, *, acting_user: User) -> bool:
    """Not to be called any more. Returns whether a call was open; without one nothing changes."""
    if not can_view_ticket(acting_user, ticket):
        raise NotFound
    with transaction.atomic():
        change = Change(lock_ticket(ticket), acting_user=acting_user, at=timezone.now())
        asked = change.ticket.callbacks.open().of_person(acting_user.pk).select_for_update().first()
        if asked is None:
            return False
        asked.state = CallbackState.CANCELLED
        asked.ended_at = change.at
        asked.save(update_fields=["state", "ended_at"])
        change.record(
            EventKind.CALLBACK_CANCELLED, visibility=_shown_to(asked, change.ticket), data=_data(asked)
        )
        return True


def _check_may_ask(user: User, ticket: Ticket) -> None:
    if not can_view_ticket(user, ticket):
        raise NotFound
    if not (is_reporter(user, ticket) or ticket.supports.by(user).exists()):
        raise NotAllowed(_("Only those who reported or support this problem can be called about it."))


def _number(ticket: Ticket, person: User, typed: str) -> str:
    known = (ticket.reporter_phone if is_reporter(person, ticket) else "") or person.phone or ""
    wanted = typed.strip() or known
    if not wanted:
        raise InvalidPhone(_("Tell us the number to call."), field="phone")
    return normalise_phone(wanted, country=ticket.organisation.country)


def _checked_time(wanted: datetime | None, now: datetime) -> datetime:
    if wanted is None or wanted <= now:
        return now
    if wanted > now + LONGEST_AHEAD:
        raise InvalidInput(_("At most two weeks from now, please."), field="when")
    return wanted


def _shown_to(callback: Callback, ticket: Ticket) -> Visibility:
    """That a supporter asked is between them and staff."""
    mine = callback.person_id == ticket.reporter_id
    return Visibility.PARTICIPANTS if mine else Visibility.STAFF


def _data(callback: Callback) -> dict[str, Any]:
    return {"callback": str(callback.pk), "attempts": callback.attempts}


def take_callback(callback: Callback, *, acting_user: Any) -> Callback:
    """Say that one is calling now, so that nobody else does. Raises CallbackTaken, CallbackEnded."""
    with _answering(callback, acting_user) as (locked, _change):
        if locked.taken_by_id is not None and locked.taken_by_id != acting_user.pk:
            name = locked.taken_by.get_full_name() if locked.taken_by else ""
            raise CallbackTaken(_("%(name)s is calling already.") % {"name": name})
        locked.taken_by = acting_user
        locked.save(update_fields=["taken_by"])
        return locked


def finish_callback(callback: Callback, *, note: str, acting_user: Any) -> Callback:
    """The person was called; the note says what came of it. Raises NoteRequired, CallbackEnded."""
    text = checked_text(note, field="note", most=MAX_NOTE)
    if not text:
        raise NoteRequired(field="note")
    with _answering(callback, acting_user) as (locked, change):
        locked.state = CallbackState.DONE
        locked.ended_at = change.at
        locked.save(update_fields=["state", "ended_at"])
        note_last_word(change, is_residents=False)
        change.record(
            EventKind.CALLED_BACK, visibility=_shown_to(locked, change.ticket), note=text, data=_data(locked)
        )
        return locked


def miss_callback(callback: Callback, *, acting_user: Any) -> Callback:
    """Nobody answered: try again later, or give up after so many times. The person is told."""
    with _answering(callback, acting_user) as (locked, change):
        locked.attempts += 1
        locked.taken_by = None
        if locked.attempts >= MOST_ATTEMPTS:
            locked.state = CallbackState.NOT_REACHED
            locked.ended_at = change.at
        else:
            locked.call_after = change.at + TRY_AGAIN_AFTER
        locked.save(update_fields=["attempts", "taken_by", "state", "ended_at", "call_after"])
        change.record(EventKind.CALL_MISSED, visibility=_shown_to(locked, change.ticket), data=_data(locked))
        return locked


@contextmanager
def _answering(callback: Callback, acting_user: Any) -> Iterator[tuple[Callback, Change]]:
    """The open callback and its ticket, both locked, for staff who may see who reported."""
    with transaction.atomic():
        ticket = lock_ticket(callback.ticket)
        check_person(acting_user, Verb.NOTE, ticket)
        locked = (
            Callback.objects.select_related("taken_by").select_for_update(of=("self",)).get(pk=callback.pk)
        )
        if locked.state != CallbackState.OPEN:
            raise CallbackEnded
        yield locked, Change(ticket, acting_user=acting_user, at=timezone.now())
