"""What is said on a ticket: messages, notes, replies to what was answered, and words after the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy

from common.errors import InvalidInput
from common.text import checked_text
from tickets.actions.assignment import assign_automatically, take_load
from tickets.actions.attachments import MAX_PICTURES as MAX_PICTURES
from tickets.actions.attachments import TooManyPictures as TooManyPictures
from tickets.actions.attachments import attach_pictures as attach_pictures
from tickets.actions.attachments import keep_pictures as keep_pictures
from tickets.actions.change import CheckedChange, changing, lock_ticket, note_last_word
from tickets.actions.clocks import breach_what_is_due, meet, resume_clocks
from tickets.actions.follow_up import open_follow_up
from tickets.enums import AttachmentKind, Outcome, Promise, Source, Status, Visibility
from tickets.events import signed_in
from tickets.models import Message, Ticket
from tickets.permissions import is_reporter
from tickets.pictures import Picture
from tickets.workflow import MAX_NOTE, Verb


class EmptyMessage(InvalidInput):
    code = "empty_message"
    sentence = gettext_lazy("Please write something.")


def add_message(
    ticket: Ticket,
    *,
    body: str,
    acting_user: Any,
    source: Source = Source.WEB,
    pictures: Sequence[Picture] = (),
    as_reporter: bool = False,
) -> Message:
    """Say something to the other side.

    The reporter's word on a responded ticket takes it back to work; on a closed one it opens a
    follow-up, and the message is on that ticket. `as_reporter` is for callers that checked by other
    means whose words these are, such as a reply by e-mail of somebody without an account.
    Raises EmptyMessage, TooManyPictures, and what `changing` raises.
    """
    text = _checked_body(body)
    with transaction.atomic():
        locked = lock_ticket(ticket)
        from_reporter = as_reporter or is_reporter(acting_user, locked)
        if from_reporter and locked.status == Status.CLOSED and locked.outcome != Outcome.WITHDRAWN:
            locked = open_follow_up(locked, source=source, acting_user=acting_user)
        takes_back = from_reporter and locked.status == Status.RESPONDED
        verb = Verb.REPLY if takes_back else Verb.MESSAGE
        with changing(
            locked, verb, acting_user=acting_user, note=text, note_field="body", authorised=as_reporter
        ) as change:
            if takes_back:
                _take_back_to_work(change)
            elif not from_reporter:
                breach_what_is_due(change)
                meet(change, Promise.RESPOND)
            note_last_word(change, is_residents=from_reporter)
            said = _say(change, text, Visibility.PARTICIPANTS, source, pictures, from_staff=not from_reporter)
            if takes_back:
                assign_automatically(change)
            return said


def _checked_body(body: str) -> str:
    text = checked_text(body, field="body", most=MAX_NOTE)
    if not text:
        raise EmptyMessage(field="body")
    return text


def _take_back_to_work(change: CheckedChange) -> None:
    change.write(status=Status.IN_PROGRESS, auto_close_at=None)
    take_load(change)
    resume_clocks(change)


def add_note(ticket: Ticket, *, body: str, acting_user: Any) -> Message:
    """A note that only staff see. Raises EmptyMessage, and what `changing` raises."""
    text = _checked_body(body)
    with changing(ticket, Verb.NOTE, acting_user=acting_user) as change:
        return _say(change, text, Visibility.STAFF, Source.CONSOLE, (), from_staff=True)


def _say(
    change: CheckedChange,
    text: str,
    visibility: Visibility,
    source: Source,
    pictures: Sequence[Picture],
    *,
    from_staff: bool,
) -> Message:
    said = Message.objects.create(
        ticket=change.ticket,
        author=signed_in(change.acting_user),
        is_from_staff=from_staff,
        body=text,
        visibility=visibility,
        source=source,
    )
    keep_pictures(change, pictures, AttachmentKind.OTHER, visibility=visibility, message=said)
    change.record(
        change.rule.event, visibility=visibility, data={"message": str(said.pk), "is_from_staff": from_staff}
    )
    return said
