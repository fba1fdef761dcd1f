"""In whose name our mails come."""

from __future__ import annotations

from email.utils import formataddr, parseaddr

from django.conf import settings

from common.text import clean_line


def sender_named(name: str) -> str:
    """The installation's address under a name, as a header says it."""
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((clean_line(name), address))
