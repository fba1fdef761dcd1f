"""From events to breaches and points. Everything here recomputes or is unique, so it is safe to repeat."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence

from django.db import transaction
from django.db.models import Prefetch

from accountability.custody import Held, Span, by_department, by_person, held_until, shares
from accountability.enums import Cause, Share
from accountability.models import Breach, PointsEntry, PointsRule
from accountability.rules import ACCOUNTED, DEFAULT_RULES
from departments.working_time import WorkingCalendar
from tickets.enums import EventKind, Promise
from tickets.models import Custody, Ticket, TicketEvent

BATCH = 500


def hold_accountable(event_ids: Sequence[uuid.UUID]) -> None:
    """Record what follows from these events: a breach, rewards and penalties.

    Organisations that keep no account are left out, and so is what is recorded already.
    """
    with transaction.atomic():
        events = _accounted(event_ids)
        spans = _spans_of({event.ticket for event in events})
        breaches = [_breach(event, spans[event.ticket_id]) for event in events if _missed(event)]
        Breach.objects.bulk_create([row for row in breaches if row], ignore_conflicts=True)
        rules = {key: _rules_in_force(key) for key in {event.organisation_id for event in events}}
        entries = [
            entry
            for event in events
            for entry in _entries(event, rules[event.organisation_id], spans[event.ticket_id])
        ]
        PointsEntry.objects.bulk_create(entries, ignore_conflicts=True)


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
    custodies = Custody.objects.select_related("department__calendar")
    related = events.select_related("ticket", "department")
    return list(related.prefetch_related(Prefetch("ticket__custodies", queryset=custodies)))


def _missed(event: TicketEvent) -> bool:
    return event.kind == EventKind.EXPIRED


def _spans_of(tickets: set[Ticket]) -> dict[uuid.UUID, list[Span]]:
    """The custodies of tickets as values to calculate with; each calendar is read once."""
    hours: dict[uuid.UUID, WorkingCalendar] = {}

    def span(custody: Custody) -> Span:
        calendar = custody.department.calendar
        if calendar.pk not in hours:
            hours[calendar.pk] = calendar.working_calendar()
        return Span(
            department_id=str(custody.department_id),
            department=custody.department.name,
            assignee_id=str(custody.assignee_id) if custody.assignee_id else None,
            started_at=custody.started_at,
            ended_at=custody.ended_at,
            working_seconds=custody.working_seconds,
            hours=hours[calendar.pk],
        )

    return {ticket.pk: [span(custody) for custody in ticket.custodies.all()] for ticket in tickets}


def _breach(event: TicketEvent, spans: list[Span]) -> Breach | None:
    """The breach that an expiry is: whoever held the ticket when the time ran out is accountable."""
    due_at = event.occurred_at
    if event.department_id is None:
        return None
    holding = [span for span in spans if span.started_at < due_at]
    holding = [span for span in holding if span.ended_at is None or span.ended_at >= due_at]
    department_id, assignee_id = event.department_id, event.assignee_id
    if holding:
        last = max(holding, key=lambda span: span.started_at)
        department_id = uuid.UUID(last.department_id)
        assignee_id = uuid.UUID(last.assignee_id) if last.assignee_id else None
    held = held_until(spans, due_at)
    names = {part.department_id: part.department for part in held}
    return Breach(
        organisation_id=event.organisation_id,
        ticket=event.ticket,
        promise=Promise.RESOLVE,
        department_id=department_id,
        assignee_id=assignee_id,
        breached_at=due_at,
        cause=_cause(event, held, has_assignee=assignee_id is not None),
        custody_split=[
            {"department": key, "name": names[key], "seconds": seconds}
            for key, seconds in by_department(held).items()
        ],
    )


def _cause(event: TicketEvent, held: list[Held], *, has_assignee: bool) -> Cause:
    started_at = event.ticket.started_at
    if not has_assignee:
        return Cause.NOBODY_FREE
    if len(by_department(held)) > 1:
        return Cause.HANDED_ON
    if started_at is None or started_at > event.occurred_at:
        return Cause.NOT_STARTED
    return Cause.NOT_FINISHED


def _entries(event: TicketEvent, rules: list[PointsRule], spans: list[Span]) -> Iterator[PointsEntry]:
    for rule in rules:
        if rule.event_kind == event.kind and _applies(rule, event):
            departments, people = _weights(rule, event, spans)
            for department_id, points in shares(rule.points, departments).items():
                yield _entry(rule, event, department_id, None, points)
            for (department_id, person_id), points in shares(rule.points, people).items():
                yield _entry(rule, event, department_id, person_id, points)


def _applies(rule: PointsRule, event: TicketEvent) -> bool:
    """A fix that was verified is rewarded only when it came in time."""
    expired_at = event.ticket.expired_at
    in_time = expired_at is None or expired_at > event.occurred_at
    return in_time if event.kind == EventKind.VERIFIED else True


def _weights(
    rule: PointsRule, event: TicketEvent, spans: list[Span]
) -> tuple[dict[str, int], dict[tuple[str, str], int]]:
    """Departments and people with what of the rule's points each deserves."""
    if rule.share == Share.CUSTODY and spans:
        held = held_until(spans, event.occurred_at)
        return by_department(held), by_person(held)
    department = str(event.department_id)
    person = {(department, str(event.assignee_id)): 1} if event.assignee_id else {}
    return {department: 1}, person


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


def _rules_in_force(organisation_id: uuid.UUID) -> list[PointsRule]:
    """The organisation's rules; one that has none yet starts with the first version of ours."""
    rules = list(PointsRule.objects.in_force(organisation_id))
    if rules:
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
        for rule in DEFAULT_RULES
    ]
    PointsRule.objects.bulk_create(first, ignore_conflicts=True)
    return list(PointsRule.objects.in_force(organisation_id))
