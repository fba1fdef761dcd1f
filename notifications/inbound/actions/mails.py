"""What is done with a mail: an answer to one of ours, a report to an organisation's address, or nothing."""

from __future__ import annotations

import logging
from datetime import datetime

from anymail.inbound import AnymailInboundMessage
from django.db import DatabaseError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Organisation
from accounts.queries import find_user_by_email
from common.errors import DomainError, NotAllowed, NotFound
from notifications.actions.receipts import record_receipt
from notifications.enums import Channel, NotificationState
from notifications.inbound import mail_answers
from notifications.inbound.actions.receiving import (
    Received,
    answer,
    became,
    ignore,
    may_be_helped,
    showable,
    take_in,
    words_for_ticket,
)
from notifications.inbound.actions.stopping import stop
from notifications.inbound.enums import Became, Ignored, WhyStopped
from notifications.inbound.mail.attachments import sort_out
from notifications.inbound.mail.bounces import Bounce, read_bounce
from notifications.inbound.mail.kinds import why_ignored
from notifications.inbound.mail.reading import Mail
from notifications.inbound.models import InboundMessage
from notifications.inbound.queries import (
    Told,
    language_of,
    organisation_at,
    organisation_mail_addresses,
    told_by_references,
    told_by_token,
)
from notifications.routing import RESIDENTS
from tickets.actions.conversation import add_message, add_note
from tickets.actions.intake import Report, Reporter, create_ticket
from tickets.enums import Source
from tickets.models import Message, Ticket
from tickets.pictures import Picture

logger = logging.getLogger(__name__)

LARGEST_MAIL = 25 * 1024 * 1024
_LONGEST_TITLE = 200
_LONGEST_DESCRIPTION = 5000


def receive_mail(
    message: AnymailInboundMessage, *, envelope: list[str] | None = None, size: int = 0
) -> InboundMessage:
    """Do what a mail asks for, once, by whatever way it came. `size` in bytes, where the way knows it."""
    mail = Mail(message, envelope or [])
    received = Received(
        channel=Channel.EMAIL,
        provider_id=mail.id,
        sender=mail.sender,
        sent_to=", ".join(mail.recipients),
        text="" if size > LARGEST_MAIL else _text_of(mail),
    )

    def act(row: InboundMessage) -> None:
        if size > LARGEST_MAIL:
            refuse_large(row)
        else:
            _act(row, mail)

    return take_in(received, act)


def receive_unreadable(provider_id: str, *, sender: str = "") -> InboundMessage:
    """Record that a mail came which nothing could be made of, so that it is not tried for ever."""
    received = Received(channel=Channel.EMAIL, provider_id=provider_id, sender=sender)
    return take_in(received, lambda row: ignore(row, Ignored.UNREADABLE))


def refuse_large(row: InboundMessage) -> None:
    ignore(row, Ignored.TOO_LARGE)
    if row.sender and may_be_helped(row):
        answer(row, mail_answers.too_large(LARGEST_MAIL))


def _text_of(mail: Mail) -> str:
    try:
        return mail.reply
    except DatabaseError:
        raise
    except Exception:
        logger.exception("The words of mail %s cannot be read.", mail.id)
        return ""


def _act(row: InboundMessage, mail: Mail) -> None:
    bounce = read_bounce(mail)
    if bounce is not None:
        _take_bounce(row, bounce)
        return
    why = why_ignored(mail, organisation_mail_addresses())
    if why is not None:
        ignore(row, why)
        return
    told = told_by_token(mail.recipients)
    if told is not None and not told.is_from(mail.sender):
        ignore(row, Ignored.SPOOFED, ticket=told.ticket)
        return
    told = told or told_by_references(mail.references, mail.sender)
    organisation = organisation_at(mail.recipients)
    with translation.override(language_of(told, organisation)):
        if told is not None:
            _take_reply(row, mail, told)
        elif organisation is not None:
            _open_ticket(row, mail, organisation)
        else:
            _help_a_stranger(row)


def _take_bounce(row: InboundMessage, bounce: Bounce) -> None:
    """A notice for good moves the message to "came back"; an address that is gone is sent nothing more."""
    at: datetime = timezone.now()
    receipt = None
    if bounce.is_for_good:
        receipt = record_receipt(
            Channel.EMAIL, bounce.message_id, NotificationState.BOUNCED, bounce.words, at
        )
    if receipt is None:
        ignore(row, Ignored.BOUNCE)
        return
    notification = receipt.attempt.notification
    became(row, Became.BOUNCED, ticket=notification.event.ticket)
    if bounce.is_gone:
        stop(Channel.EMAIL, notification.address, reason=WhyStopped.BOUNCED)


def _take_reply(row: InboundMessage, mail: Mail, told: Told) -> None:
    """The reporter's answer goes on with the ticket; what staff answer stays among staff."""
    row.person = told.notification.recipient
    pictures, left_out = sort_out(mail.files)
    words = words_for_ticket(mail.reply, told.ticket)
    if not words and not pictures:
        ignore(row, Ignored.EMPTY, ticket=told.ticket)
        return
    try:
        said = _say(told, words or _("Pictures without words."), pictures)
    except (NotAllowed, NotFound):
        ignore(row, Ignored.NOT_ALLOWED, ticket=told.ticket)
        if may_be_helped(row):
            answer(row, mail_answers.only_reporters(told.ticket))
    except DomainError as refusal:
        ignore(row, Ignored.NOT_ALLOWED, ticket=told.ticket)
        answer(row, refusal.message)
    else:
        became(row, Became.MESSAGE_ADDED, ticket=said.ticket)
        _tell_what_is_missing(row, left_out if told.notification.audience in RESIDENTS else [])


def _say(told: Told, words: str, pictures: list[Picture]) -> Message:
    if told.notification.audience not in RESIDENTS:
        return add_note(told.ticket, body=words, acting_user=told.acting_user)
    return add_message(
        told.ticket,
        body=words,
        acting_user=told.acting_user,
        source=Source.EMAIL,
        pictures=pictures,
        as_reporter=told.is_reporter,
    )


def _open_ticket(row: InboundMessage, mail: Mail, organisation: Organisation) -> None:
    row.organisation = organisation
    pictures, left_out = sort_out(mail.files)
    words = mail.reply
    if not words and not mail.subject and not pictures:
        ignore(row, Ignored.EMPTY)
        return
    try:
        ticket = _ticket_of(mail, organisation, pictures)
    except DomainError as refusal:
        ignore(row, Ignored.NOT_ALLOWED)
        answer(row, refusal.message)
    else:
        row.person = ticket.reporter
        became(row, Became.TICKET_OPENED, ticket=ticket)
        _tell_what_is_missing(row, left_out)


def _ticket_of(mail: Mail, organisation: Organisation, pictures: list[Picture]) -> Ticket:
    title = mail.subject or mail.reply.partition("\n")[0] or _("A report by e-mail")
    return create_ticket(
        organisation,
        Report(
            title=_cut(title, _LONGEST_TITLE),
            description=_cut(mail.reply, _LONGEST_DESCRIPTION),
            pictures=pictures,
        ),
        reporter=Reporter(
            user=find_user_by_email(mail.sender), name=showable(mail.sender_name), email=mail.sender
        ),
        source=Source.EMAIL,
        acting_user=None,
    )


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _tell_what_is_missing(row: InboundMessage, left_out: list[str]) -> None:
    if left_out:
        answer(row, mail_answers.left_out(left_out))


def _help_a_stranger(row: InboundMessage) -> None:
    ignore(row, Ignored.UNKNOWN)
    if may_be_helped(row):
        answer(row, mail_answers.nothing_known())
