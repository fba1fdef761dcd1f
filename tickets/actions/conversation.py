"""What is said and shown on a ticket: messages, notes, pictures, and replies to what was answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from common.errors import InvalidInput
from tickets.actions.assignment import assign_automatically, take_load
from tickets.actions.change import Change, CheckedChange, changing, check_person, lock_ticket
from tickets.actions.clocks import breach_what_is_due, meet, resume_clocks
from tickets.actions.custody import hand_over
from tickets.enums import AttachmentKind, EventKind, Promise, Source, Status, Visibility
from tickets.events import signed_in
from tickets.models import Attachment, Message, Ticket
from tickets.permissions import can_view_as_staff, is_reporter
from tickets.pictures import Picture
from tickets.workflow import Verb

MAX_PICTURES = 5


class TooManyPictures(InvalidInput):
    code = "too_many_pictures"
    sentence = gettext_lazy("At most five pictures, please.")


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
) -> Message:
    """Say something to the other side. The reporter's word on a responded ticket takes it back to work.

    Raises NoteRequired for an empty message, and what `changing` raises.
    """
    if ticket.status == Status.RESPONDED and is_reporter(acting_user, ticket):
        return _reply(ticket, body=body, acting_user=acting_user, source=source, pictures=pictures)
    with changing(ticket, Verb.MESSAGE, acting_user=acting_user) as change:
        from_staff = acting_user is None or can_view_as_staff(acting_user, change.ticket)
        from_staff = from_staff and not is_reporter(acting_user, change.ticket)
        if from_staff:
            breach_what_is_due(change)
            meet(change, Promise.RESPOND)
        return _say(change, body, Visibility.PARTICIPANTS, source, pictures, from_staff=from_staff)


def _reply(
    ticket: Ticket, *, body: str, acting_user: Any, source: Source, pictures: Sequence[Picture]
) -> Message:
    with changing(ticket, Verb.REPLY, acting_user=acting_user, note=body, note_field="body") as change:
        change.write(status=Status.IN_PROGRESS, auto_close_at=None)
        take_load(change)
        resume_clocks(change)
        said = _say(change, body, Visibility.PARTICIPANTS, source, pictures, from_staff=False)
        hand_over(change)
        assign_automatically(change)
        return said


def add_note(ticket: Ticket, *, body: str, acting_user: Any) -> Message:
    """A note that only staff see."""
    with changing(ticket, Verb.NOTE, acting_user=acting_user) as change:
        return _say(change, body, Visibility.STAFF, Source.CONSOLE, (), from_staff=True)


def _say(
    change: CheckedChange,
    body: str,
    visibility: Visibility,
    source: Source,
    pictures: Sequence[Picture],
    *,
    from_staff: bool,
) -> Message:
    text = body.strip()
    if not text:
        raise EmptyMessage(field="body")
    said = Message.objects.create(
        ticket=change.ticket,
        author=signed_in(change.acting_user),
        is_from_staff=from_staff,
        body=text,
        visibility=visibility,
        source=source,
    )
    _keep(change, pictures, AttachmentKind.OTHER, visibility, message=said)
    change.record(
        change.rule.event, visibility=visibility, data={"message": str(said.pk), "is_from_staff": from_staff}
    )
    return said


def attach_pictures(
    ticket: Ticket, pictures: Sequence[Picture], *, kind: AttachmentKind, acting_user: Any
) -> list[Attachment]:
    """Add pictures to a ticket: of the problem, of the repair, of what is still wrong.

    For the reporter and for staff; `acting_user` None is the system, that is an action which has
    checked who it is. Raises TooManyPictures, NotAllowed, NotFound.
    """
    with transaction.atomic():
        locked = lock_ticket(ticket)
        if acting_user is not None and not is_reporter(acting_user, locked):
            check_person(acting_user, Verb.NOTE, locked)
        change = Change(locked, acting_user=acting_user, at=timezone.now())
        visibility = Visibility.PUBLIC if locked.is_public else Visibility.PARTICIPANTS
        kept = _keep(change, pictures, kind, visibility)
        change.record(EventKind.ATTACHED, visibility=visibility, data={"attachments": _keys(kept)})
        return kept


def keep_pictures(change: Change, pictures: Sequence[Picture], kind: AttachmentKind) -> list[Attachment]:
    """Keep pictures as part of another action on the same locked ticket."""
    visibility = Visibility.PUBLIC if change.ticket.is_public else Visibility.PARTICIPANTS
    return _keep(change, pictures, kind, visibility)


def _keep(
    change: Change,
    pictures: Sequence[Picture],
    kind: AttachmentKind,
    visibility: Visibility,
    *,
    message: Message | None = None,
) -> list[Attachment]:
    if len(pictures) > MAX_PICTURES:
        raise TooManyPictures(field="photos")
    return [
        Attachment.objects.create(
            ticket=change.ticket,
            message=message,
            uploaded_by=signed_in(change.acting_user),
            kind=kind,
            visibility=visibility,
            file=picture.content,
            name=picture.name,
            content_type=picture.content_type,
            size=picture.size,
            width=picture.width,
            height=picture.height,
        )
        for picture in pictures
    ]


def _keys(attachments: Sequence[Attachment]) -> list[str]:
    return [str(attachment.pk) for attachment in attachments]
