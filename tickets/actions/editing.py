"""Correcting what a ticket says, and who else works on it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import InvalidInput
from common.text import clean_line
from departments.queries import ward_at
from tickets.actions.change import CheckedChange, changing
from tickets.actions.intake import Place, checked_place
from tickets.actions.movement import NothingChanged
from tickets.actions.tags import checked_tags
from tickets.actions.team import checked_people
from tickets.enums import EventKind
from tickets.models import Ticket, TicketAssignee
from tickets.workflow import Verb


@dataclass(frozen=True)
class Corrections:
    """What to change; None leaves it as it is. A place is a point and its description together."""

    title: str | None = None
    description: str | None = None
    address: str | None = None
    tags: Sequence[str] | None = None
    point: tuple[float, float] | None = None


def edit_ticket(
    ticket: Ticket, corrections: Corrections, *, acting_user: Any, expected_version: int | None = None
) -> Ticket:
    """Correct title, description, place or tags. Moving the pin moves the ticket to the ward there.

    Changing nothing is no event and no new version. Raises InvalidInput with the field, and what
    `changing` raises.
    """
    with changing(ticket, Verb.EDIT, acting_user=acting_user, expected_version=expected_version) as change:
        _write_words(change, corrections)
        if corrections.point is not None:
            _move_pin(change, *corrections.point)
        _check_fields(change.ticket, change.changes)
        if change.changes:
            change.record_rule()
        return change.ticket


def _write_words(change: CheckedChange, corrections: Corrections) -> None:
    if corrections.title is not None:
        change.write(title=clean_line(corrections.title))
    if corrections.description is not None:
        change.write(description=corrections.description.strip())
    if corrections.address is not None:
        change.write(address=clean_line(corrections.address))
    if corrections.tags is not None:
        change.write(tags=checked_tags(corrections.tags))


def _move_pin(change: CheckedChange, latitude: float, longitude: float) -> None:
    checked_place(Place(latitude, longitude))
    ward = ward_at(change.ticket.organisation_id, latitude, longitude)
    change.write(latitude=latitude, longitude=longitude, ward=ward)


def _check_fields(ticket: Ticket, changed: Any) -> None:
    """What the model declares of the changed fields. Raises InvalidInput with the first."""
    unchanged = {field.name for field in ticket._meta.get_fields()} - set(changed)
    try:
        ticket.clean_fields(exclude=unchanged)
    except ValidationError as error:
        name, sentences = next(iter(error.message_dict.items()))
        raise InvalidInput(sentences[0], field=name) from error
    if len(ticket.description) > 5000:
        raise InvalidInput(_("At most 5000 characters, please."), field="description")


def change_assignees(
    ticket: Ticket, people: Sequence[User], *, acting_user: Any, expected_version: int | None = None
) -> Ticket:
    """Say who works on the ticket beside the one who leads.

    Raises NothingChanged, NamedTwice, WorksElsewhere, and what `changing` raises.
    """
    with changing(ticket, Verb.EDIT, acting_user=acting_user, expected_version=expected_version) as change:
        wanted = checked_people(change.ticket.organisation_id, people)
        before = set(change.ticket.assignees.values_list("user_id", flat=True))
        if before == set(wanted):
            raise NothingChanged(field="assignees")
        _replace(change.ticket, wanted, before)
        change.record(
            EventKind.ASSIGNEES_CHANGED,
            visibility=change.rule.visibility,
            data={"added": _keys(set(wanted) - before), "removed": _keys(before - set(wanted))},
        )
        return change.ticket


def _replace(ticket: Ticket, wanted: dict[uuid.UUID, User], before: set[uuid.UUID]) -> None:
    ticket.assignees.exclude(user_id__in=list(wanted)).delete()
    added = [person for key, person in wanted.items() if key not in before]
    TicketAssignee.objects.bulk_create([TicketAssignee(ticket=ticket, user=person) for person in added])


def _keys(people: set[uuid.UUID]) -> list[str]:
    return sorted(str(key) for key in people)
