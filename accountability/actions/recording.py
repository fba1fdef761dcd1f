"""From events to breaches and points. Everything here recomputes or is unique, so it is safe to repeat."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone

from accountability.actions.rewarding import within_limits
from accountability.custody import (
    Held,
    Promised,
    Span,
    accountable,
    by_department,
    by_person,
    consumed,
    shares,
    split,
)
from accountability.enums import Cause, Share
from accountability.models import Breach, FeedPlace, PointsEntry, PointsRule
from accountability.rules import ACCOUNTED, DEFAULT_RULES, MISSED, WELL_RATED, remind_at
from tickets.enums import EventKind, Promise
from tickets.models import Clock, Custody, TicketEvent

logger = logging.getLogger(__name__)

BATCH = 500


def hold_accountable(event_ids: Sequence[uuid.UUID]) -> None:
    """Record what follows from these events: a breach, rewards and penalties.

    Organisations that keep no account are left out, and so is what is recorded already. One at a time:
    what a reward may be depends on all others.
    """
    with transaction.atomic():
        _locked_place()
        told = [(event, _held(event)) for event in _accounted(event_ids)]
        breaches = [_breach(event, held) for event, held in told if event.kind in MISSED]
        Breach.objects.bulk_create(breaches, ignore_conflicts=True)
        PointsEntry.objects.bulk_create(_earned(told), ignore_conflicts=True)


def _earned(told: Sequence[tuple[TicketEvent, list[Held]]]) -> list[PointsEntry]:
    """What the rules give for these events, organisation by organisation."""
    earned: list[PointsEntry] = []
    for key in {event.organisation_id for event, _held in told}:
        rules = _rules_of(key)
        theirs = [(event, held) for event, held in told if event.organisation_id == key]
        entries = [entry for event, held in theirs for entry in _entries(event, rules, held)]
        earned.extend(within_limits(entries))
    return earned


def account_for_feed(*, batch: int = BATCH) -> int:
    """Account for what was published since the last time, in feed order, until nothing is left.

    One at a time: who comes second waits, and then finds what the first one did not see yet. Returns
    how many events were looked at.
    """
    count = 0
    while events := _account_for_batch(batch):
        count += sum(kind in ACCOUNTED for _key, kind, _position in events)
    return count


def _account_for_batch(size: int) -> list[tuple[uuid.UUID, str, int | None]]:
    with transaction.atomic():
        place = _locked_place()
        following = TicketEvent.objects.after(place.position)
        events = list(following.values_list("pk", "kind", "position")[:size])
        if events:
            _account_for([key for key, kind, _position in events if kind in ACCOUNTED])
            place.position = events[-1][2] or place.position
            place.save(update_fields=["position"])
    return events


def _locked_place() -> FeedPlace:
    """The only row, locked until the transaction ends: whoever holds it writes the ledger alone."""
    FeedPlace.objects.get_or_create(is_the_only_one=True)
    return FeedPlace.objects.select_for_update().get()


def _account_for(event_ids: Sequence[uuid.UUID]) -> None:
    """Together, or one by one where that fails: a broken one is logged and left out."""
    try:
        hold_accountable(event_ids)
    except Exception:
        if len(event_ids) == 1:
            logger.exception("Event %s could not be accounted for.", event_ids[0])
            return
        for event_id in event_ids:
            _account_for([event_id])


def catch_up(organisation_id: uuid.UUID, *, progress: Callable[[int], object] | None = None) -> int:
    """Hold the organisation accountable for its whole past, such as imported tickets.

    Returns how many events it looked at; `progress` hears of each batch.
    """
    past = TicketEvent.objects.filter(organisation_id=organisation_id).of_kind(*ACCOUNTED).order_by("pk")
    last, count = uuid.UUID(int=0), 0
    while batch := list(past.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        hold_accountable(batch)
        last = batch[-1]
        count += len(batch)
        if progress is not None:
            progress(len(batch))
    return count


def _accounted(event_ids: Sequence[uuid.UUID]) -> list[TicketEvent]:
    events = TicketEvent.objects.filter(
        pk__in=event_ids, organisation__accountability_enabled=True, department__isnull=False
    ).of_kind(*ACCOUNTED)
    return list(
        events.select_related("ticket__organisation", "department__calendar").prefetch_related(
            Prefetch("ticket__custodies", queryset=Custody.objects.select_related("department")),
            Prefetch("ticket__clocks", queryset=Clock.objects.select_related("calendar")),
        )
    )


def _held(event: TicketEvent) -> list[Held]:
    """Who used up the promise that the event is about, until then."""
    spans = [
        Span(
            department_id=str(custody.department_id),
            department=custody.department.name,
            assignee_id=str(custody.assignee_id) if custody.assignee_id else None,
            started_at=custody.started_at,
            ended_at=custody.ended_at,
            target_at=custody.target_at,
        )
        for custody in event.ticket.custodies.all()
    ]
    return consumed(spans, _promised(event), event.occurred_at)


def _promised(event: TicketEvent) -> Promised:
    """Where nothing was promised, all time since the report counts, in the hours of who has it."""
    about = MISSED.get(EventKind(event.kind), Promise.RESOLVE)
    for clock in event.ticket.clocks.all():
        if clock.promise == about:
            return Promised(clock.started_at, clock.calendar.working_calendar())
    department: Any = event.department
    return Promised(event.ticket.created_at, department.calendar.working_calendar())


def _breach(event: TicketEvent, held: list[Held]) -> Breach:
    """The breach that a missed promise is: who used up most of the time is accountable."""
    department_id, assignee_id = str(event.department_id), _key(event.assignee_id)
    if held:
        department_id, assignee_id = accountable(held)
    recorded_at = timezone.now()
    return Breach(
        organisation_id=event.organisation_id,
        ticket=event.ticket,
        promise=MISSED[EventKind(event.kind)],
        department_id=uuid.UUID(department_id),
        assignee_id=uuid.UUID(assignee_id) if assignee_id else None,
        breached_at=event.occurred_at,
        cause=_cause(event, held, has_assignee=assignee_id is not None),
        custody_split=split(held),
        created_at=recorded_at,
        remind_at=remind_at(recorded_at, 0),
    )


def _key(value: uuid.UUID | None) -> str | None:
    return str(value) if value else None


def _cause(event: TicketEvent, held: list[Held], *, has_assignee: bool) -> Cause:
    started_at = event.ticket.started_at
    if not has_assignee:
        return Cause.NOBODY_FREE
    if len(by_department(held)) > 1:
        return Cause.HANDED_ON
    if started_at is None or started_at > event.occurred_at:
        return Cause.NOT_STARTED
    return Cause.NOT_FINISHED


def _entries(event: TicketEvent, rules: list[PointsRule], held: list[Held]) -> Iterator[PointsEntry]:
    for rule in rules:
        if rule.event_kind == event.kind and _held_at(rule, event) and _applies(event):
            departments, people = _weights(rule, event, held)
            for department_id, points in shares(rule.points, departments).items():
                yield _entry(rule, event, department_id, None, points)
            for (department_id, person_id), points in shares(rule.points, people).items():
                # The time in which nobody had it is the department's alone.
                if person_id is not None:
                    yield _entry(rule, event, department_id, person_id, points)


def _applies(event: TicketEvent) -> bool:
    """A fix is rewarded only when it came in time, and once it was proven wherever a proof is asked for;
    a rating only where it is a good one.
    """
    if event.kind == EventKind.RATED:
        return bool(event.data["rating"] >= WELL_RATED)
    expired_at = event.ticket.expired_at
    in_time = expired_at is None or expired_at > event.occurred_at
    if event.kind == EventKind.RESOLVED:
        return in_time and not event.ticket.organisation.verification_required
    return in_time if event.kind == EventKind.VERIFIED else True


def _weights(
    rule: PointsRule, event: TicketEvent, held: list[Held]
) -> tuple[dict[str, int], dict[tuple[str, str | None], int]]:
    """Departments and people with what of the rule's points each deserves."""
    if rule.share == Share.CUSTODY and held:
        return by_department(held), by_person(held)
    department = str(event.department_id)
    return {department: 1}, {(department, _key(event.assignee_id)): 1}


def _entry(
    rule: PointsRule, event: TicketEvent, department_id: str, person_id: str | None, points: int
) -> PointsEntry:
    return PointsEntry(
        organisation_id=event.organisation_id,
        rule=rule,
        event=event,
        department_id=uuid.UUID(department_id),
        person_id=uuid.UUID(person_id) if person_id else None,
        points=points,
        occurred_at=event.occurred_at,
    )


def _rules_of(organisation_id: uuid.UUID) -> list[PointsRule]:
    """Every version of the organisation's rules; of those of ours that it does not have yet, the first."""
    versions = PointsRule.objects.of_organisation(organisation_id).order_by("code", "version")
    rules = list(versions)
    known = {rule.code for rule in rules}
    missing = [rule for rule in DEFAULT_RULES if rule.code not in known]
    if not missing:
        return rules
    first = [
        PointsRule(
            organisation_id=organisation_id,
            code=rule.code,
            title=rule.title,
            event_kind=rule.event_kind,
            points=rule.points,
            share=rule.share,
        )
        for rule in missing
    ]
    PointsRule.objects.bulk_create(first, ignore_conflicts=True)
    return list(versions.all())


def _held_at(rule: PointsRule, event: TicketEvent) -> bool:
    """Whether this version was in force at the event, so that telling it again finds the same one.

    The first version also holds for what happened before it.
    """
    began = rule.version == 1 or rule.created_at <= event.occurred_at
    return began and (rule.retired_at is None or event.occurred_at < rule.retired_at)
