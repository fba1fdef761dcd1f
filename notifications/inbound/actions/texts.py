"""What is done with an SMS or a WhatsApp message, by what its sender means."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.utils import timezone, translation

from common.errors import DomainError, NotAllowed, NotFound
from common.phones import InvalidPhone, normalise_phone
from common.references import MistypedReference, parse_reference
from notifications.enums import Channel
from notifications.inbound import answers
from notifications.inbound.actions.receiving import (
    Received,
    about,
    answer,
    answers_in_the_last_hour,
    became,
    ignore,
    last_before,
    may_be_helped,
    take_in,
    words_for_ticket,
)
from notifications.inbound.actions.stopping import start, stop
from notifications.inbound.enums import Became, Ignored, WhyStopped
from notifications.inbound.keywords import Intent
from notifications.inbound.models import InboundMessage
from notifications.inbound.queries import Told, language_of, last_told, questions_to, stopped, ticket_shown_to
from notifications.inbound.words import Said, understand
from tickets.actions.conversation import add_message
from tickets.actions.verification import WrongCode, dispute_resolution, verify_resolution
from tickets.enums import Source
from tickets.models import Ticket, Verification
from tickets.verification import code_for, is_right_code

# Each answer costs money.
STATUS_AN_HOUR = 10
# For so long what somebody writes after a bare NO is its reason.
REASON_WITHIN = timedelta(days=1)


class _Reply:
    """One message with its sender as we know them."""

    def __init__(self, message: InboundMessage, text: str, *, has_pictures: bool) -> None:
        self.message = message
        self.text = text
        self.has_pictures = has_pictures
        self.said: Said = understand(text)
        self.number = message.sender
        organisation_id = message.organisation_id
        self.told: Told | None = last_told(self.number, organisation_id=organisation_id)
        self.questions = questions_to(self.number, organisation_id=organisation_id)
        if self.told is not None:
            message.person = self.told.notification.recipient
            message.organisation_id = self.told.notification.organisation_id

    @property
    def asked(self) -> tuple[Told, Verification] | None:
        """The resolution that a YES or NO is about: the one it names, else the last that was asked about."""
        if not self.said.reference:
            return self.questions[0] if self.questions else None
        named = (pair for pair in self.questions if pair[0].ticket.reference == self.said.reference)
        return next(named, None)


def receive_text(
    received: Received, *, has_pictures: bool = False, is_stopped: bool | None = None
) -> InboundMessage:
    """Do what an SMS or WhatsApp message asks for.

    `is_stopped` is what the provider made of it itself: STOP, START, or None for something else.
    """

    def act(message: InboundMessage) -> None:
        if _is_from_ourselves(message):
            ignore(message, Ignored.LOOP)
            return
        reply = _Reply(message, received.text, has_pictures=has_pictures)
        with translation.override(language_of(reply.told)):
            _act(reply, is_stopped)

    return take_in(received, act)


def _is_from_ourselves(message: InboundMessage) -> bool:
    return message.sender in {settings.TWILIO_FROM, message.sent_to}


def _act(reply: _Reply, is_stopped: bool | None) -> None:
    said = reply.said
    if is_stopped or said.intent is Intent.STOP:
        _stop(reply)
        return
    if is_stopped is False or said.intent is Intent.START or _is_yes_to_messages(reply):
        _start(reply)
        return
    _ANSWERS.get(said.intent, _say)(reply)


def _is_yes_to_messages(reply: _Reply) -> bool:
    """Carriers take the YES of a number that is stopped for a START."""
    return reply.said.intent is Intent.YES and stopped(reply.message.channel, reply.number) is not None


def _stop(reply: _Reply) -> None:
    stop(reply.message.channel, reply.number, reason=WhyStopped.ASKED)
    became(reply.message, Became.STOPPED)
    _answer_unless_twilio_did(reply, answers.stopped())


def _start(reply: _Reply) -> None:
    start(reply.message.channel, reply.number)
    became(reply.message, Became.STARTED)
    _answer_unless_twilio_did(reply, answers.started())


def _answer_unless_twilio_did(reply: _Reply, words: str) -> None:
    if reply.message.channel != Channel.SMS or not reply.said.is_confirmed_by_twilio:
        answer(reply.message, words)


def _help(reply: _Reply) -> None:
    if not may_be_helped(reply.message):
        ignore(reply.message, Ignored.TOO_MANY)
        return
    became(reply.message, Became.HELP_TOLD)
    _answer_unless_twilio_did(reply, answers.what_can_be_written())


def _tell_status(reply: _Reply) -> None:
    if answers_in_the_last_hour(reply.message, Became.STATUS_TOLD) >= STATUS_AN_HOUR:
        ignore(reply.message, Ignored.TOO_MANY)
        return
    # Whether there was a ticket or not: guessing references is limited just the same.
    became(reply.message, Became.STATUS_TOLD)
    typed = reply.said.reference or reply.said.rest
    if not typed and reply.told is None:
        answer(reply.message, answers.what_can_be_written())
        return
    try:
        ticket = _asked_for(reply, typed)
    except MistypedReference as refusal:
        answer(reply.message, answers.refused(None, refusal.message))
        return
    except NotFound:
        answer(reply.message, answers.nothing_known(parse_reference(typed)))
        return
    about(reply.message, ticket)
    with timezone.override(ticket.organisation.time_zone):
        answer(reply.message, answers.status(ticket))


def _asked_for(reply: _Reply, typed: str) -> Ticket:
    if not typed and reply.told is not None:
        return ticket_shown_to(reply.number, reply.told.ticket.reference)
    return ticket_shown_to(reply.number, parse_reference(typed))


def _confirm_by_code(reply: _Reply) -> None:
    """Of all that was asked, the code belongs to one; a wrong one counts against the last."""
    if not reply.questions:
        _say(reply)
        return
    fits = (pair for pair in reply.questions if is_right_code(pair[1], reply.said.code))
    told, _verification = next(fits, None) or reply.asked or reply.questions[0]
    _verify(reply, told, reply.said.code)


def _confirm(reply: _Reply) -> None:
    """YES from the number that the code was sent to shows what the code shows (decision 35)."""
    if reply.asked is None:
        _say(reply)
        return
    told, verification = reply.asked
    _verify(reply, told, code_for(verification))


def _verify(reply: _Reply, told: Told, code: str) -> None:
    try:
        verify_resolution(told.ticket, code=code, acting_user=told.acting_user)
    except WrongCode as refusal:
        ignore(reply.message, Ignored.WRONG_CODE, ticket=told.ticket)
        answer(reply.message, answers.refused(told.ticket, refusal.message))
    except DomainError as refusal:
        _refuse(reply, told.ticket, refusal)
    else:
        became(reply.message, Became.CONFIRMED, ticket=told.ticket)
        answer(reply.message, answers.confirmed(told.ticket))


def _object(reply: _Reply) -> None:
    if reply.asked is None:
        _say(reply)
        return
    told, verification = reply.asked
    if not reply.said.rest:
        became(reply.message, Became.REASON_ASKED, ticket=told.ticket)
        answer(reply.message, answers.ask_for_reason(told.ticket))
        return
    _dispute(reply, told, verification, reply.said.rest)


def _dispute(reply: _Reply, told: Told, verification: Verification, reason: str) -> None:
    try:
        dispute_resolution(
            told.ticket,
            reason=words_for_ticket(reason, told.ticket),
            code=code_for(verification),
            acting_user=told.acting_user,
        )
    except DomainError as refusal:
        _refuse(reply, told.ticket, refusal)
    else:
        became(reply.message, Became.DISPUTED, ticket=told.ticket)
        answer(reply.message, answers.disputed(told.ticket))


def _say(reply: _Reply) -> None:
    """Everything else: the reason that we asked for, or a message on the ticket that was told last."""
    if not reply.text.strip():
        _ignore_without_words(reply)
        return
    if asked := _question_without_reason(reply):
        _dispute(reply, *asked, reply.text)
        return
    if reply.told is None:
        _help_a_stranger(reply)
        return
    _add_message(reply, reply.told)


def _question_without_reason(reply: _Reply) -> tuple[Told, Verification] | None:
    before = last_before(reply.message, within=REASON_WITHIN)
    if before is None or before.became != Became.REASON_ASKED:
        return None
    return next((pair for pair in reply.questions if pair[0].ticket.pk == before.ticket_id), None)


def _add_message(reply: _Reply, told: Told) -> None:
    try:
        said = add_message(
            told.ticket,
            body=words_for_ticket(reply.text, told.ticket),
            acting_user=told.acting_user,
            source=Source.SMS,
            as_reporter=told.is_reporter,
        )
    except (NotAllowed, NotFound):
        ignore(reply.message, Ignored.NOT_ALLOWED, ticket=told.ticket)
        if may_be_helped(reply.message):
            answer(reply.message, answers.only_reporters(told.ticket))
    except DomainError as refusal:
        _refuse(reply, told.ticket, refusal)
    else:
        became(reply.message, Became.MESSAGE_ADDED, ticket=said.ticket)


def _refuse(reply: _Reply, ticket: Ticket, refusal: DomainError) -> None:
    ignore(reply.message, Ignored.NOT_ALLOWED, ticket=ticket)
    answer(reply.message, answers.refused(ticket, refusal.message))


def _ignore_without_words(reply: _Reply) -> None:
    ignore(reply.message, Ignored.EMPTY)
    if reply.has_pictures and may_be_helped(reply.message):
        answer(reply.message, answers.only_words())


def _help_a_stranger(reply: _Reply) -> None:
    ignore(reply.message, Ignored.UNKNOWN)
    if may_be_helped(reply.message):
        answer(reply.message, answers.what_can_be_written())


_ANSWERS: dict[Intent, Callable[[_Reply], None]] = {
    Intent.HELP: _help,
    Intent.STATUS: _tell_status,
    Intent.CODE: _confirm_by_code,
    Intent.YES: _confirm,
    Intent.NO: _object,
}


def phone_of(address: str) -> tuple[str, str]:
    """Channel and number of an address as Twilio writes it. The number is "" where it cannot be answered."""
    channel = Channel.WHATSAPP if address.lower().startswith("whatsapp:") else Channel.SMS
    number = address.partition(":")[2] if channel is Channel.WHATSAPP else address
    try:
        return channel, normalise_phone(number)
    except InvalidPhone:
        return channel, ""
