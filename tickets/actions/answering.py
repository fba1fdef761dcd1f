"""Who may say whether a fix is real, and what makes their word count."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError, InvalidInput, NotAllowed, NotFound
from tickets.enums import Answerer, Proof
from tickets.models import Ticket
from tickets.permissions import can_use, can_view_ticket, is_in_public_space, is_reporter
from tickets.verification import Spot
from tickets.workflow import Verb


class CodeNeeded(InvalidInput):
    code = "code_needed"
    sentence = gettext_lazy("Type the code that we sent you.")


class OwnWork(DomainError):
    code = "own_work"
    status_code = 403
    sentence = gettext_lazy("Whoever works on it cannot be the proof that it is done.")


@dataclass(frozen=True)
class Answer:
    """Which kind of person answers, and how that is known.

    `witness` is who stood there for the department.
    """

    by: Answerer
    proof: Proof
    witness: uuid.UUID | None = None

    def told(self) -> dict[str, Any]:
        """What the event says of it: the kind of person, never who."""
        return {"by": self.by.value, "proof": self.proof.value}


def may_answer(user: Any, ticket: Ticket) -> bool:
    """The reporter, and for a fault in public space everybody who supports the ticket."""
    if user is None or not user.is_authenticated or not can_view_ticket(user, ticket):
        return False
    return is_reporter(user, ticket) or (is_in_public_space(ticket) and supports(user, ticket))


def may_confirm_without_code(user: Any, ticket: Ticket, spot: Spot | None = None) -> bool:
    """A supporter of a fault in public space; on the spot the signed-in reporter too."""
    if not may_answer(user, ticket) or is_at_work(user, ticket):
        return False
    return not is_reporter(user, ticket) or (spot is not None and spot.shown_by != user.pk)


def may_try_code(user: Any, ticket: Ticket) -> bool:
    """Whether somebody without the message's link may type a code: five tries are all there are.

    Whoever may answer; whoever works on it, as the witness of a code that is read out; and, where the
    reporter has no account to sign in to, whoever has the reference.
    """
    return ticket.reporter_id is None or may_answer(user, ticket) or is_at_work(user, ticket)


def is_at_work(user: Any, ticket: Ticket) -> bool:
    """Whether the person could have resolved this themselves, and did not report it."""
    return not is_reporter(user, ticket) and can_use(user, Verb.RESOLVE, ticket)


def supports(user: Any, ticket: Ticket) -> bool:
    return bool(user is not None and user.is_authenticated and ticket.supports.by(user).exists())


def confirmation_of(ticket: Ticket, user: Any, *, has_code: bool, spot: Spot | None) -> Answer:
    """What a confirmation rests on. Raises CodeNeeded, OwnWork, NotFound."""
    _refuse_own_work(ticket, user, spot)
    if has_code:
        return answer_with_code(ticket, user, spot)
    if may_confirm_without_code(user, ticket, spot):
        return _answer_signed_in(ticket, user, spot)
    if not can_view_ticket(user, ticket):
        raise NotFound
    if is_at_work(user, ticket) and supports(user, ticket):
        raise OwnWork
    raise CodeNeeded(field="code")


def dispute_of(ticket: Ticket, user: Any, *, has_code: bool, spot: Spot | None) -> Answer:
    """The same for a dispute, for which nobody who may answer needs a code. Raises NotFound, NotAllowed."""
    if has_code:
        return answer_with_code(ticket, user, spot)
    if user is not None and not may_answer(user, ticket):
        if not can_view_ticket(user, ticket):
            raise NotFound
        raise NotAllowed(_("Only those who reported or support this problem can say that it is not fixed."))
    return _answer_signed_in(ticket, user, spot)


def answer_with_code(ticket: Ticket, user: Any, spot: Spot | None) -> Answer:
    """Whoever works on it and types the code had it read out: they are the witness, not who answers."""
    if user is not None and is_at_work(user, ticket):
        return Answer(Answerer.REPORTER, Proof.READ_OUT, user.pk)
    return _answer(ticket, user, spot, Proof.CODE)


def _answer_signed_in(ticket: Ticket, user: Any, spot: Spot | None) -> Answer:
    return _answer(ticket, user, spot, Proof.SIGNED_IN)


def _answer(ticket: Ticket, user: Any, spot: Spot | None, proof: Proof) -> Answer:
    is_theirs = is_reporter(user, ticket) or not supports(user, ticket)
    by = Answerer.REPORTER if is_theirs else Answerer.SUPPORTER
    return Answer(by, Proof.ON_THE_SPOT, spot.shown_by) if spot else Answer(by, proof)


def _refuse_own_work(ticket: Ticket, user: Any, spot: Spot | None) -> None:
    """A QR code that the one who shows it scans themselves proves nothing."""
    if spot is None or user is None or not user.is_authenticated:
        return
    if spot.shown_by == user.pk or is_at_work(user, ticket):
        raise OwnWork
