"""Which mails nobody wrote to us: answers of machines, our own, and those under a false name."""

from __future__ import annotations

import re
from email.utils import parseaddr

from django.conf import settings

from notifications.inbound.enums import Ignored
from notifications.inbound.mail.reading import Mail

_AUTOMATIC_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply", "X-AutoReply-From")
_BULK = {"bulk", "junk", "list", "auto_reply", "auto-reply"}
_ABSENT = re.compile(
    r"^\s*(automatic reply|auto(?:matic)?[- ]?reply|auto(?:-|\s)?response|out of (?:the )?office|ooo\b"
    r"|abwesen|automatische antwort|outomatiese antwoord|uit kantoor)",
    re.IGNORECASE,
)


def why_ignored(mail: Mail, own_addresses: set[str]) -> Ignored | None:
    """The reason to do nothing about a mail, by its headers alone. Pure but for the settings."""
    if mail.sender in own_addresses | _addresses_of_ours():
        return Ignored.LOOP
    if is_automatic(mail):
        return Ignored.AUTO_REPLY
    if not mail.sender or fails_authentication(mail):
        return Ignored.SPOOFED
    return None


def _addresses_of_ours() -> set[str]:
    named = (settings.DEFAULT_FROM_EMAIL, settings.SERVER_EMAIL, settings.REPLY_ADDRESS)
    return {parseaddr(address)[1].lower() for address in named} - {""}


def is_automatic(mail: Mail) -> bool:
    """RFC 3834, and what programs did before it and beside it."""
    submitted = mail.header("Auto-Submitted").partition(";")[0].strip().lower()
    return (
        (bool(submitted) and submitted != "no")
        or mail.header("Precedence").strip().lower() in _BULK
        or any(mail.header(name) for name in _AUTOMATIC_HEADERS)
        or bool(mail.header("List-Id"))
        or mail.header("Return-Path").strip() == "<>"
        or mail.sender.partition("@")[0] in {"mailer-daemon", "postmaster"}
        or _ABSENT.match(mail.header("Subject")) is not None
    )


def fails_authentication(mail: Mail) -> bool:
    """Whether our own mail server found that the sender's domain did not send it.

    Anybody can write this header: only the one counts that carries the name of our server.
    """
    if not settings.MAIL_AUTHSERV_ID:
        return False
    for header in mail.message.get_all("Authentication-Results") or []:
        server, _semicolon, results = str(header).partition(";")
        if server.split()[:1] == [settings.MAIL_AUTHSERV_ID]:
            return _is_failure(results.lower())
    return False


def _is_failure(results: str) -> bool:
    found = dict(re.findall(r"\b(dmarc|spf|dkim)\s*=\s*(\w+)", results))
    if "dmarc" in found:
        return bool(found["dmarc"] == "fail")
    return bool(found.get("spf") == "fail" and found.get("dkim") != "pass")
