"""Text for logs without what opens something: passwords, keys, tokens, one-time codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.conf import settings

HIDDEN = "***"
# What this installation signs in with elsewhere, wherever it turns up.
_OWN_SECRETS = (
    "SECRET_KEY",
    "API_KEY_PEPPER",
    "EMAIL_HOST_PASSWORD",
    "IMAP_PASSWORD",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_ACCOUNT_SID",
)
# Shorter ones would also be found in innocent words; they are masked where they are named.
_SHORTEST = 6

_QUOTED = r"""b?"(?:[^"\\]|\\.)*"|b?'(?:[^'\\]|\\.)*'"""
_NAMES = r"passw(?:or)?d|passphrase|secret|token|api[_-]?key|pepper|sessionid|csrf"
_SCHEMES = r"Bearer|Basic|Api-Key|Digest|Token"
_CODES = r"\d{3}[- ]?\d{3}|[A-Za-z0-9]{4}-[A-Za-z0-9]{4}|[BCDFGHJKLMNPQRSTVWXZ]{8}|[0-9a-f]{8}"

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    # postgresql://lokisa:secret@db.example.org
    (re.compile(r"(://[^\s/:@]*:)[^\s/@]+(@)"), rf"\1{HIDDEN}\2"),
    # Keys of organisations, of which the prefix may be known, and JSON Web Tokens
    (re.compile(r"(?<![\w-])([a-z0-9]{10})\.[\w-]{43}(?![\w-])"), rf"\1.{HIDDEN}"),
    (re.compile(r"\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*"), HIDDEN),
    # Account and key ids of Twilio; SMTP's way of signing in
    (re.compile(r"\b(?:A[CP]|SK)[0-9a-fA-F]{32}\b"), HIDDEN),
    (re.compile(r"\b(AUTH (?:PLAIN|LOGIN|XOAUTH2)) \S+"), rf"\1 {HIDDEN}"),
    # Headers, as they are and as they stand in dumps of requests
    (
        re.compile(
            rf"(?i)(?<![a-z])((?:proxy[-_])?authorization|(?:set[-_])?cookie)(['\"]?\s*[:=]\s*)"
            rf"(?:{_QUOTED}|(?:(?:{_SCHEMES})\s+)?[^\s,;]+)"
        ),
        rf"\1\2{HIDDEN}",
    ),
    (re.compile(rf"\b({_SCHEMES})\s+[\w.~+/=-]{{16,}}"), rf"\1 {HIDDEN}"),
    # password=…, "password1": "…", EMAIL_HOST_PASSWORD: '…'
    (
        re.compile(rf"(?i)\b([\w.-]*(?:{_NAMES})[\w-]*['\"]?\s*[:=]\s*)(?:{_QUOTED}|[^\s,;&)}}\]'\"]+)"),
        rf"\1{HIDDEN}",
    ),
    # code=123456, "code": "BCDF-GHJK", Your code is 123456. Words such as "throttled" are codes for machines.
    (
        re.compile(rf"((?i:code|otp)['\"]?\s*(?:[:=]|\bis\b)?\s*['\"]?)(?:{_CODES})(?![\w-])"),
        rf"\1{HIDDEN}",
    ),
)


def redact(text: str) -> str:
    """The same text with every secret in it masked."""
    for secret in _own_secrets():
        text = text.replace(secret, HIDDEN)
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return text


def _own_secrets() -> Iterator[str]:
    values: list[Any] = [getattr(settings, name, "") for name in _OWN_SECRETS]
    values += [database.get("PASSWORD", "") for database in settings.DATABASES.values()]
    values += getattr(settings, "ANYMAIL", {}).values()
    return (value for value in values if isinstance(value, str) and len(value) >= _SHORTEST)
