"""Giving out what waits: whole batches of a department's queue to whoever is free.

Nothing here waits for a lock: what somebody else holds, a load row or a ticket, is theirs to deal
with, and the next run's.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import NamedTuple

import pgbulk
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from departments.balancing import Balancer, Kind, Seat
from departments.enums import AssignmentStrategy
from departments.models import Department, DepartmentMember
from tickets.actions.batches import BATCH, Batch, lock_rows
from tickets.actions.change import Change
from tickets.actions.custody import hand_over_many
from tickets.enums import EventKind
from tickets.models import Ticket

_COLUMNS = ("category", "ward", "assigned_at", "queued_at", "overflow_at")


class Waiting(NamedTuple):
    """A ticket of the queue as it was when the queue was read."""

    key: uuid.UUID
    kind: Kind


def drain_queue(department: Department, *, acting_user: None) -> int:
    """Assign waiting tickets by priority, time left and age while somebody is free. Returns how many.

    The queue is gone through once; a ticket that nobody free can take does not hold up the others.
    """
    if department.strategy == AssignmentStrategy.MANUAL:
        return 0
    assigned = 0
    for batch in _batches(_queue_of(department)):
        given = _give_out(department, batch, acting_user=acting_user)
        if given is None:
            break
        assigned += given
    return assigned


def _queue_of(department: Department) -> Iterator[Waiting]:
    rows = Ticket.objects.waiting_in([department.pk])
    columns = rows.values_list("pk", "category_id", "ward_id", "ward__region_id")
    for key, *kind in columns.iterator(chunk_size=BATCH):
        yield Waiting(key, Kind(*kind))


def _batches(queue: Iterator[Waiting]) -> Iterator[list[Waiting]]:
    while batch := list(islice(queue, BATCH)):
        yield batch


def _give_out(department: Department, batch: list[Waiting], *, acting_user: None) -> int | None:
    """Give out a batch in one transaction. Returns how many, None when nobody is free any more."""
    with transaction.atomic():
        at = timezone.now()
        members = _free_members(department, at)
        if not members:
            return None
        seats = {key: _seat_of(member) for key, member in members.items()}
        balancer = Balancer(seats.values(), department.strategy, at=at)
        together, kinds = Batch(acting_user=acting_user, at=at), dict(batch)
        changes = []
        for ticket in _lock_while_free(department, batch, balancer):
            taker = balancer.give(kinds[ticket.pk])
            if taker is not None:
                change = together.change(ticket)
                _give(change, members[taker.key].user)
                changes.append(change)
        together.save()
        hand_over_many(changes)
        _write_loads(members, seats)
    return len(changes)


def _give(change: Change, person: User) -> None:
    change.write(assignee=person, assigned_at=change.at, queued_at=None)
    change.record(EventKind.ASSIGNED, data={"assignee_name": person.get_full_name()}, by_system=True)


def _free_members(department: Department, at: datetime) -> dict[uuid.UUID, DepartmentMember]:
    """Who can take another ticket and whose load row nobody holds, locked."""
    able = DepartmentMember.objects.of_department(department.pk).taking_tickets(at)
    free = able.order_by("pk").select_for_update(skip_locked=True, of=("self",))
    return {member.pk: member for member in free.select_related("user").with_specialities()}


def _seat_of(member: DepartmentMember) -> Seat:
    return Seat(
        key=member.pk,
        capacity=member.capacity,
        open_tickets=member.open_tickets,
        last_turn=member.last_assigned_at,
        skills=frozenset(row.pk for row in member.skills.all()),
        regions=frozenset(row.pk for row in member.regions.all()),
        wards=frozenset(row.pk for row in member.wards.all()),
    )


def _lock_while_free(department: Department, batch: list[Waiting], balancer: Balancer) -> Iterator[Ticket]:
    """Tickets of the batch that somebody free can take, in its order, locking no more than may be given."""
    within_reach = (ticket.key for ticket in batch if balancer.has_place_for(ticket.kind))
    kinds = dict(batch)
    while keys := list(islice(within_reach, balancer.free_places)):
        for ticket in _lock_in_order(department, keys):
            # What was read before the lock may be another kind by now: the next run looks again.
            if (ticket.category_id, ticket.ward_id) == kinds[ticket.pk][:2]:
                yield ticket


def _lock_in_order(department: Department, keys: list[uuid.UUID]) -> list[Ticket]:
    """Those that still wait here and nobody holds, locked, in the order of the keys."""
    place = {key: number for number, key in enumerate(keys)}
    waiting = Ticket.objects.filter(pk__in=keys, department_id=department.pk, queued_at__isnull=False)
    return sorted(lock_rows(waiting, *_COLUMNS), key=lambda ticket: place[ticket.pk])


def _write_loads(members: dict[uuid.UUID, DepartmentMember], seats: dict[uuid.UUID, Seat]) -> None:
    for key, seat in seats.items():
        members[key].open_tickets = seat.open_tickets
        members[key].last_assigned_at = seat.last_turn
    pgbulk.update(DepartmentMember, members.values(), ["open_tickets", "last_assigned_at"])
