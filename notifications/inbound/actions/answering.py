"""Sending our answers to mails: after what they answer is kept, and once."""

from __future__ import annotations

import logging
import smtplib
from datetime import timedelta

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from common.text import clean_line
from notifications.inbound.mail_answers import subject
from notifications.inbound.models import InboundMessage
from notifications.inbound.queries import stopped
from notifications.senders import sender_of

logger = logging.getLogger(__name__)

# An answer that comes later than this is none.
KEPT_FOR = timedelta(days=1)


def send_answers() -> int:
    """Send what waits, until nothing is left or the server takes no more. Returns how many were sent."""
    sent = 0
    while _send_next():
        sent += 1
    return sent


def _send_next() -> bool:
    """The oldest that nobody else is at. A crash between sending and recording repeats one answer."""
    with transaction.atomic():
        waiting = InboundMessage.objects.to_answer(timezone.now() - KEPT_FOR)
        row = waiting.select_for_update(skip_locked=True, of=("self",)).first()
        if row is None:
            return False
        try:
            if not stopped(row.channel, row.sender):
                _mail(row).send()
        except (smtplib.SMTPException, OSError) as error:
            logger.warning("An answer waits for the mail server: %s", error)
            return False
        row.answered_at = timezone.now()
        row.save(update_fields=["answered_at"])
        return True


def _mail(row: InboundMessage) -> EmailMessage:
    """Marked as what it is (RFC 3834), so that no machine answers it."""
    ids = {"In-Reply-To": row.provider_id, "References": row.provider_id}
    return EmailMessage(
        subject=clean_line(subject(row.ticket.reference if row.ticket else "")),
        body=row.answer,
        from_email=sender_of(row.organisation),
        to=[row.sender],
        headers={
            "Auto-Submitted": "auto-replied",
            "X-Auto-Response-Suppress": "All",
            **(ids if row.provider_id.startswith("<") else {}),
        },
    )
