"""Words after the end: a closed ticket stays closed, and a new one goes on from it."""

from __future__ import annotations

from typing import Any

from departments.enums import Priority
from departments.models import Category, Department
from tickets.actions.intake import Place, Report, Reporter, enter_ticket
from tickets.enums import Source
from tickets.models import Project, Ticket


def open_follow_up(ticket: Ticket, *, source: Source, acting_user: Any) -> Ticket:
    """The ticket that goes on from a closed, locked one: the one that is open already, else a new one.

    It has the same place and kind, where these are still in use. For callers that checked that the
    reporter is speaking. What the reporter says is theirs to see and staff's, so it does not become
    the new description.
    """
    going_on = ticket.follow_ups.unclosed().newest_first().first()
    if going_on is not None:
        return going_on
    reporter = Reporter(
        user=ticket.reporter,
        name=ticket.reporter_name,
        email=ticket.reporter_email,
        phone=ticket.reporter_phone,
        language=ticket.reporter_language,
    )
    return enter_ticket(
        ticket.organisation, _report_after(ticket), reporter, source=source, acting_user=acting_user
    )


def _report_after(ticket: Ticket) -> Report:
    return Report(
        title=ticket.title,
        description=ticket.description,
        category=_category_in_use(ticket),
        department=_department_in_use(ticket),
        project=_project_in_use(ticket),
        priority=Priority(ticket.priority),
        place=Place(ticket.latitude, ticket.longitude, ticket.address),
        tags=ticket.tags,
        is_public=ticket.is_public,
        follow_up_of=ticket,
    )


def _category_in_use(ticket: Ticket) -> Category | None:
    category = ticket.category
    return category if category and category.is_active and category.department.is_active else None


def _department_in_use(ticket: Ticket) -> Department | None:
    return ticket.department if ticket.department and ticket.department.is_active else None


def _project_in_use(ticket: Ticket) -> Project | None:
    return ticket.project if ticket.project and not ticket.project.is_closed else None
