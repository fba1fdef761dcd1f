"""Who works on a ticket: automatic assignment, picking, overriding, and the load that each carries.

The ticket is always locked before the load row of a member, and load rows in the order of their
keys, so that two actions can wait for each other but never for ever.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import is_staff_of
from common.errors import DomainError, InvalidInput, NotAllowed, StaleVersion
from departments.enums import AssignmentStrategy
from departments.models import Department, DepartmentMember
from departments.permissions import can_set_availability
from departments.querysets import DepartmentMemberQuerySet
from departments.staffing import tell_gained
from departments.working_time import CalendarNeverOpens
from tickets.actions.change import Change, changing
from tickets.actions.custody import hand_over
from tickets.enums import EventKind, Status
from tickets.models import Ticket
from tickets.wakeups import DRAIN, wake_after_commit
from tickets.workflow import Verb

logger = logging.getLogger(__name__)

COUNTED = frozenset({Status.OPEN, Status.IN_PROGRESS})
_BLOCKING_TRIES = 5


class AlreadyPicked(DomainError):
    code = "already_picked"
    sentence = gettext_lazy("Somebody else has picked this ticket.")


class CapacityReached(DomainError):
    code = "capacity_reached"
    sentence = gettext_lazy("You already have as many tickets as you can take. Finish one first.")


class NotPinned(DomainError):
    code = "not_pinned"
    sentence = gettext_lazy("The assignment of this ticket is not pinned.")


class NotAMember(InvalidInput):
    code = "not_a_member"
    sentence = gettext_lazy("This person does not work in the ticket's department.")


def pick_ticket(ticket: Ticket, *, acting_user: User, expected_version: int | None = None) -> Ticket:
    """Take a ticket from the queue. Two agents at once: one wins, the other is told who.

    Raises AlreadyPicked, CapacityReached, NotAMember, and what `changing` raises.
    """
    try:
        return _pick(ticket, acting_user, expected_version)
    except StaleVersion:
        # Whoever looks at a queue that is a minute old wants to know who was quicker, not that it is old.
        now = Ticket.objects.select_related("assignee").get(pk=ticket.pk)
        if now.assignee_id is None:
            raise
        raise _picked_by(now, acting_user) from None


def _pick(ticket: Ticket, acting_user: User, expected_version: int | None) -> Ticket:
    with changing(ticket, Verb.PICK, acting_user=acting_user, expected_version=expected_version) as change:
        if change.ticket.assignee_id is not None:
            raise _picked_by(change.ticket, acting_user)
        member = _lock_member(change.ticket, acting_user)
        if member is not None and member.open_tickets >= member.capacity:
            raise CapacityReached
        _give(change, acting_user, member)
        change.record_rule()
        hand_over(change)
        return change.ticket


def _picked_by(ticket: Ticket, acting_user: User) -> AlreadyPicked:
    if ticket.assignee_id == acting_user.pk:
        return AlreadyPicked(_("You have this ticket already."))
    name = ticket.assignee.get_full_name() if ticket.assignee else ""
    return AlreadyPicked(_("%(name)s has picked this ticket.") % {"name": name})


def override_assignment(
    ticket: Ticket,
    *,
    assignee: User,
    reason: str,
    acting_user: User | None,
    expected_version: int | None = None,
) -> Ticket:
    """Decide who works on a ticket, over capacity too. Pins it against automatic reassignment.

    Raises NotAMember for somebody who cannot hold it, and what `changing` raises.
    """
    with changing(
        ticket,
        Verb.OVERRIDE,
        acting_user=acting_user,
        note=reason,
        note_field="reason",
        expected_version=expected_version,
    ) as change:
        _lock_loads(change.ticket, assignee)
        release_load(change)
        member = _lock_member(change.ticket, assignee)
        _give(change, assignee, member)
        change.write(is_pinned=True)
        change.record_rule(data={"assignee_name": assignee.get_full_name()})
        hand_over(change)
        return change.ticket


def unpin_ticket(
    ticket: Ticket, *, acting_user: User | None, note: str = "", expected_version: int | None = None
) -> Ticket:
    """Leave the ticket to the rules again; who has it keeps it for now. Raises NotPinned."""
    with changing(
        ticket, Verb.UNPIN, acting_user=acting_user, note=note, expected_version=expected_version
    ) as change:
        if not change.ticket.is_pinned:
            raise NotPinned
        change.write(is_pinned=False)
        change.record_rule()
        return change.ticket


def assign_automatically(change: Change, *, may_wait: bool = True) -> bool:
    """Give a locked ticket to an available member of its department, or queue it there.

    Returns whether somebody has it now. A ticket that has an assignee stays with them. Whoever
    holds a load row already must not wait for another: `may_wait` False rather queues the ticket.
    """
    ticket = change.ticket
    if ticket.department is None or ticket.assignee_id is not None:
        hand_over(change)
        return ticket.assignee_id is not None
    member = _free_member(ticket, may_wait=may_wait)
    if member is None:
        _queue(change)
        return False
    _give(change, member.user, member)
    change.record(EventKind.ASSIGNED, data={"assignee_name": member.user.get_full_name()}, by_system=True)
    hand_over(change)
    return True


def _queue(change: Change) -> None:
    if change.ticket.queued_at is None:
        change.write(queued_at=change.at, overflow_at=overflow_time(change.ticket.department, change.at))
        change.record(EventKind.QUEUED, by_system=True)
        # Somebody may have become free since we looked, and did not see a ticket that was not there yet.
        wake_after_commit(DRAIN, department_id=str(change.ticket.department_id))
    hand_over(change)


def overflow_time(department: Department | None, queued_at: datetime) -> datetime | None:
    """When a ticket that waits since then leaves the department's queue, in its working time; None: never."""
    if department is None or department.queue_limit_seconds is None:
        return None
    try:
        return department.calendar.working_calendar().add(queued_at, department.queue_limit_seconds)
    except CalendarNeverOpens:
        return None


def _free_member(ticket: Ticket, *, may_wait: bool) -> DepartmentMember | None:
    """A locked member with free capacity: first one nobody else is looking at, else wait for one."""
    department = ticket.department
    if department is None or department.strategy == AssignmentStrategy.MANUAL:
        return None
    able = DepartmentMember.objects.able_to_take(
        department_id=department.pk,
        category_id=ticket.category_id,
        ward_id=ticket.ward_id,
        region_id=ticket.ward.region_id if ticket.ward else None,
        at=timezone.now(),
    )
    round_robin = department.strategy == AssignmentStrategy.ROUND_ROBIN
    ordered = able.longest_waiting_first() if round_robin else able.least_loaded_first()
    ordered = ordered.select_related("user")
    free = _lock_first(ordered, skip_locked=True)
    # All are busy being assigned something: wait for one of them, who may be full by then.
    for _attempt in range(_BLOCKING_TRIES if may_wait else 0):
        next_one = None if free else ordered.values_list("pk", flat=True).first()
        if next_one is None:
            break
        free = _lock_first(ordered.with_key(next_one), skip_locked=False)
    return free


def _lock_first(members: DepartmentMemberQuerySet, *, skip_locked: bool) -> DepartmentMember | None:
    """The first member that is still free once its row is locked.

    PostgreSQL keeps the lock of a row that it finds unfit after waiting. Rolling back to before
    gives it free, so that nobody waits for one load row while holding another.
    """
    before = transaction.savepoint()
    member = members.select_for_update(skip_locked=skip_locked, of=("self",)).first()
    if member is None:
        transaction.savepoint_rollback(before)
    else:
        transaction.savepoint_commit(before)
    return member


def _lock_loads(ticket: Ticket, assignee: User) -> None:
    """Lock the load rows of who has the ticket and of who gets it, in the order of their keys."""
    if ticket.department_id is not None:
        people = [key for key in (ticket.assignee_id, assignee.pk) if key is not None]
        members = DepartmentMember.objects.of_department(ticket.department_id).of_users(people)
        list(members.order_by("pk").select_for_update(of=("self",)))


def _lock_member(ticket: Ticket, user: User) -> DepartmentMember | None:
    """The person's load row in the ticket's department, locked; None for a ticket without one."""
    if ticket.department_id is None:
        if not is_staff_of(user, ticket.organisation_id):
            raise NotAMember(field="assignee")
        return None
    members = DepartmentMember.objects.of_department(ticket.department_id).of_user(user.pk)
    member = members.select_for_update(of=("self",)).first()
    # Asked once the row is locked: they may have been let go while we waited for it.
    if member is None or not members.active().exists():
        raise NotAMember(field="assignee")
    return member


def _give(change: Change, user: User, member: DepartmentMember | None) -> None:
    change.write(assignee=user, assigned_at=change.at, queued_at=None)
    if member is not None:
        counted = int(change.ticket.status in COUNTED)
        DepartmentMember.objects.filter(pk=member.pk).update(
            open_tickets=F("open_tickets") + counted, last_assigned_at=change.at
        )


def release_load(change: Change) -> None:
    """The assignee has one ticket less to work on. Wakes the queue of their department."""
    ticket = change.ticket
    if ticket.assignee_id is not None and ticket.department_id is not None and ticket.status in COUNTED:
        places = DepartmentMember.objects.of_department(ticket.department_id).of_user(ticket.assignee_id)
        places.filter(open_tickets__gte=1).update(open_tickets=F("open_tickets") - 1)
    if change.ticket.department_id is not None:
        wake_after_commit(DRAIN, department_id=str(change.ticket.department_id))


def take_load(change: Change) -> None:
    """The assignee has this ticket to work on again, over capacity if need be.

    Who has left, or is on leave while nobody pinned it to them, does not get it back: it is for
    somebody else, whom the caller finds.
    """
    ticket = change.ticket
    if ticket.assignee_id is None or ticket.department_id is None or ticket.status not in COUNTED:
        return
    places = DepartmentMember.objects.of_department(ticket.department_id).of_user(ticket.assignee_id)
    here = places.active() if ticket.is_pinned else places.active().not_on_leave(change.at)
    if not here.update(open_tickets=F("open_tickets") + 1):
        change.write(assignee=None, assigned_at=None, is_pinned=False)


def set_availability(member: DepartmentMember, *, is_available: bool, acting_user: Any) -> DepartmentMember:
    """A member comes or goes. Coming wakes the department's queue. Raises NotAllowed."""
    with transaction.atomic():
        rows = DepartmentMember.objects.select_related("department").select_for_update(of=("self",))
        locked = rows.get(pk=member.pk)
        if acting_user is not None and not can_set_availability(acting_user, locked):
            raise NotAllowed
        locked.is_available = is_available
        locked.save(update_fields=["is_available"])
        logger.info(
            "Member %s is_available=%s by %s", locked.pk, is_available, getattr(acting_user, "pk", None)
        )
        if is_available:
            tell_gained(locked.department_id)
    return locked


def take_from_assignee(change: Change) -> None:
    """Nobody in particular works on the ticket any more, because it goes to another department."""
    release_load(change)
    change.write(assignee=None, assigned_at=None, is_pinned=False, queued_at=None)
