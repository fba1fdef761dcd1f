"""The proof of a resolution: the reporter confirms with a one-time code, or disputes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError, InvalidInput, NotAllowed, NotFound
from tickets.actions.assignment import assign_automatically, take_load
from tickets.actions.attachments import keep_pictures
from tickets.actions.change import Change, CheckedChange, changing, check_person, close, lock_ticket
from tickets.actions.clocks import take_back_resolution
from tickets.enums import AttachmentKind, EventKind, Outcome, Status, VerificationState, Visibility
from tickets.models import Ticket, Verification
from tickets.permissions import can_view_ticket, is_in_public_space, is_reporter
from tickets.pictures import Picture
from tickets.verification import MAX_ATTEMPTS, MAX_CODES, is_right_code
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
    expires_at = change.at + timedelta(days=change.ticket.organisation.verification_days)
    change.write(auto_close_at=expires_at)
    return Verification.objects.create(ticket=change.ticket, issued_at=change.at, expires_at=expires_at)


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


def verify_resolution(ticket: Ticket, *, code: str, acting_user: Any) -> Ticket:
    """Close a resolved ticket as verified. The code is the credential: its bearer got the message.

    Raises WrongCode, CodeUsedUp, NothingToVerify, TransitionNotAllowed.
    """
    check_code(ticket, code)
    with changing(ticket, Verb.VERIFY, acting_user=acting_user, authorised=True) as change:
        _answer(change, VerificationState.CONFIRMED)
        close(change, Outcome.VERIFIED)
        change.record_rule()
        return change.ticket


def dispute_resolution(
    ticket: Ticket, *, reason: str, acting_user: Any, code: str = "", pictures: Sequence[Picture] = ()
) -> Ticket:
    """Send a resolved ticket back to work; its clock goes on from where it stopped.

    The reporter may, and in public space any supporter; whoever is not signed in shows the code.
    Raises NoteRequired, WrongCode, CodeUsedUp, NotFound, NotAllowed, NothingToVerify,
    TransitionNotAllowed.
    """
    if code:
        check_code(ticket, code)
    elif acting_user is not None:
        _check_may_answer(acting_user, ticket)
    with changing(
        ticket, Verb.DISPUTE, acting_user=acting_user, note=reason, note_field="reason", authorised=True
    ) as change:
        _answer(change, VerificationState.DISPUTED, reason=change.note)
        keep_pictures(change, pictures, AttachmentKind.DISPUTE)
        back_to_work(change)
        change.record_rule()
        assign_automatically(change)
        return change.ticket


def _check_may_answer(user: Any, ticket: Ticket) -> None:
    if may_answer(user, ticket):
        return
    if not can_view_ticket(user, ticket):
        raise NotFound
    raise NotAllowed(_("Only those who reported or support this problem can say that it is not fixed."))


def may_answer(user: Any, ticket: Ticket) -> bool:
    """The reporter, and for a fault in public space everybody who supports the ticket."""
    if user is None or not user.is_authenticated or not can_view_ticket(user, ticket):
        return False
    if is_reporter(user, ticket):
        return True
    return is_in_public_space(ticket) and ticket.supports.by(user).exists()


def may_try_code(user: Any, ticket: Ticket) -> bool:
    """Whether somebody without the message's link may type a code: five tries are all there are.

    Whoever may answer; and, where the reporter has no account to sign in to, whoever has the reference.
    """
    return ticket.reporter_id is None or may_answer(user, ticket)


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
    verification = ticket.verifications.pending().select_for_update().first()
    if verification is None or verification.expires_at <= timezone.now():
        raise NothingToVerify
    return verification


def _answer(change: CheckedChange, state: VerificationState, *, reason: str = "") -> None:
    person = change.acting_user
    change.ticket.verifications.pending().update(
        state=state,
        answered_at=change.at,
        answered_by=person if person is not None and person.is_authenticated else None,
        reason=reason,
    )


def settle_verification(change: Change, state: VerificationState) -> None:
    """The question is not asked any more: it lapsed, or something else overtook it."""
    change.ticket.verifications.pending().update(state=state, answered_at=change.at)
