"""What providers say, without what nobody should read in a log."""

from __future__ import annotations

import re

from django.conf import settings

from common.text import clean_line

LONGEST = 500
_ACCOUNT = re.compile(r"\bA[CP][0-9a-fA-F]{32}\b|\bSK[0-9a-fA-F]{32}\b")
_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
_HIDDEN = "***"


def scrub(words: str) -> str:
    """One line of at most 500 characters without passwords, account keys and one-time codes."""
    line = clean_line(words)
    for secret in (settings.EMAIL_HOST_PASSWORD, settings.TWILIO_AUTH_TOKEN, settings.TWILIO_ACCOUNT_SID):
        if len(secret) > 3:
            line = line.replace(secret, _HIDDEN)
    return _CODE.sub(_HIDDEN, _ACCOUNT.sub(_HIDDEN, line))[:LONGEST]
