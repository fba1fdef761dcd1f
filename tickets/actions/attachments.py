"""Pictures on a ticket: of the problem, of the repair, of what is still wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.permissions import is_staff_of
from common.errors import InvalidInput
from tickets.actions.change import Change, check_person, lock_ticket
from tickets.enums import AttachmentKind, EventKind, Visibility
from tickets.events import signed_in
from tickets.models import Attachment, Message, Ticket
from tickets.permissions import can_view_as_staff, is_reporter
from tickets.pictures import Picture, name_of_size
from tickets.workflow import Verb, check_transition

MAX_PICTURES = 5


class TooManyPictures(InvalidInput):
    code = "too_many_pictures"
    sentence = gettext_lazy("At most five pictures, please.")


def attach_pictures(
    ticket: Ticket, pictures: Sequence[Picture], *, kind: AttachmentKind, acting_user: Any
) -> list[Attachment]:
    """Add pictures to a ticket. None at all is no event.

    For staff, and for the reporter until the ticket is closed; `acting_user` None is the system, that
    is an action which has checked who it is. Raises TooManyPictures, NotAllowed, NotFound,
    TransitionNotAllowed.
    """
    if not pictures:
        return []
    with transaction.atomic():
        locked = lock_ticket(ticket)
        if acting_user is not None:
            verb = Verb.MESSAGE if is_reporter(acting_user, locked) else Verb.NOTE
            check_person(acting_user, verb, locked)
            check_transition(verb, locked.status)
        change = Change(locked, acting_user=acting_user, at=timezone.now())
        kept = keep_pictures(change, pictures, kind)
        # The public story says nothing of photos that wait.
        shown_to = Visibility(kept[0].visibility)
        change.record(EventKind.ATTACHED, visibility=shown_to, data={"attachments": _keys(kept)})
        return kept


def keep_pictures(
    change: Change,
    pictures: Sequence[Picture],
    kind: AttachmentKind,
    *,
    visibility: Visibility | None = None,
    message: Message | None = None,
) -> list[Attachment]:
    """Keep pictures as part of another action on the same locked ticket. Raises TooManyPictures.

    Without a `visibility` they are for whoever sees the ticket, residents' perhaps after somebody has looked
    at them.
    """
    if len(pictures) > MAX_PICTURES:
        raise TooManyPictures(field="photos")
    waits = visibility is None and _is_looked_at_first(change)
    shown_to = Visibility.PARTICIPANTS if waits else visibility or usual_visibility(change.ticket)
    return [_keep(change, picture, kind, shown_to, message, waits=waits) for picture in pictures]


def usual_visibility(ticket: Ticket) -> Visibility:
    """Who sees what belongs to the ticket itself."""
    return Visibility.PUBLIC if ticket.is_public else Visibility.PARTICIPANTS


def _is_looked_at_first(change: Change) -> bool:
    """Whether it is a resident's photo for everybody, and their organisation wants to see it before."""
    ticket, person = change.ticket, change.acting_user
    if not (ticket.is_public and ticket.organisation.moderates_photos):
        return False
    # Who reported it speaks as the reporter, also where they work here.
    return person is None or is_reporter(person, ticket) or not _speaks_for_staff(person, ticket)


def _speaks_for_staff(person: Any, ticket: Ticket) -> bool:
    return is_staff_of(person, ticket.organisation_id) or can_view_as_staff(person, ticket)


def _keep(
    change: Change,
    picture: Picture,
    kind: AttachmentKind,
    visibility: Visibility,
    message: Message | None,
    *,
    waits: bool,
) -> Attachment:
    kept = Attachment.objects.create(
        ticket=change.ticket,
        message=message,
        uploaded_by=signed_in(change.acting_user),
        kind=kind,
        visibility=visibility,
        waits_since=change.at if waits else None,
        file=picture.content,
        name=picture.name,
        content_type=picture.content_type,
        size=picture.size,
        width=picture.width,
        height=picture.height,
    )
    for side, content in picture.smaller.items():
        kept.file.storage.save(name_of_size(kept.file.name, side), ContentFile(content))
    return kept


def _keys(attachments: Sequence[Attachment]) -> list[str]:
    return [str(attachment.pk) for attachment in attachments]
