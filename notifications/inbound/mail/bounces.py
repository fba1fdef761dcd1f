"""Mails that came back: which one, from whom, and for good or only for now."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flufl.bounce import all_failures

from common.text import clean_line
from notifications.inbound.mail.reading import Mail

_ID = re.compile(r"<[^<>\s]{3,250}>")
# RFC 3463: no such mailbox, no such domain, moved without address.
_GONE = re.compile(r"\b5\.1\.(?:1|2|3|6|10)\b")


@dataclass(frozen=True)
class Bounce:
    """`message_id` is that of our mail; "" where the notice does not say."""

    message_id: str
    words: str
    is_for_good: bool
    is_gone: bool


def read_bounce(mail: Mail) -> Bounce | None:
    """The bounce that a mail is; None for any other mail."""
    if not (_is_report(mail.message) or _is_from_a_mail_server(mail)):
        return None
    temporary, permanent = all_failures(mail.message)
    if not (temporary or permanent):
        return None
    fields = _delivery_fields(mail.message)
    words = clean_line(" ".join(filter(None, (fields.get("status"), fields.get("diagnostic-code")))))
    is_for_good = bool(permanent) and fields.get("action", "failed").strip().lower() != "delayed"
    return Bounce(
        message_id=_id_of_ours(mail.message),
        words=words or clean_line(mail.header("Subject")),
        is_for_good=is_for_good,
        is_gone=is_for_good and is_gone(words),
    )


def is_gone(words: str) -> bool:
    """Whether a mail server says that there is no such address, now and later."""
    return _GONE.search(words) is not None


def _is_from_a_mail_server(mail: Mail) -> bool:
    """Somebody who sends us a bounce of their own has something to say."""
    is_unanswerable = mail.header("Return-Path").strip() == "<>"
    return is_unanswerable or mail.sender.partition("@")[0] in {"mailer-daemon", "postmaster"}


def _is_report(message: Any) -> bool:
    return (
        message.get_content_type() == "multipart/report"
        and str(message.get_param("report-type")).lower() == "delivery-status"
    )


def _delivery_fields(message: Any) -> dict[str, str]:
    """What RFC 3464 says of the recipients."""
    fields: dict[str, str] = {}
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status" and part.is_multipart():
            for block in part.get_payload():
                fields |= {name.lower(): str(value) for name, value in block.items()}
    return fields


def _id_of_ours(message: Any) -> str:
    for part in message.walk():
        if part is message:
            continue
        text = part.get("Message-ID") or ""
        if not text and part.get_content_type() == "text/rfc822-headers":
            lines = (part.get_payload(decode=True) or b"").decode("utf-8", errors="replace")
            text = next((line for line in lines.splitlines() if line.lower().startswith("message-id:")), "")
        if found := _ID.search(str(text)):
            return found[0]
    return ""
