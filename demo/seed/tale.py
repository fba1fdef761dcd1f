"""What can happen to a ticket in a story: the verbs of `tickets.actions`, without a database."""

from __future__ import annotations

import uuid
from datetime import datetime

from common.identifiers import new_id
from demo.seed.telling import COUNTED, UNCLOSED, Telling
from demo.seed.world import DemoDepartment, Member
from tickets.enums import (
    Answerer,
    ClockState,
    EventKind,
    Outcome,
    Promise,
    Proof,
    Source,
    Status,
    VerificationState,
    Visibility,
)
from tickets.workflow import Verb


class Tale(Telling):
    """The verbs. Moments must be given in order; asides are told on the way."""

    # Intake and assignment

    def open(self, *, actor: uuid.UUID | None, on_behalf_of: str = "") -> None:
        """The report comes in; `assign` or `queue` must follow where a department has it."""
        at = self.created_at
        self._start_clocks(at)
        self.changes = {}
        data = {"source": self.ticket["source"], "title": self.ticket["title"]}
        self.record(EventKind.CREATED, at, actor=actor, data=data, on_behalf_of=on_behalf_of)

    def assign(self, at: datetime, member: Member) -> None:
        """Automatically, by the system."""
        self._give(at, member)
        self.record(EventKind.ASSIGNED, at, actor=None, data={"assignee_name": member.name})
        self._hand_over(at)

    def queue(self, at: datetime) -> None:
        self.write(queued_at=at)
        self.record(EventKind.QUEUED, at, actor=None)
        self._hand_over(at)

    def pick(self, at: datetime, member: Member) -> None:
        self.advance(at)
        self._give(at, member)
        self._record_rule(Verb.PICK, at, actor=member.user_id)
        self._hand_over(at)

    def override(self, at: datetime, member: Member, *, reason: str, actor: uuid.UUID) -> None:
        self.advance(at)
        self._give(at, member)
        self.write(is_pinned=True)
        data = {"assignee_name": member.name}
        self._record_rule(Verb.OVERRIDE, at, actor=actor, note=reason, data=data)
        self._hand_over(at)

    def _give(self, at: datetime, member: Member) -> None:
        self.write(assignee=member.user_id, assigned_at=at, queued_at=None)
        self.member = member
        if member.last_assigned_at is None or member.last_assigned_at < at:
            member.last_assigned_at = at

    # Work

    def start(self, at: datetime, *, actor: uuid.UUID | None = None) -> None:
        self.advance(at)
        self._meet(at, Promise.RESPOND)
        self.write(status=Status.IN_PROGRESS, started_at=self.ticket["started_at"] or at)
        self._record_rule(Verb.START, at, actor=actor or self.holder_id)

    def promote(self, at: datetime, *, note: str) -> None:
        self.advance(at)
        following = self.next_stage
        if following is None:
            return
        origin = dict(self.department.stages).get(self.ticket["stage_id"], "") if self.department else ""
        self.write(stage=following[0])
        data = {"from": origin, "to": following[1]}
        self._record_rule(Verb.PROMOTE, at, actor=self.holder_id, note=note, data=data)
        self._hand_over(at)

    def transfer(self, at: datetime, department: DemoDepartment, *, reason: str) -> None:
        self.advance(at)
        actor = self.holder_id
        origin = self.department.name if self.department else ""
        self.write(assignee=None, assigned_at=None, is_pinned=False, queued_at=None)
        self.department, self.member = department, None
        self.write(department=department.id, stage=department.stages[0][0] if department.stages else None)
        self.write(transfer_count=self.ticket.setdefault("transfer_count", 0) + 1)
        data = {"from": origin, "to": department.name}
        self._record_rule(Verb.TRANSFER, at, actor=actor, note=reason, data=data)

    def respond(self, at: datetime, *, question: str) -> None:
        self.advance(at)
        self._meet(at, Promise.RESPOND)
        for clock in self.clocks:
            if clock.state == ClockState.RUNNING:
                clock.pause(at)
                if clock.promise == Promise.RESOLVE:
                    self.write(due_at=None)
        self._release_custody(at)
        self.write(status=Status.RESPONDED, responded_at=at, auto_close_at=at + self.world.auto_close)
        said = self._say(
            at,
            question,
            author=self.holder_id,
            from_staff=True,
            visibility=Visibility.PARTICIPANTS,
            source=Source.CONSOLE,
        )
        self._record_rule(Verb.RESPOND, at, actor=self.holder_id, note=question, data={"message": str(said)})

    def reply(self, at: datetime, *, body: str, source: Source = Source.WEB) -> None:
        """The reporter's answer takes the ticket back to work."""
        self.advance(at)
        self.write(status=Status.IN_PROGRESS, auto_close_at=None)
        for clock in self.clocks:
            if clock.state == ClockState.PAUSED:
                clock.resume(at)
                if clock.promise == Promise.RESOLVE:
                    self.write(due_at=clock.due_at)
        said = self._say(
            at,
            body,
            author=self.reporter_id,
            from_staff=False,
            visibility=Visibility.PARTICIPANTS,
            source=source,
        )
        data = {"message": str(said), "is_from_staff": False}
        self._record_rule(Verb.REPLY, at, actor=self.reporter_id, data=data)
        self._hand_over(at)

    def resolve(self, at: datetime, *, note: str, actor: uuid.UUID | None = None) -> None:
        self.advance(at)
        self._meet(at, Promise.RESPOND)
        self._meet(at, Promise.RESOLVE)
        self._release_custody(at)
        self.write(status=Status.RESOLVED, resolved_at=at)
        if self.world.verifies:
            self._ask_for_proof(at)
        actor = actor or self.holder_id
        self._record_rule(Verb.RESOLVE, at, actor=actor, note=note)
        if not self.world.verifies:
            self._close(at, Outcome.COMPLETED)
            self.record(EventKind.CLOSED, at, actor=actor)

    def _ask_for_proof(self, at: datetime) -> None:
        self.write(auto_close_at=at + self.world.verification)
        # A link with this key opens the page that confirms, so it is not made from known dice.
        self.verifications.append(
            {
                "id": new_id(),
                "ticket_id": self.ticket["id"],
                "state": VerificationState.PENDING,
                "issued_at": at,
                "expires_at": at + self.world.verification,
                "remind_at": at + self.world.reminder if self.world.reminder else None,
                "attempts": 0,
                "code_serial": 1,
                "answered_at": None,
                "answered_by_id": None,
                "answered_as": "",
                "proof": "",
                "reason": "",
            }
        )

    # The end

    def verify(self, at: datetime) -> None:
        self.advance(at)
        proof = {"by": Answerer.REPORTER.value, "proof": Proof.CODE.value}
        self._answer(at, VerificationState.CONFIRMED, by=self.reporter_id, proof=proof)
        self._close(at, Outcome.VERIFIED)
        self._record_rule(Verb.VERIFY, at, actor=self.reporter_id, data=proof)

    def dispute(self, at: datetime, *, reason: str) -> None:
        self.advance(at)
        proof = {"by": Answerer.REPORTER.value, "proof": Proof.SIGNED_IN.value}
        self._answer(at, VerificationState.DISPUTED, by=self.reporter_id, reason=reason, proof=proof)
        self.write(
            status=Status.IN_PROGRESS,
            resolved_at=None,
            auto_close_at=None,
            reopened_count=self.ticket["reopened_count"] + 1,
        )
        for clock in self.clocks:
            if clock.promise == Promise.RESOLVE:
                clock.go_on(at)
                if clock.state == ClockState.RUNNING:
                    self.write(due_at=clock.due_at)
        self._record_rule(Verb.DISPUTE, at, actor=self.reporter_id, note=reason, data=proof)
        self._hand_over(at)

    def lapse(self, at: datetime) -> None:
        """Nobody answered in time."""
        self.advance(at)
        waited_for_proof = self.status is Status.RESOLVED
        if waited_for_proof:
            self._answer(at, VerificationState.LAPSED, by=None)
        self._cancel_clocks(at)
        self._close(at, Outcome.UNVERIFIED if waited_for_proof else Outcome.NO_REPLY)
        self._record_rule(Verb.LAPSE, at, actor=None)

    def reject(self, at: datetime, *, reason: str) -> None:
        self.advance(at)
        self._meet(at, Promise.RESPOND)
        self._end(at, Outcome.REJECTED)
        self._record_rule(Verb.REJECT, at, actor=self.holder_id, note=reason)

    def close_as_duplicate(self, at: datetime, *, original: uuid.UUID) -> None:
        self.advance(at)
        self.write(duplicate_of=original, support_count=0)
        self._end(at, Outcome.DUPLICATE)
        self._record_rule(Verb.MERGE, at, actor=self.holder_id)

    def withdraw(self, at: datetime, *, reason: str) -> None:
        self.advance(at)
        self._end(at, Outcome.WITHDRAWN)
        self._record_rule(Verb.WITHDRAW, at, actor=self.reporter_id, note=reason)

    def _end(self, at: datetime, outcome: Outcome) -> None:
        self._cancel_clocks(at)
        self._release_custody(at)
        self._close(at, outcome)

    def _close(self, at: datetime, outcome: Outcome) -> None:
        self.write(
            status=Status.CLOSED,
            outcome=outcome,
            closed_at=at,
            auto_close_at=None,
            queued_at=None,
            is_pinned=False,
        )

    # What is said on the way

    def message(self, at: datetime, body: str, *, author: uuid.UUID | None, from_staff: bool) -> None:
        """Asides: call them through `later` or after `advance`."""
        if self.status not in UNCLOSED:
            return
        if from_staff:
            self._meet(at, Promise.RESPOND)
        source = Source.CONSOLE if from_staff else self.rng.choice((Source.WEB, Source.WEB, Source.SMS))
        said = self._say(
            at,
            body,
            author=author,
            from_staff=from_staff,
            visibility=Visibility.PARTICIPANTS,
            source=source,
        )
        data = {"message": str(said), "is_from_staff": from_staff}
        self._record_rule(Verb.MESSAGE, at, actor=author, data=data)

    def note(self, at: datetime, body: str, *, author: uuid.UUID | None) -> None:
        said = self._say(
            at, body, author=author, from_staff=True, visibility=Visibility.STAFF, source=Source.CONSOLE
        )
        data = {"message": str(said), "is_from_staff": True}
        self._record_rule(Verb.NOTE, at, actor=author, data=data)

    def support(self, at: datetime, supporter: uuid.UUID) -> None:
        known = [row["user_id"] for row in self.supports]
        if self.status not in UNCLOSED or supporter == self.reporter_id or supporter in known:
            return
        self.supports.append(
            {
                "id": self.new_id(at),
                "ticket_id": self.ticket["id"],
                "user_id": supporter,
                "created_at": at,
            }
        )
        self.write(support_count=self.ticket["support_count"] + 1)
        self._record_rule(Verb.SUPPORT, at, actor=supporter)

    def finish(self) -> None:
        """The story has reached the present: what is due by now is, and the holder carries the load."""
        self.advance(self.world.now)
        if self.status in COUNTED and self.member is not None:
            self.member.load += 1
