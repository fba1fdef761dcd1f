"""What a refused action must leave as it was, and what must always hold, whatever happened."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from uuid import UUID

import pytest
from django.db.models import Count, Q

from common.errors import DomainError
from common.tests.snapshot import Rows, Snapshot
from departments.models import DepartmentMember
from tickets.enums import ClockState, Status, VerificationState
from tickets.models import Custody, Ticket

_ROWS = (
    "events",
    "messages",
    "attachments",
    "supports",
    "follows",
    "callbacks",
    "assignees",
    "clocks",
    "custodies",
    "verifications",
)


def everything_about(ticket: Ticket) -> Rows:
    """All rows of a ticket with all their values, its follow-ups, and what everybody holds."""
    return _snapshot_of(ticket.pk)()


@lru_cache(maxsize=64)
def _snapshot_of(ticket_id: UUID) -> Snapshot:
    ticket = Ticket(pk=ticket_id)
    rows = {name: getattr(ticket, name).all() for name in (*_ROWS, "follow_ups")}
    return Snapshot(
        rows | {"ticket": Ticket.objects.filter(pk=ticket_id), "loads": DepartmentMember.objects.all()}
    )


@contextmanager
def refused(ticket: Ticket, refusal: type[DomainError]) -> Iterator[pytest.ExceptionInfo[DomainError]]:
    """The block raises this refusal, and nothing about the ticket has changed."""
    before = everything_about(ticket)
    with pytest.raises(refusal) as caught:
        yield caught
    assert type(caught.value) is refusal
    assert everything_about(ticket) == before


def assert_books_agree() -> None:
    """Loads, custody, clocks, queue and versions fit the tickets, all over the database."""
    _assert_loads_agree()
    for ticket in Ticket.objects.all():
        _assert_ticket_agrees(ticket)


def _assert_loads_agree() -> None:
    owed = Ticket.objects.filter(status__in=[Status.OPEN, Status.IN_PROGRESS], assignee__isnull=False)
    held = {
        (row["department_id"], row["assignee_id"]): row["number"]
        for row in owed.values("department_id", "assignee_id").annotate(number=Count("pk"))
    }
    noted = {
        (member.department_id, member.user_id): member.open_tickets
        for member in DepartmentMember.objects.filter(Q(open_tickets__gt=0))
    }
    assert noted == held


def _assert_ticket_agrees(ticket: Ticket) -> None:
    versions = list(ticket.events.order_by("pk").values_list("ticket_version", flat=True))
    assert versions == list(range(1, ticket.version + 1))
    works = ticket.status in {Status.OPEN, Status.IN_PROGRESS}
    running = set(ticket.clocks.values_list("state", flat=True)) & {ClockState.RUNNING}
    assert works or not running
    assert (ticket.queued_at is not None) == (works and ticket.assignee_id is None)
    _assert_custody_agrees(ticket, works=works)
    pending = ticket.verifications.filter(state=VerificationState.PENDING).count()
    assert pending == int(ticket.status == Status.RESOLVED)


def _assert_custody_agrees(ticket: Ticket, *, works: bool) -> None:
    held = list(ticket.custodies.filter(ended_at=None))
    if not works:
        assert held == []
        return
    (custody,) = held
    assert _holder(custody) == (ticket.department_id, ticket.stage_id, ticket.assignee_id)
    rows = list(ticket.custodies.order_by("started_at", "pk"))
    assert all(one.ended_at and one.ended_at <= two.started_at for one, two in itertools.pairwise(rows))


def _holder(custody: Custody) -> tuple[Any, Any, Any]:
    return custody.department_id, custody.stage_id, custody.assignee_id
