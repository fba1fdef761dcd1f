"""Moving work: transfer to another department, promote to the next stage, change category or priority."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from accounts.models import User
from common.errors import DomainError, InvalidInput
from departments.enums import Priority
from departments.models import Category, Department, Stage
from tickets.actions.assignment import assign_automatically, take_from_assignee
from tickets.actions.change import CheckedChange, changing
from tickets.actions.clocks import breach_what_is_due, retarget_clocks
from tickets.actions.custody import hand_over
from tickets.enums import EventKind, Visibility
from tickets.models import Ticket
from tickets.workflow import Verb

# This many returns to departments that had the ticket before are once too often.
BOUNCES = 3


class WrongDepartment(InvalidInput):
    code = "wrong_department"
    sentence = gettext_lazy("Choose an active department of the same organisation.")


class SameDepartment(InvalidInput):
    code = "same_department"
    sentence = gettext_lazy("The ticket is in this department already.")


class WrongStage(InvalidInput):
    code = "wrong_stage"
    sentence = gettext_lazy("Choose a stage of the department.")


class LastStage(DomainError):
    code = "last_stage"
    sentence = gettext_lazy("This is the department's last stage. Resolve the ticket instead.")


class WrongCategory(InvalidInput):
    code = "wrong_category"
    sentence = gettext_lazy("Choose an active category of the same organisation.")


class NothingChanged(InvalidInput):
    code = "nothing_changed"
    sentence = gettext_lazy("That is what it is already.")


def transfer_ticket(
    ticket: Ticket,
    *,
    department: Department,
    reason: str,
    acting_user: User | None,
    stage: Stage | None = None,
    expected_version: int | None = None,
) -> Ticket:
    """Give a ticket to another department. Its clock goes on: blame follows custody, not the last holder.

    Raises SameDepartment, WrongDepartment, WrongStage, and what `changing` raises.
    """
    with changing(
        ticket,
        Verb.TRANSFER,
        acting_user=acting_user,
        note=reason,
        note_field="reason",
        expected_version=expected_version,
    ) as change:
        _check_department(change.ticket, department)
        if department.pk == change.ticket.department_id:
            raise SameDepartment(field="department")
        transfer(change, department, _stage_in(department, stage))
        return change.ticket


def transfer(change: CheckedChange, department: Department, stage: Stage | None, **data: Any) -> None:
    """Take a locked ticket to another department, record that, and find somebody there."""
    breach_what_is_due(change)
    origin = change.ticket.department.name if change.ticket.department else ""
    came_back = _move(change, department, stage)
    change.record_rule(data={"from": origin, "to": department.name, **came_back, **data})
    _alert_where_it_bounces(change)
    assign_automatically(change, may_wait=False)


def _move(change: CheckedChange, department: Department, stage: Stage | None) -> dict[str, int]:
    """What the event says besides: the how manieth stay in the department it is, where not the first."""
    stay = 1 + change.ticket.events.of_arrivals_in(department.pk).count()
    take_from_assignee(change)
    change.write(department=department, stage=stage, transfer_count=change.ticket.transfer_count + 1)
    if stay == 1:
        return {}
    change.write(bounce_count=change.ticket.bounce_count + 1)
    return {"stay": stay}


def _alert_where_it_bounces(change: CheckedChange) -> None:
    """Say it once: departments that hand a ticket to and fro need somebody above them."""
    ticket = change.ticket
    if ticket.bounce_count == BOUNCES and ticket.department is not None:
        data = {"department": ticket.department.name, "transfers": ticket.transfer_count}
        change.record(EventKind.BOUNCED, visibility=Visibility.STAFF, data=data, by_system=True)


def _check_department(ticket: Ticket, department: Department) -> None:
    if department.organisation_id != ticket.organisation_id or not department.is_active:
        raise WrongDepartment(field="department")


def _stage_in(department: Department, stage: Stage | None) -> Stage | None:
    if stage is None:
        return first_stage(department)
    if stage.department_id != department.pk:
        raise WrongStage(field="stage")
    return stage


def first_stage(department: Department) -> Stage | None:
    return department.stages.order_by("position").first()


def promote_ticket(
    ticket: Ticket, *, note: str, acting_user: User | None, expected_version: int | None = None
) -> Ticket:
    """Move a ticket to the next stage of its department. Raises LastStage behind the last one."""
    with changing(
        ticket, Verb.PROMOTE, acting_user=acting_user, note=note, expected_version=expected_version
    ) as change:
        following = next_stage(change.ticket)
        if following is None:
            raise LastStage
        breach_what_is_due(change)
        origin = change.ticket.stage.name if change.ticket.stage else ""
        change.write(stage=following)
        change.record_rule(data={"from": origin, "to": following.name})
        hand_over(change)
        return change.ticket


def next_stage(ticket: Ticket) -> Stage | None:
    """The stage that follows the ticket's own in its department; None behind the last."""
    if ticket.department is None:
        return None
    stages = ticket.department.stages.order_by("position")
    if ticket.stage is None:
        return stages.first()
    return stages.filter(position__gt=ticket.stage.position).first()


def change_priority(
    ticket: Ticket,
    *,
    priority: Priority,
    reason: str,
    acting_user: User | None,
    expected_version: int | None = None,
) -> Ticket:
    """Raise or lower the priority; the time used so far counts against the new promise."""
    with changing(
        ticket,
        Verb.PRIORITISE,
        acting_user=acting_user,
        note=reason,
        note_field="reason",
        expected_version=expected_version,
    ) as change:
        if priority not in Priority.values:
            raise InvalidInput(field="priority")
        if priority == change.ticket.priority:
            raise NothingChanged(field="priority")
        breach_what_is_due(change)
        change.write(priority=priority)
        retarget_clocks(change)
        change.record_rule()
        return change.ticket


def _check_category(ticket: Ticket, category: Category) -> None:
    in_use = category.is_active and category.department.is_active
    if category.organisation_id != ticket.organisation_id or not in_use:
        raise WrongCategory(field="category")


def route_ticket(
    ticket: Ticket, *, category: Category, acting_user: Any, expected_version: int | None = None
) -> Ticket:
    """Correct the category. Another department's category takes the ticket there."""
    with changing(ticket, Verb.ROUTE, acting_user=acting_user, expected_version=expected_version) as change:
        _check_category(change.ticket, category)
        if category.pk == change.ticket.category_id:
            raise NothingChanged(field="category")
        breach_what_is_due(change)
        change.write(category=category)
        came_back: dict[str, int] = {}
        moves = category.department_id != change.ticket.department_id
        if moves:
            came_back = _move(change, category.department, _stage_in(category.department, None))
        retarget_clocks(change)
        change.record_rule(data={"to": category.name, **came_back})
        if moves:
            _alert_where_it_bounces(change)
        assign_automatically(change, may_wait=False)
        return change.ticket
