"""The proof of a resolution: the reporter confirms with a one-time code, or disputes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError, InvalidInput
from tickets.actions.answering import Answer, confirmation_of, dispute_of
from tickets.actions.assignment import assign_automatically, take_load
from tickets.actions.attachments import keep_pictures
from tickets.actions.change import Change, CheckedChange, changing, check_person, close, lock_ticket
from tickets.actions.clocks import take_back_resolution
from tickets.actions.rating import check_rating, rate
from tickets.enums import AttachmentKind, EventKind, Outcome, Proof, Status, VerificationState, Visibility
from tickets.events import signed_in
from tickets.models import Ticket, Verification
from tickets.permissions import is_reporter
from tickets.pictures import Picture
from tickets.verification import MAX_ATTEMPTS, MAX_CODES, Spot, is_right_code
from tickets.workflow import Verb


class WrongCode(InvalidInput):
    code = "wrong_code"
    sentence = gettext_lazy("This code is not right.")


class CodeUsedUp(DomainError):
    code = "code_used_up"
    sentence = gettext_lazy("This code was tried too often. Ask for a new one.")


class TooManyCodes(DomainError):
    code = "too_many_codes"
    sentence = gettext_lazy("There were too many new codes. If the fix is not right, tell us why.")


class NothingToVerify(DomainError):
    code = "nothing_to_verify"
    sentence = gettext_lazy("This ticket does not wait for a confirmation any more.")


def request_verification(change: Change) -> Verification:
    """Ask for the proof of the resolution that a locked ticket just got."""
    organisation = change.ticket.organisation
    expires_at = change.at + timedelta(days=organisation.verification_days)
    asks_again = 0 < organisation.verification_reminder_days < organisation.verification_days
    change.write(auto_close_at=expires_at)
    return Verification.objects.create(
        ticket=change.ticket,
        issued_at=change.at,
        expires_at=expires_at,
        remind_at=change.at + timedelta(days=organisation.verification_reminder_days) if asks_again else None,
    )


def remind_of_proof(ticket: Ticket, *, acting_user: None, now: datetime) -> bool:
    """Ask the reporter of a locked ticket again, once. Returns whether there was anything to ask."""
    verification = ticket.verifications.reminding_by(now).select_for_update().first()
    if verification is None:
        return False
    verification.remind_at = None
    verification.save(update_fields=["remind_at"])
    change = Change(ticket, acting_user=acting_user, at=now)
    change.record(EventKind.PROOF_REMINDED, visibility=Visibility.PARTICIPANTS)
    return True


def send_new_code(ticket: Ticket, *, acting_user: Any) -> Verification:
    """Make the old code worthless and send another. For the reporter, and for staff at their wish.

    Only so often: each costs a message, and gives somebody who guesses five more tries.
    Raises TooManyCodes, and NothingToVerify where nothing waits for a proof.
    """
    with transaction.atomic():
        locked = lock_ticket(ticket)
        if acting_user is not None and not is_reporter(acting_user, locked):
            check_person(acting_user, Verb.NOTE, locked)
        verification = _pending(locked)
        if verification.code_serial >= MAX_CODES:
            raise TooManyCodes
        verification.code_serial += 1
        verification.attempts = 0
        verification.save(update_fields=["code_serial", "attempts"])
        change = Change(locked, acting_user=acting_user, at=timezone.now())
        change.record(EventKind.CODE_SENT, visibility=Visibility.PARTICIPANTS)
        return verification


def verify_resolution(
    ticket: Ticket,
    *,
    acting_user: Any,
    code: str = "",
    spot: Spot | None = None,
    rating: int | None = None,
    words: str = "",
) -> Ticket:
    """Close a resolved ticket as verified.

    The code is the credential: its bearer got the message. In public space a supporter needs none, and
    neither does the reporter who scanned a QR code on the spot. `rating`, one to five, and `words` say
    how good the fix is. Raises CodeNeeded, WrongCode, CodeUsedUp, OwnWork, NotFound, NothingToVerify,
    TransitionNotAllowed, RatingOutOfRange.
    """
    if rating is not None:
        check_rating(rating)
    if code:
        check_code(ticket, code)
    with changing(ticket, Verb.VERIFY, acting_user=acting_user, authorised=True) as change:
        answer = confirmation_of(change.ticket, acting_user, has_code=bool(code), spot=spot)
        verification = _answer(change, VerificationState.CONFIRMED, answer)
        close(change, Outcome.VERIFIED)
        change.record_rule(data=answer.told())
        if rating is not None:
            rate(change, verification, rating, words)
        return change.ticket


def dispute_resolution(
    ticket: Ticket,
    *,
    reason: str,
    acting_user: Any,
    code: str = "",
    spot: Spot | None = None,
    pictures: Sequence[Picture] = (),
) -> Ticket:
    """Send a resolved ticket back to work; its clock goes on from where it stopped.

    The reporter may, and in public space any supporter; whoever is not signed in shows the code.
    Raises NoteRequired, WrongCode, CodeUsedUp, NotFound, NotAllowed, NothingToVerify,
    TransitionNotAllowed.
    """
    if code:
        check_code(ticket, code)
    answer = dispute_of(ticket, acting_user, has_code=bool(code), spot=spot)
    with changing(
        ticket, Verb.DISPUTE, acting_user=acting_user, note=reason, note_field="reason", authorised=True
    ) as change:
        _answer(change, VerificationState.DISPUTED, answer, reason=change.note)
        keep_pictures(change, pictures, AttachmentKind.DISPUTE)
        back_to_work(change)
        change.record_rule(data=answer.told())
        assign_automatically(change)
        return change.ticket


def back_to_work(change: CheckedChange) -> None:
    """Reopened, disputed: in progress again, with the clock and the load of whoever has it."""
    change.write(
        status=Status.IN_PROGRESS,
        outcome="",
        closed_at=None,
        resolved_at=None,
        auto_close_at=None,
        reopened_count=change.ticket.reopened_count + 1,
    )
    take_load(change)
    take_back_resolution(change)


def check_code(ticket: Ticket, code: str) -> None:
    """Count a wrong code in a transaction of its own, so that the refusal does not undo the count.

    Raises WrongCode with the tries left, CodeUsedUp, NothingToVerify.
    """
    with transaction.atomic():
        verification = _pending(lock_ticket(ticket))
        if verification.attempts >= MAX_ATTEMPTS:
            raise CodeUsedUp(field="code")
        right = is_right_code(verification, code)
        if not right:
            verification.attempts += 1
            verification.save(update_fields=["attempts"])
    if not right:
        left = MAX_ATTEMPTS - verification.attempts
        raise WrongCode(_("This code is not right. Tries left: %(left)d.") % {"left": left}, field="code")


def _pending(ticket: Ticket) -> Verification:
    verification = _open_question(ticket)
    if verification.expires_at <= timezone.now():
        raise NothingToVerify
    return verification


def _open_question(ticket: Ticket) -> Verification:
    """Also one that is over by the clock, until the sweep closes the ticket: better late than never."""
    verification = ticket.verifications.pending().select_for_update().first()
    if verification is None:
        raise NothingToVerify
    return verification


def _answer(
    change: CheckedChange, state: VerificationState, answer: Answer, *, reason: str = ""
) -> Verification:
    """Write the answer to the question that the locked ticket waits for. Raises NothingToVerify."""
    verification = _open_question(change.ticket)
    # Who witnesses a code that was read out is not who answers.
    person = None if answer.proof is Proof.READ_OUT else signed_in(change.acting_user)
    verification.state = state
    verification.answered_at = change.at
    verification.answered_by = person
    verification.answered_as = answer.by
    verification.proof = answer.proof
    verification.witness_id = answer.witness
    verification.reason = reason
    verification.remind_at = None
    verification.save()
    return verification


def settle_verification(change: Change, state: VerificationState) -> None:
    """The question is not asked any more: it lapsed, or something else overtook it."""
    change.ticket.verifications.pending().update(state=state, answered_at=change.at, remind_at=None)
