"""E-mail by SMTP, through Django's mail."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from urllib.parse import urlsplit

from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from common.text import clean_line
from notifications.channels.base import ChannelNotSetUp, MessageChannel, ProviderDown, Refused, TryAgain
from notifications.inbound.mail.tokens import reply_address
from notifications.models import Notification
from notifications.rendering import Message
from notifications.senders import sender_of


class EmailChannel:
    def __init__(self, connection: BaseEmailBackend | None = None) -> None:
        self.connection = connection

    @contextmanager
    def session(self) -> Iterator[MessageChannel]:
        """Over one connection, opened by the first mail."""
        connection = get_connection(fail_silently=False)
        try:
            yield EmailChannel(connection)
        finally:
            _hang_up(connection)

    def send(self, notification: Notification, message: Message) -> str:
        if _is_by_smtp() and not settings.EMAIL_HOST:
            raise ChannelNotSetUp("There is no mail server: EMAIL_HOST is empty.")
        mail = _mail(notification, message)
        mail.connection = self.connection
        try:
            self._hand_over(mail)
        except smtplib.SMTPRecipientsRefused as error:
            raise _about_recipient(error) from error
        except smtplib.SMTPDataError as error:
            kind = Refused if error.smtp_code >= 500 else ProviderDown
            raise kind(_words(error.smtp_code, error.smtp_error)) from error
        # A header or an address that cannot be: BadHeaderError and UnicodeError among them.
        except ValueError as error:
            raise Refused(str(error)) from error
        except AnymailRecipientsRefused as error:
            raise Refused(str(error)) from error
        except AnymailAPIError as error:
            raise _about_request(error) from error
        # Everything else, a refused sign-in included, is for whoever runs the server to put right.
        except (smtplib.SMTPException, OSError) as error:
            raise ProviderDown(str(error)) from error
        return _reference(mail)

    def _hand_over(self, mail: EmailMultiAlternatives) -> None:
        """Send it, over what is shared; after anything that went wrong the next has a new connection."""
        if self.connection is not None:
            # What is opened beforehand is left open.
            self.connection.open()
        try:
            mail.send()
        except Exception:
            if self.connection is not None:
                _hang_up(self.connection)
            raise


def _is_by_smtp() -> bool:
    return bool(settings.EMAIL_BACKEND.startswith("django."))


def _reference(mail: EmailMultiAlternatives) -> str:
    """What a provider of anymail's calls it in its webhooks; else its Message-ID, which bounces quote."""
    status = getattr(mail, "anymail_status", None)
    known_as = getattr(status, "message_id", None)
    return str(known_as or mail.extra_headers["Message-ID"])


def _about_request(error: AnymailAPIError) -> Refused | ProviderDown:
    status = error.status_code or 0
    for_good = 400 <= status < 500 and status not in {401, 402, 403, 408, 429}
    return Refused(str(error)) if for_good else ProviderDown(str(error))


def _hang_up(connection: BaseEmailBackend) -> None:
    # A server that is gone does not hear the good-bye, and nobody has to know.
    with suppress(smtplib.SMTPException, OSError):
        connection.close()


def _mail(notification: Notification, message: Message) -> EmailMultiAlternatives:
    mail = EmailMultiAlternatives(
        subject=clean_line(message.subject),
        body=message.text,
        from_email=sender_of(notification.organisation),
        to=[notification.address],
        headers={
            "Message-ID": _message_id(notification),
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            **_thread(notification, message),
            **_way_back(notification, message),
            **_way_out(message),
        },
    )
    mail.attach_alternative(message.html, "text/html")
    return mail


def _thread(notification: Notification, message: Message) -> dict[str, str]:
    """What mail programs put the mails about one ticket together by; a summary is about several."""
    thread = _thread_id(notification)
    return {"References": thread, "In-Reply-To": thread} if message.is_about_one_ticket else {}


def _way_back(notification: Notification, message: Message) -> dict[str, str]:
    """Where an answer goes on with the ticket; of a summary nobody could tell with which."""
    address = reply_address(notification.pk) if message.is_about_one_ticket else ""
    return {"Reply-To": address} if address else {}


def _way_out(message: Message) -> dict[str, str]:
    """What mail programs make their own unsubscribe button of (RFC 8058)."""
    if not message.unsubscribe_link:
        return {}
    return {
        "List-Unsubscribe": f"<{message.unsubscribe_link}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _message_id(notification: Notification) -> str:
    """Always the same for an event and a recipient, so that mail programs notice a repetition."""
    recipient = sha256(notification.recipient_key.encode()).hexdigest()[:16]
    return f"<{notification.event_id}.{recipient}@{_domain()}>"


def _thread_id(notification: Notification) -> str:
    """What all mails about a ticket refer to, so that mail programs show them as one conversation."""
    return f"<ticket.{notification.event.ticket_id}@{_domain()}>"


def _domain() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def _about_recipient(error: smtplib.SMTPRecipientsRefused) -> Refused | TryAgain:
    answers = list(error.recipients.values())
    said = "; ".join(_words(code, words) for code, words in answers)
    for_good = all(code >= 500 for code, _said in answers)
    return Refused(said) if for_good else TryAgain(said)


def _words(code: int, said: bytes | str) -> str:
    return f"{code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
