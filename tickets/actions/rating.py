"""How good the fix is, from one to five: said with the confirmation or soon after it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from common.errors import DomainError, InvalidInput, NotAllowed
from common.text import checked_text
from tickets.actions.change import Change, lock_ticket
from tickets.enums import EventKind, Outcome, VerificationState, Visibility
from tickets.models import Ticket, Verification

LOWEST, HIGHEST = 1, 5
LONGEST_WORDS = 1000
# How long after the confirmation it can be said first, and after that be said otherwise.
RATE_WITHIN = timedelta(days=7)
CHANGE_WITHIN = timedelta(days=1)


class RatingOutOfRange(InvalidInput):
    code = "rating_out_of_range"
    sentence = gettext_lazy("From one to five, please.")


class NothingToRate(DomainError):
    code = "nothing_to_rate"
    sentence = gettext_lazy("Only a fix that was confirmed can be rated.")


class RatingOver(DomainError):
    code = "rating_over"
    sentence = gettext_lazy("It is too late to rate this fix.")


def may_rate(verification: Verification, user: Any, *, by_link: bool = False) -> bool:
    """Who confirmed it; where that was nobody with an account, who came by the link of the message."""
    if verification.answered_by_id is not None:
        return bool(user is not None and user.is_authenticated and verification.answered_by_id == user.pk)
    return by_link


def is_ratable(verification: Verification, at: datetime) -> bool:
    """Whether it is not too late to say it, or to say it otherwise."""
    if verification.rated_at is not None:
        return at <= verification.rated_at + CHANGE_WITHIN
    return verification.answered_at is not None and at <= verification.answered_at + RATE_WITHIN


def rate_resolution(
    ticket: Ticket, *, rating: int, words: str = "", acting_user: Any, by_link: bool = False
) -> Verification:
    """Say how good the confirmed fix is, or say it otherwise within a day. The same twice changes nothing.

    `by_link` is for who came by the link of the message. Raises RatingOutOfRange, NothingToRate,
    RatingOver, NotAllowed, InvalidInput.
    """
    check_rating(rating)
    with transaction.atomic():
        change = Change(lock_ticket(ticket), acting_user=acting_user, at=timezone.now())
        verification = _confirmed(change.ticket)
        if not may_rate(verification, acting_user, by_link=by_link):
            raise NotAllowed
        if not is_ratable(verification, change.at):
            raise RatingOver
        rate(change, verification, rating, words)
        return verification


def _confirmed(ticket: Ticket) -> Verification:
    rows = ticket.verifications.newest_first().select_for_update()
    latest = rows.first()
    fits = latest is not None and latest.state == VerificationState.CONFIRMED
    if latest is None or not fits or ticket.outcome != Outcome.VERIFIED:
        raise NothingToRate
    return latest


def check_rating(rating: int) -> None:
    """Raises RatingOutOfRange."""
    if not LOWEST <= rating <= HIGHEST:
        raise RatingOutOfRange(field="rating")


def rate(change: Change, verification: Verification, rating: int, words: str) -> None:
    """Keep a checked rating of a locked ticket's fix; staff read it."""
    text = checked_text(words, field="words", most=LONGEST_WORDS)
    if (verification.rating, verification.rating_words) == (rating, text):
        return
    verification.rating = rating
    verification.rating_words = text
    verification.rated_at = verification.rated_at or change.at
    verification.save(update_fields=["rating", "rating_words", "rated_at"])
    by = verification.answered_as
    change.record(EventKind.RATED, visibility=Visibility.STAFF, note=text, data={"rating": rating, "by": by})
