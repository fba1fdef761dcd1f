"""From open to closed: start, respond, resolve, complete, reject, reopen, withdraw."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy

from accounts.models import User
from common.errors import DomainError
from tickets.actions.assignment import assign_automatically, release_load
from tickets.actions.change import CheckedChange, changing, close, note_last_word
from tickets.actions.clocks import breach_what_is_due, cancel_clocks, meet, pause_clocks
from tickets.actions.custody import release_custody
from tickets.actions.merging import refuse_merged
from tickets.actions.verification import back_to_work, request_verification, settle_verification
from tickets.enums import EventKind, Outcome, Promise, Source, Status, VerificationState
from tickets.models import Message, Ticket
from tickets.workflow import Verb


class VerificationRequired(DomainError):
    code = "verification_required"
    sentence = gettext_lazy("Here a fix is confirmed by who reported it: resolve the ticket instead.")


class ReopenRefused(DomainError):
    code = "reopen_refused"
    sentence = gettext_lazy("A withdrawn ticket is not reopened, and of a duplicate the merge is undone.")


class AlreadyWithdrawn(DomainError):
    code = "already_withdrawn"
    sentence = gettext_lazy("This ticket was withdrawn before.")


def start_work(
    ticket: Ticket, *, acting_user: User | None, note: str = "", expected_version: int | None = None
) -> Ticket:
    """Work begins: open -> in progress. Meets the promise to respond."""
    with changing(
        ticket, Verb.START, acting_user=acting_user, note=note, expected_version=expected_version
    ) as change:
        breach_what_is_due(change)
        meet(change, Promise.RESPOND)
        change.write(status=Status.IN_PROGRESS, started_at=change.ticket.started_at or change.at)
        change.record_rule()
        return change.ticket


def respond(
    ticket: Ticket,
    *,
    message: str,
    acting_user: User | None,
    source: Source = Source.CONSOLE,
    expected_version: int | None = None,
) -> Ticket:
    """Answer and wait for the customer: the clock pauses, and the ticket closes by itself later."""
    with changing(
        ticket,
        Verb.RESPOND,
        acting_user=acting_user,
        note=message,
        note_field="message",
        expected_version=expected_version,
    ) as change:
        breach_what_is_due(change)
        meet(change, Promise.RESPOND)
        pause_clocks(change)
        release_load(change)
        release_custody(change)
        waits = timedelta(days=change.ticket.organisation.auto_close_days)
        note_last_word(change, is_residents=False)
        change.write(
            status=Status.RESPONDED, responded_at=change.at, auto_close_at=change.at + waits, queued_at=None
        )
        said = Message.objects.create(
            ticket=change.ticket, author=acting_user, is_from_staff=True, body=change.note, source=source
        )
        change.record_rule(data={"message": str(said.pk)})
        return change.ticket


def resolve_ticket(
    ticket: Ticket, *, note: str, acting_user: User | None, expected_version: int | None = None
) -> Ticket:
    """Claim that the work is done. Asks for the proof, or completes where none is asked for."""
    with changing(
        ticket, Verb.RESOLVE, acting_user=acting_user, note=note, expected_version=expected_version
    ) as change:
        breach_what_is_due(change)
        meet(change, Promise.RESPOND)
        meet(change, Promise.RESOLVE)
        release_load(change)
        release_custody(change)
        note_last_word(change, is_residents=False)
        change.write(status=Status.RESOLVED, resolved_at=change.at, queued_at=None)
        if change.ticket.organisation.verification_required:
            request_verification(change)
            change.record_rule()
        else:
            change.record_rule()
            close(change, Outcome.COMPLETED)
            change.record(EventKind.CLOSED)
        return change.ticket


def complete_ticket(
    ticket: Ticket, *, acting_user: User | None, note: str = "", expected_version: int | None = None
) -> Ticket:
    """Close without a proof, where the organisation asks for none. Raises VerificationRequired."""
    with changing(
        ticket, Verb.COMPLETE, acting_user=acting_user, note=note, expected_version=expected_version
    ) as change:
        if change.ticket.organisation.verification_required:
            raise VerificationRequired
        breach_what_is_due(change)
        meet(change, Promise.RESPOND)
        meet(change, Promise.RESOLVE)
        _end(change, Outcome.COMPLETED)
        change.record_rule()
        return change.ticket


def reject_ticket(
    ticket: Ticket, *, reason: str, acting_user: User | None, expected_version: int | None = None
) -> Ticket:
    """Close what is not for us or not a problem, and say why."""
    with changing(
        ticket,
        Verb.REJECT,
        acting_user=acting_user,
        note=reason,
        note_field="reason",
        expected_version=expected_version,
    ) as change:
        breach_what_is_due(change)
        meet(change, Promise.RESPOND)
        cancel_clocks(change)
        _end(change, Outcome.REJECTED)
        change.record_rule()
        return change.ticket


def reopen_ticket(
    ticket: Ticket, *, reason: str, acting_user: User | None, expected_version: int | None = None
) -> Ticket:
    """Back to work by decision of staff. A withdrawn or merged ticket stays closed."""
    with changing(
        ticket,
        Verb.REOPEN,
        acting_user=acting_user,
        note=reason,
        note_field="reason",
        expected_version=expected_version,
    ) as change:
        if change.ticket.outcome in {Outcome.WITHDRAWN, Outcome.DUPLICATE}:
            raise ReopenRefused
        settle_verification(change, VerificationState.SUPERSEDED)
        back_to_work(change)
        change.record_rule()
        assign_automatically(change)
        return change.ticket


def withdraw_ticket(
    ticket: Ticket, *, acting_user: User | None, reason: str = "", expected_version: int | None = None
) -> Ticket:
    """Take a ticket out of every list; its history stays. The live feed says `ticket_deleted`.

    Raises AlreadyWithdrawn, StillMerged, and what `changing` raises.
    """
    with changing(
        ticket, Verb.WITHDRAW, acting_user=acting_user, note=reason, expected_version=expected_version
    ) as change:
        if change.ticket.outcome == Outcome.WITHDRAWN:
            raise AlreadyWithdrawn
        refuse_merged(change.ticket)
        breach_what_is_due(change)
        cancel_clocks(change)
        _end(change, Outcome.WITHDRAWN)
        change.record_rule()
        return change.ticket


def close_unanswered(ticket: Ticket, *, acting_user: None) -> Ticket:
    """Nobody answered in time: resolved closes as unverified, responded as no reply."""
    with changing(ticket, Verb.LAPSE, acting_user=acting_user) as change:
        waited_for_proof = change.ticket.status == Status.RESOLVED
        settle_verification(change, VerificationState.LAPSED)
        cancel_clocks(change)
        _end(change, Outcome.UNVERIFIED if waited_for_proof else Outcome.NO_REPLY)
        change.record_rule()
        return change.ticket


def _end(change: CheckedChange, outcome: Outcome) -> None:
    release_load(change)
    release_custody(change)
    if change.ticket.status == Status.RESOLVED:
        settle_verification(change, VerificationState.SUPERSEDED)
    close(change, outcome)
