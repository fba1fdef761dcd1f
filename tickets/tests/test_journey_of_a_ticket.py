"""The main job without any face: every action on the way, with the rows it leaves behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from departments.models import Category, DepartmentMember
from departments.tests.factories import WardFactory, staff_member
from tickets.actions.lifecycle import resolve_ticket, start_work
from tickets.actions.verification import dispute_resolution, verify_resolution
from tickets.enums import ClockState, EventKind, Outcome, Promise, Status, VerificationState
from tickets.models import Ticket
from tickets.tests.factories import burst_pipe_category, report_ticket
from tickets.verification import code_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def category() -> Category:
    return burst_pipe_category()


@pytest.fixture
def agent(category: Category) -> User:
    return staff_member(category.department)


def kinds(ticket: Ticket) -> list[str]:
    return list(ticket.events.order_by("pk").values_list("kind", flat=True))


def test_a_report_gets_a_reference_a_ward_a_department_a_promise_and_an_agent(
    category: Category, agent: User
) -> None:
    ward = WardFactory.create(organisation=category.organisation, latitude=-25.7449, longitude=28.1878)

    ticket = report_ticket(category)

    ticket.refresh_from_db()
    assert ticket.reference.startswith(category.organisation.reference_prefix + "-")
    assert (ticket.ward, ticket.department, ticket.assignee) == (ward, category.department, agent)
    assert ticket.due_at == ticket.created_at + timedelta(days=1)
    assert ticket.is_public is True
    assert kinds(ticket) == [EventKind.CREATED, EventKind.ASSIGNED]
    assert DepartmentMember.objects.get(user=agent).open_tickets == 1
    custody = ticket.custodies.get(ended_at=None)
    assert (custody.department, custody.assignee) == (category.department, agent)


def test_a_verified_resolution_closes_the_ticket_and_frees_the_agent(category: Category, agent: User) -> None:
    ticket = report_ticket(category)
    start_work(ticket, acting_user=agent)
    resolve_ticket(ticket, note="New coupling fitted.", acting_user=agent)
    verification = ticket.verifications.get()

    verify_resolution(ticket, code=code_for(verification), acting_user=ticket.reporter)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.outcome) == (Status.CLOSED, Outcome.VERIFIED)
    assert ticket.closed_at is not None
    assert ticket.auto_close_at is None
    assert kinds(ticket) == [
        EventKind.CREATED,
        EventKind.ASSIGNED,
        EventKind.STARTED,
        EventKind.RESOLVED,
        EventKind.VERIFIED,
    ]
    assert dict(ticket.clocks.values_list("promise", "state")) == {
        Promise.RESPOND: ClockState.MET,
        Promise.RESOLVE: ClockState.MET,
    }
    assert DepartmentMember.objects.get(user=agent).open_tickets == 0
    assert ticket.custodies.filter(ended_at=None).count() == 0
    assert ticket.verifications.get().state == VerificationState.CONFIRMED


def test_a_disputed_resolution_goes_back_to_work_and_its_clock_goes_on(
    category: Category, agent: User
) -> None:
    ticket = report_ticket(category)
    resolve_ticket(ticket, note="Done.", acting_user=agent)

    dispute_resolution(ticket, reason="Water is still running.", acting_user=ticket.reporter)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.reopened_count, ticket.resolved_at) == (Status.IN_PROGRESS, 1, None)
    assert ticket.clocks.get(promise=Promise.RESOLVE).state == ClockState.RUNNING
    assert ticket.due_at is not None
    assert ticket.due_at > timezone.now()
    assert DepartmentMember.objects.get(user=agent).open_tickets == 1
    assert ticket.verifications.get().reason == "Water is still running."


def test_an_admin_of_the_department_is_staff_too(category: Category) -> None:
    admin = staff_member(category.department, role=Role.DEPARTMENT_ADMIN)
    ticket = report_ticket(category)
    start_work(ticket, acting_user=admin)
    ticket.refresh_from_db()
    assert ticket.status == Status.IN_PROGRESS
