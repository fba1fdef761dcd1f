"""Fetching mails from a mailbox by IMAP: each is read, dealt with, and then marked as seen."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from imaplib import IMAP4

from anymail.inbound import AnymailInboundMessage
from django.conf import settings
from django.db import DatabaseError
from imap_tools import AND, BaseMailBox, MailBox, MailBoxUnencrypted, MailMessage, MailMessageFlags

from notifications.inbound.actions.mails import LARGEST_MAIL, receive_mail, receive_unreadable

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 30


def fetch_mail() -> int:
    """Take in what is unseen in the mailbox; returns how many. Nothing where no mailbox is set.

    Raises OSError and imap_tools' errors where the server does not answer; what was not marked as seen
    comes again with the next fetch, and is not done twice.
    """
    if not settings.IMAP_HOST:
        return 0
    with _mailbox() as mailbox:
        keys = mailbox.uids(AND(seen=False))
        for key in keys:
            _take(mailbox, key)
        return len(keys)


@contextmanager
def _mailbox() -> Iterator[BaseMailBox]:
    kind = MailBox if settings.IMAP_SSL else MailBoxUnencrypted
    box = kind(settings.IMAP_HOST, settings.IMAP_PORT, timeout=TIMEOUT_SECONDS)
    try:
        yield box.login(settings.IMAP_USER, settings.IMAP_PASSWORD, settings.IMAP_FOLDER)
    finally:
        # Whatever went wrong, the server is told, and the line is closed.
        with suppress(OSError, IMAP4.error):
            box.client.logout()


def _take(mailbox: BaseMailBox, key: str) -> None:
    """One mail. What nothing can be made of is flagged for people, and is in nobody's way."""
    headers = _fetched(mailbox, key, headers_only=True)
    if headers is None:
        # Somebody removed it in the meantime.
        return
    is_large = headers.size_rfc822 > LARGEST_MAIL
    fetched = headers if is_large else _fetched(mailbox, key) or headers
    is_read = _receive(fetched, size=headers.size_rfc822)
    flags = MailMessageFlags.SEEN if is_read else f"{MailMessageFlags.SEEN} {MailMessageFlags.FLAGGED}"
    # Not with the library's own way, which also removes for good what others have marked as deleted.
    mailbox.client.uid("STORE", key, "+FLAGS", f"({flags})")


def _fetched(mailbox: BaseMailBox, key: str, *, headers_only: bool = False) -> MailMessage | None:
    found = mailbox.fetch(uid_list=[key], headers_only=headers_only, mark_seen=False)
    return next(iter(found), None)


def _receive(fetched: MailMessage, *, size: int) -> bool:
    raw = fetched.obj.as_bytes()
    try:
        receive_mail(AnymailInboundMessage.parse_raw_mime_bytes(raw), size=size)
    except DatabaseError:
        raise
    except Exception:
        logger.exception("A mail of %s cannot be read.", fetched.date)
        receive_unreadable(f"sha256:{sha256(raw).hexdigest()}")
        return False
    return True
