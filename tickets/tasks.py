"""Envelopes: nothing or an id in, one call out. All safe to run twice."""

from __future__ import annotations

import uuid

from celery import shared_task

from departments.models import Department
from tickets import feed
from tickets.actions import (
    clock_check,
    drafting,
    draining,
    escalation,
    expiry,
    handing_on,
    importing,
    new_hours,
    sweeps,
    warnings,
)
from tickets.wakeups import DRAIN, FOLLOW, IMPORT, RELAY


@shared_task(name=RELAY, queue="interactive")
def relay_events() -> int:
    return feed.relay_events()


@shared_task(name=DRAIN, queue="interactive")
def drain_queue(*, department_id: str) -> int:
    department = Department.objects.active().filter(pk=department_id).first()
    return draining.drain_queue(department, acting_user=None) if department else 0


@shared_task(name=IMPORT, queue="reports")
def run_import(*, run_id: str) -> int:
    return sum(1 for _batch in importing.run_import(uuid.UUID(run_id)))


@shared_task(name="tickets.go_on_with_imports", queue="sweeps")
def go_on_with_imports() -> int:
    return importing.wake_unfinished_imports()


@shared_task(name=FOLLOW, queue="sweeps")
def follow_calendars() -> int:
    return new_hours.follow_calendars(acting_user=None)


@shared_task(name="tickets.verify_clocks", queue="reports")
def verify_clocks() -> int:
    """Returns how many differences there are."""
    return sum(check.count for check in clock_check.check_clocks(acting_user=None))


@shared_task(name="tickets.drain_all_queues", queue="sweeps")
def drain_all_queues() -> int:
    return sweeps.drain_all_queues(acting_user=None)


@shared_task(name="tickets.overflow_waiting", queue="sweeps")
def overflow_waiting_tickets() -> int:
    return sweeps.overflow_waiting_tickets(acting_user=None)


@shared_task(name="tickets.release_from_who_left", queue="sweeps")
def release_tickets_of_who_left() -> int:
    return handing_on.release_tickets_of_who_left(acting_user=None)


@shared_task(name="tickets.warn_expiring", queue="sweeps")
def warn_expiring_tickets() -> int:
    return warnings.warn_expiring_tickets(acting_user=None)


@shared_task(name="tickets.escalate_due", queue="sweeps")
def escalate_due_tickets() -> int:
    return escalation.escalate_due_tickets(acting_user=None)


@shared_task(name="tickets.expire_due", queue="sweeps")
def expire_due_tickets() -> int:
    return expiry.expire_due_tickets(acting_user=None)


@shared_task(name="tickets.remind_of_proofs", queue="sweeps")
def remind_of_proofs() -> int:
    return sweeps.remind_of_proofs(acting_user=None)


@shared_task(name="tickets.close_unanswered", queue="sweeps")
def close_unanswered_tickets() -> int:
    return sweeps.close_unanswered_tickets(acting_user=None)


@shared_task(name="tickets.forget_drafts", queue="sweeps")
def forget_drafts() -> int:
    return drafting.forget_old_drafts(acting_user=None)
