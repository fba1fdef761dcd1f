"""A ticket is sent to colleagues: people and whole departments, with a note."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import is_staff_of
from accounts.queries import people_with_roles
from common.errors import DomainError, InvalidInput
from departments.models import Department, DepartmentMember
from departments.queries import read_departments
from tickets.actions.change import CheckedChange, changing
from tickets.enums import EventKind
from tickets.models import Ticket
from tickets.permissions import can_view_ticket
from tickets.workflow import Verb

MOST_PER_HOUR = 5
MOST_PEOPLE = 50


class NobodyToNotify(InvalidInput):
    code = "nobody_to_notify"
    sentence = gettext_lazy("Nobody of these may see this ticket. Transfer it, if it is theirs.")


class CannotSee(InvalidInput):
    code = "cannot_see"
    sentence = gettext_lazy("This person may not see the ticket.")


class TooManyNotices(DomainError):
    code = "too_many_notices"
    status_code = 429
    sentence = gettext_lazy("This ticket was sent around five times within the hour. Wait a little.")


def notify_colleagues(
    ticket: Ticket,
    *,
    people: Sequence[User] = (),
    departments: Sequence[Department] = (),
    note: str,
    acting_user: Any,
    expected_version: int | None = None,
) -> Ticket:
    """Mail the note and the way to the ticket to colleagues who may see it, each once.

    Whoever is named must be able to see it; of a department, those are told who can. Raises
    CannotSee, NobodyToNotify, TooManyNotices, InvalidInput, and what `changing` raises.
    """
    with changing(
        ticket, Verb.NOTIFY, acting_user=acting_user, note=note, expected_version=expected_version
    ) as change:
        told = _who_is_told(change.ticket, people, departments)
        told.pop(getattr(acting_user, "pk", None), None)
        if not told:
            raise NobodyToNotify(field="people")
        if len(told) > MOST_PEOPLE:
            raise InvalidInput(_("At most fifty people at once, please."), field="people")
        _check_pace(change)
        change.record_rule(
            data={
                "people": sorted(str(key) for key in told),
                "to": ", ".join([*(row.name for row in departments), *(user.full_name for user in people)]),
            }
        )
        return change.ticket


def _who_is_told(
    ticket: Ticket, people: Sequence[User], departments: Sequence[Department]
) -> dict[Any, User]:
    for person in people:
        if not is_staff_of(person, ticket.organisation_id) or not can_view_ticket(person, ticket):
            raise CannotSee(_("%(name)s may not see this ticket.") % {"name": person}, field="people")
    if any(row.organisation_id != ticket.organisation_id for row in departments):
        raise InvalidInput(_("Choose one from the list."), field="departments")
    seeing = [user for user in _members_of(departments) if can_view_ticket(user, ticket)]
    return {user.pk: user for user in (*people, *seeing)}


def _members_of(departments: Sequence[Department]) -> list[User]:
    """Everybody who works in one of them, with what they may see: four queries, however many there are."""
    if not departments:
        return []
    members = DepartmentMember.objects.in_departments([row.pk for row in departments]).active()
    people = people_with_roles(set(members.values_list("user_id", flat=True)))
    read_departments(people)
    return list(people.values())


def _check_pace(change: CheckedChange) -> None:
    recent = change.ticket.events.of_kind(EventKind.NOTIFIED).later_than(change.at - timedelta(hours=1))
    if recent.count() >= MOST_PER_HOUR:
        raise TooManyNotices
