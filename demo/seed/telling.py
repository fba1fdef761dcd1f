"""One ticket's life told in memory: what `tickets.actions` would write, row for row, at any past moment.

Replaying eighteen months through the real actions would take hours and tell people about it. So the
rules are repeated here for the demo alone, and `demo.seed.consistency` proves that the rows agree.
"""

from __future__ import annotations

import heapq
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from random import Random
from typing import Any

from demo.seed.identifiers import key_at
from demo.seed.promises import DemoClock, promised
from demo.seed.world import DemoCategory, DemoDepartment, Member, Resident, World
from departments.enums import EscalationAudience
from departments.escalation import USUAL_LADDER
from departments.working_time import WorkingCalendar
from tickets.enums import ClockState, EventKind, Promise, Source, Status, VerificationState, Visibility
from tickets.workflow import WORKFLOW, Verb

COUNTED = (Status.OPEN, Status.IN_PROGRESS)
UNCLOSED = (*COUNTED, Status.RESPONDED, Status.RESOLVED)
_RELATIONS = {"assignee", "department", "stage", "duplicate_of"}

Row = dict[str, Any]
Aside = Callable[[datetime], None]


class Telling:
    """The rows of one ticket so far, and the mechanism behind every verb."""

    def __init__(
        self,
        world: World,
        rng: Random,
        *,
        ticket: Row,
        department: DemoDepartment | None,
        category: DemoCategory | None,
        region_id: uuid.UUID | None,
        reporter: Resident | None,
    ) -> None:
        self.world = world
        self.rng = rng
        self.ticket = ticket
        self.department = department
        self.category = category
        self.region_id = region_id
        self.reporter = reporter
        self.member: Member | None = None
        self.changes: dict[str, list[Any]] = {}
        self.events: list[Row] = []
        self.messages: list[Row] = []
        self.supports: list[Row] = []
        self.custodies: list[Row] = []
        self.verifications: list[Row] = []
        self.clocks: list[DemoClock] = []
        self._terms: list[dict[str, Any]] = []
        self._asides: list[tuple[datetime, int, Aside]] = []
        self._last_key_at = 0

    # Reading

    @property
    def status(self) -> Status:
        status: Status = self.ticket["status"]
        return status

    @property
    def created_at(self) -> datetime:
        at: datetime = self.ticket["created_at"]
        return at

    @property
    def last_at(self) -> datetime:
        """When the latest event happened."""
        at: datetime = self.events[-1]["occurred_at"]
        return at

    @property
    def reporter_id(self) -> uuid.UUID | None:
        return self.reporter.id if self.reporter else None

    @property
    def holder_id(self) -> uuid.UUID | None:
        return self.member.user_id if self.member else None

    @property
    def next_stage(self) -> tuple[uuid.UUID, str] | None:
        stages = self.department.stages if self.department else []
        ids = [stage for stage, _name in stages]
        place = ids.index(self.ticket["stage_id"]) + 1 if self.ticket["stage_id"] in ids else 0
        return stages[place] if place < len(stages) else None

    def new_id(self, at: datetime) -> uuid.UUID:
        """Keys grow even within a moment, because timelines break ties by them."""
        self._last_key_at = max(int(at.timestamp() * 1000), self._last_key_at + 1)
        return key_at(self.rng, self._last_key_at)

    # Time

    def later(self, at: datetime, aside: Aside) -> None:
        """Something that happens on the way, whatever the main story does."""
        heapq.heappush(self._asides, (at, len(self._asides), aside))

    def advance(self, at: datetime) -> None:
        """Let everything happen that lies before `at`: asides, and promises that run out."""
        while self._asides and self._asides[0][0] < at:
            moment, _order, aside = heapq.heappop(self._asides)
            self._run_timers(moment)
            aside(moment)
        self._run_timers(at)

    def _run_timers(self, until: datetime) -> None:
        """Warnings, promises that run out, and steps up the ladder, each at its own time."""
        while timers := [timer for timer in self._timers() if timer[0] <= until]:
            moment, _order, ring = min(timers, key=lambda timer: timer[:2])
            ring(moment)

    def _timers(self) -> Iterator[tuple[datetime, int, Aside]]:
        for clock in self.clocks:
            if clock.state == ClockState.RUNNING and clock.due_at is not None:
                yield clock.due_at, 0, partial(self._run_out, clock)
                if clock.warn_at is not None and clock.warned_at is None and clock.warn_at < clock.due_at:
                    yield clock.warn_at, 1, partial(self._warn, clock)
        if self.ticket.get("escalate_at") is not None:
            yield self.ticket["escalate_at"], 2, self._escalate

    def _run_out(self, clock: DemoClock, at: datetime) -> None:
        due_at = clock.run_out()
        if clock.promise == Promise.RESOLVE:
            self.ticket["escalate_at"] = clock.hours.add(due_at, USUAL_LADDER[0].delay_seconds)
            self.write(expired_at=due_at)
            self.record(EventKind.EXPIRED, due_at, actor=None)
        else:
            self.record(EventKind.RESPONSE_LATE, due_at, actor=None, visibility=Visibility.STAFF)

    def _warn(self, clock: DemoClock, at: datetime) -> None:
        clock.warned_at = at
        data = {"promise": clock.promise, "due_at": clock.due_at}
        self.record(EventKind.EXPIRING, at, actor=None, visibility=Visibility.STAFF, data=data)

    def _escalate(self, at: datetime) -> None:
        level = self.ticket.setdefault("escalation_level", 0)
        step = USUAL_LADDER[level]
        audience = step.audience
        if audience == EscalationAudience.ASSIGNEE and self.ticket["assignee_id"] is None:
            audience = EscalationAudience.DEPARTMENT_ADMINS
        following = USUAL_LADDER[level + 1 : level + 2]
        waits = [after.delay_seconds - step.delay_seconds for after in following]
        self.ticket["escalate_at"] = self._escalation_hours.add(at, waits[0]) if waits else None
        self.write(escalation_level=level + 1)
        data = {"level": level + 1, "audience": str(audience), "delay_seconds": step.delay_seconds}
        self.record(EventKind.ESCALATED, at, actor=None, visibility=Visibility.STAFF, data=data)

    @property
    def _escalation_hours(self) -> WorkingCalendar:
        return next(clock for clock in self.clocks if clock.promise == Promise.RESOLVE).hours

    def _pause_escalation(self, at: datetime) -> None:
        if self.ticket.get("escalate_at") is not None:
            left = self._escalation_hours.between(at, self.ticket["escalate_at"])
            self.ticket |= {"escalate_at": None, "escalation_left_seconds": round(left)}

    def _resume_escalation(self, at: datetime) -> None:
        left = self.ticket.get("escalation_left_seconds")
        if left is not None:
            due_at = self._escalation_hours.add(at, left)
            self.ticket |= {"escalate_at": due_at, "escalation_left_seconds": None}

    # Writing

    def write(self, **fields: Any) -> None:
        for name, value in fields.items():
            column = f"{name}_id" if name in _RELATIONS else name
            old = self.ticket[column]
            if old != value:
                self.changes[name] = [self.changes[name][0] if name in self.changes else old, value]
                self.ticket[column] = value

    def record(
        self,
        kind: EventKind,
        at: datetime,
        *,
        actor: uuid.UUID | None,
        visibility: Visibility = Visibility.PUBLIC,
        note: str = "",
        data: dict[str, Any] | None = None,
        on_behalf_of: str = "",
    ) -> None:
        if self.events:
            self.ticket["version"] += 1
            self.ticket["updated_at"] = at
        self.events.append(
            {
                "id": self.new_id(at),
                "organisation_id": self.ticket["organisation_id"],
                "ticket_id": self.ticket["id"],
                "kind": kind,
                "visibility": visibility,
                "actor_id": actor,
                "on_behalf_of": on_behalf_of,
                "note": note,
                "changes": self.changes,
                "data": {**(data or {}), **({"clocks": self._terms} if self._terms else {})},
                "department_id": self.ticket["department_id"],
                "stage_id": self.ticket["stage_id"],
                "assignee_id": self.ticket["assignee_id"],
                "ticket_version": self.ticket["version"],
                "occurred_at": at,
            }
        )
        self.changes, self._terms = {}, []

    def _record_rule(
        self,
        verb: Verb,
        at: datetime,
        *,
        actor: uuid.UUID | None,
        note: str = "",
        data: dict[str, Any] | None = None,
    ) -> None:
        rule = WORKFLOW[verb]
        self.record(rule.event, at, actor=actor, visibility=rule.visibility, note=note, data=data)

    def _say(
        self,
        at: datetime,
        body: str,
        *,
        author: uuid.UUID | None,
        from_staff: bool,
        visibility: Visibility,
        source: Source,
    ) -> uuid.UUID:
        key = self.new_id(at)
        self.messages.append(
            {
                "id": key,
                "ticket_id": self.ticket["id"],
                "author_id": author,
                "is_from_staff": from_staff,
                "body": body,
                "visibility": visibility,
                "source": source,
                "created_at": at,
            }
        )
        return key

    # Clocks, custody, proof

    def _start_clocks(self, at: datetime) -> None:
        standard = self.category.standard(self.ticket["priority"]) if self.category else None
        if standard is None:
            return
        targets = {Promise.RESPOND: standard.respond_seconds, Promise.RESOLVE: standard.resolve_seconds}
        for promise, seconds in targets.items():
            clock = promised(self.new_id(at), promise, standard, seconds, at)
            self.clocks.append(clock)
            self._terms.append(clock.terms())
        self.write(due_at=self.clocks[-1].due_at)

    def _meet(self, at: datetime, promise: Promise) -> None:
        for clock in self.clocks:
            if clock.promise == promise:
                clock.stop(at, ClockState.MET)

    def _cancel_clocks(self, at: datetime) -> None:
        for clock in self.clocks:
            clock.stop(at, ClockState.CANCELLED)

    def _hand_over(self, at: datetime) -> None:
        self._resume_escalation(at)
        holder = (self.ticket["department_id"], self.ticket["stage_id"], self.ticket["assignee_id"])
        if self.custodies and self.custodies[-1]["ended_at"] is None:
            held = self.custodies[-1]
            if (held["department_id"], held["stage_id"], held["assignee_id"]) == holder:
                return
            self._end_custody(at)
        if self.department is not None:
            self.custodies.append(
                {
                    "id": self.new_id(at),
                    "ticket_id": self.ticket["id"],
                    "department_id": holder[0],
                    "stage_id": holder[1],
                    "assignee_id": holder[2],
                    "started_at": at,
                    "ended_at": None,
                    "working_seconds": None,
                }
            )

    def _release_custody(self, at: datetime) -> None:
        self._pause_escalation(at)
        self._end_custody(at)

    def _end_custody(self, at: datetime) -> None:
        if not self.custodies or self.custodies[-1]["ended_at"] is not None:
            return
        held = self.custodies[-1]
        keepers = self.world.departments.values()
        keeper = next(department for department in keepers if department.id == held["department_id"])
        held["ended_at"] = at
        held["working_seconds"] = round(keeper.hours.between(held["started_at"], at))

    def _answer(
        self,
        at: datetime,
        state: VerificationState,
        *,
        by: uuid.UUID | None,
        reason: str = "",
        proof: dict[str, str] | None = None,
    ) -> None:
        said = proof or {}
        self.verifications[-1].update(
            state=state,
            answered_at=at,
            answered_by_id=by,
            answered_as=said.get("by", ""),
            proof=said.get("proof", ""),
            reason=reason,
            remind_at=None,
        )
