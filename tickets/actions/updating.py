"""Several changes at once: each by its own verb, all or none, told as one update."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from departments.enums import Priority
from departments.models import Category, Department
from tickets.actions.assignment import override_assignment
from tickets.actions.change import check_version, lock_ticket
from tickets.actions.editing import Corrections, change_assignees, edit_ticket
from tickets.actions.movement import change_priority, route_ticket, transfer_ticket
from tickets.actions.planning import plan_ticket
from tickets.actions.status import change_status
from tickets.enums import Status
from tickets.events import one_update
from tickets.models import Project, Ticket
from tickets.workflow import UNSETTLED

Step: TypeAlias = Callable[..., Ticket]


@dataclass(frozen=True)
class Wanted:
    """How the ticket should be; what is None stays as it is, and what it is already is left alone."""

    corrections: Corrections = field(default_factory=Corrections)
    status: Status | None = None
    priority: Priority | None = None
    category: Category | None = None
    department: Department | None = None
    project: Project | None = None
    leaves_project: bool = False
    lead: User | None = None
    assignees: Sequence[User] | None = None
    # Why: for the verbs that ask for it.
    note: str = ""


def update_ticket(
    ticket: Ticket, wanted: Wanted, *, acting_user: Any, expected_version: int | None = None
) -> Ticket:
    """Make the ticket what is wanted. Raises what the verbs raise; then nothing of it has happened."""
    with transaction.atomic(), one_update():
        ticket = lock_ticket(ticket)
        check_version(ticket, expected_version)
        for step in _steps(ticket, wanted):
            ticket = step(ticket, acting_user=acting_user)
        return ticket


def _steps(ticket: Ticket, wanted: Wanted) -> Iterator[Step]:
    """Work that goes on again admits the other changes, work that ends does not: so it is first or last."""
    status = wanted.status if wanted.status != ticket.status else None
    change = partial(change_status, status=status, note=wanted.note) if status else None
    if change and status in UNSETTLED:
        yield change
    if wanted.corrections != Corrections():
        yield partial(_edit, corrections=wanted.corrections)
    yield from _moves(ticket, wanted)
    yield from _people(ticket, wanted)
    if change and status not in UNSETTLED:
        yield change


def _edit(ticket: Ticket, *, corrections: Corrections, acting_user: Any) -> Ticket:
    return edit_ticket(ticket, corrections, acting_user=acting_user)


def _moves(ticket: Ticket, wanted: Wanted) -> Iterator[Step]:
    reason = _reason(wanted)
    if wanted.project is not None and wanted.project.pk != ticket.project_id:
        yield partial(plan_ticket, project=wanted.project)
    if wanted.leaves_project and ticket.project_id is not None:
        yield partial(plan_ticket, project=None)
    department_id = ticket.department_id
    if wanted.category is not None and wanted.category.pk != ticket.category_id:
        department_id = wanted.category.department_id
        yield partial(route_ticket, category=wanted.category)
    if wanted.department is not None and wanted.department.pk != department_id:
        yield partial(transfer_ticket, department=wanted.department, reason=reason)
    if wanted.priority is not None and wanted.priority != ticket.priority:
        yield partial(change_priority, priority=wanted.priority, reason=reason)


def _reason(wanted: Wanted) -> str:
    return wanted.note or _("Changed together with other details.")


def _people(ticket: Ticket, wanted: Wanted) -> Iterator[Step]:
    if wanted.assignees is not None and _differ(ticket, wanted.assignees):
        yield partial(_change_assignees, people=wanted.assignees)
    if wanted.lead is not None and wanted.lead.pk != ticket.assignee_id:
        yield partial(override_assignment, assignee=wanted.lead, reason=_reason(wanted))


def _differ(ticket: Ticket, people: Sequence[User]) -> bool:
    """Whether these are others; somebody who is named twice is left to the action to refuse."""
    present = sorted(ticket.assignees.values_list("user_id", flat=True))
    return present != sorted(person.pk for person in people)


def _change_assignees(ticket: Ticket, *, people: Sequence[User], acting_user: Any) -> Ticket:
    return change_assignees(ticket, people, acting_user=acting_user)
