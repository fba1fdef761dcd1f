"""Whoever leaves, or cannot go on, hands on all their tickets at once: to a colleague or to the queue."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accounts.enums import Capability
from accounts.models import Organisation, User
from accounts.permissions import is_staff_of
from common.errors import InvalidInput, NotAllowed
from departments.models import Department, DepartmentMember
from departments.permissions import can_act_in_department
from tickets.actions.assignment import NotAMember, overflow_time
from tickets.actions.batches import BATCH, Batch
from tickets.actions.change import Change, lock_free_ones
from tickets.actions.custody import hand_over_many
from tickets.enums import EventKind, Visibility
from tickets.models import Ticket
from tickets.querysets import TicketQuerySet
from tickets.wakeups import DRAIN, wake_after_commit
from tickets.workflow import WORKFLOW, Verb, check_note


class ToThemselves(InvalidInput):
    code = "to_themselves"
    sentence = gettext_lazy("They have these tickets already. Choose somebody else, or the queue.")


def hand_on_tickets(
    person: User,
    *,
    organisation: Organisation,
    reason: str,
    acting_user: Any,
    to: User | None = None,
    department: Department | None = None,
) -> int:
    """Give every ticket that somebody has to work on to a colleague, over capacity too, or to the queue.

    Of one department, or of all in which the acting person may decide who works on a ticket. Returns
    how many. Raises NotAllowed, NoteRequired, ToThemselves, and NotAMember for a colleague who does
    not work in one of the departments; then nothing has changed.
    """
    note = check_note(WORKFLOW[Verb.OVERRIDE], reason, field="reason")
    if to is not None and to.pk == person.pk:
        raise ToThemselves(field="to")
    theirs = Ticket.objects.of_organisation(organisation.pk).held_by(person.pk)
    if department is not None:
        theirs = theirs.in_department(department.pk)
    with transaction.atomic():
        within = _departments_in_reach(theirs, organisation, acting_user, named=department)
        hand = _Hand(person, to, note, acting_user)
        return hand.on(theirs.in_departments_or_none(within))


def release_tickets_of(person: User, *, organisation_ids: Collection[uuid.UUID], acting_user: Any) -> int:
    """Whoever works there no more leaves nothing behind: their tickets go back to the queues.

    In the transaction that lets them go, before it ends their rights. They are not available any
    more, so that whoever waits to give them a ticket finds nobody there.
    """
    desks = DepartmentMember.objects.of_user(person.pk).in_organisations(organisation_ids)
    theirs = Ticket.objects.in_organisations(organisation_ids).held_by(person.pk)
    return _Hand(person, None, _why_left(person), acting_user).on(theirs, leaving=desks)


def release_tickets_of_desk(member: DepartmentMember, *, acting_user: Any) -> int:
    """The same for somebody who leaves one department."""
    desks = DepartmentMember.objects.with_key(member.pk)
    theirs = Ticket.objects.in_department(member.department_id).held_by(member.user_id)
    return _Hand(member.user, None, _why_left(member.user), acting_user).on(theirs, leaving=desks)


def release_tickets_of_who_left(*, acting_user: None) -> int:
    """Tickets that somebody was given in the very moment in which they were let go. Returns how many."""
    lost = Ticket.objects.held_by_who_left()
    released = 0
    while True:
        with transaction.atomic():
            tickets = lock_free_ones(lost.filter(pk__in=list(lost.values_list("pk", flat=True)[:BATCH])))
            for person, held in _by_holder(tickets):
                _Hand(person, None, _why_left(person), acting_user).write(held)
        if not tickets:
            return released
        released += len(tickets)


def _why_left(person: User) -> str:
    with override(person.language):
        return _("%(name)s does not work here any more.") % {"name": person.get_full_name()}


def _departments_in_reach(
    theirs: TicketQuerySet, organisation: Organisation, acting_user: Any, *, named: Department | None
) -> set[uuid.UUID | None]:
    """Those of the tickets' departments in which the person may decide. Raises NotAllowed for none."""
    found = {named.pk} if named else set(theirs.order_by().values_list("department_id", flat=True).distinct())
    within: set[uuid.UUID | None] = {
        key
        for key in found
        if acting_user is None
        or can_act_in_department(
            acting_user, Capability.OVERRIDE_ASSIGNMENT, organisation_id=organisation.pk, department_id=key
        )
    }
    if found and not within:
        raise NotAllowed
    return within


def _by_holder(tickets: Iterable[Ticket]) -> Iterator[tuple[User, list[Ticket]]]:
    held: dict[User, list[Ticket]] = {}
    for ticket in tickets:
        if ticket.assignee is not None:
            held.setdefault(ticket.assignee, []).append(ticket)
    yield from held.items()


class _Hand:
    """One handing on. Tickets are locked before load rows, as everywhere."""

    def __init__(self, person: User, to: User | None, note: str, acting_user: Any) -> None:
        self.person = person
        self.to = to
        self.note = note
        self.acting_user = acting_user

    def on(self, theirs: TicketQuerySet, *, leaving: Any = None) -> int:
        """Lock the tickets, then the desks of those who leave; write batch by batch."""
        keys = list(theirs.order_by("pk").select_for_update().values_list("pk", flat=True))
        for start in range(0, len(keys), BATCH):
            self.write(self._read(keys[start : start + BATCH]))
        if leaving is None:
            return len(keys)
        list(leaving.order_by("pk").select_for_update(of=("self",)))
        leaving.update(is_available=False)
        # Given to them while we waited for their desk. What somebody holds the sweep finds later.
        late = lock_free_ones(theirs)
        self.write(late)
        return len(keys) + len(late)

    def _read(self, keys: list[uuid.UUID]) -> list[Ticket]:
        return list(Ticket.objects.for_change().filter(pk__in=keys).order_by("pk"))

    def write(self, tickets: list[Ticket]) -> None:
        """Locked tickets: to the colleague, or back to the queue."""
        if not tickets:
            return
        at = timezone.now()
        departments = {ticket.department_id for ticket in tickets}
        self._check_colleague(tickets[0].organisation_id, departments)
        together = Batch(acting_user=self.acting_user, at=at)
        changes = [together.change(ticket) for ticket in tickets]
        for change in changes:
            self._give(change)
        together.save()
        hand_over_many(changes)
        self._move_loads(Counter(ticket.department_id for ticket in tickets))
        for key in departments - {None}:
            wake_after_commit(DRAIN, department_id=str(key))

    def _check_colleague(self, organisation_id: uuid.UUID, departments: set[uuid.UUID | None]) -> None:
        if self.to is None:
            return
        places = DepartmentMember.objects.of_user(self.to.pk).active()
        works_in = set(places.values_list("department_id", flat=True))
        if departments - {None} - works_in or not is_staff_of(self.to, organisation_id):
            raise NotAMember(field="to")

    def _give(self, change: Change) -> None:
        waits = self.to is None and change.ticket.department is not None
        change.write(
            assignee=self.to,
            assigned_at=change.at if self.to else None,
            is_pinned=False,
            queued_at=change.at if waits else None,
        )
        if waits:
            change.write(overflow_at=overflow_time(change.ticket.department, change.at))
        data = {"from": self.person.get_full_name(), "to": self.to.get_full_name() if self.to else ""}
        change.record(EventKind.HANDED_ON, visibility=Visibility.STAFF, note=self.note, data=data)

    def _move_loads(self, numbers: Counter[uuid.UUID | None]) -> None:
        people = [person.pk for person in (self.person, self.to) if person is not None]
        places = DepartmentMember.objects.of_users(people).in_departments(key for key in numbers if key)
        for member in places.order_by("pk").select_for_update(of=("self",)):
            step = numbers[member.department_id] * (-1 if member.user_id == self.person.pk else 1)
            loads = DepartmentMember.objects.with_key(member.pk)
            loads.update(open_tickets=Greatest(F("open_tickets") + step, 0))
