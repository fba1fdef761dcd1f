"""In whose name our mails come."""

from __future__ import annotations

from email.utils import formataddr, parseaddr

from django.conf import settings

from accounts.models import Organisation
from common.text import clean_line


def sender_of(organisation: Organisation | None) -> str:
    """The installation's address under the name that the organisation chose, as a header says it.

    Without an organisation it is the installation that writes.
    """
    return _named(_name_of(organisation) if organisation else settings.SITE_NAME)


def _name_of(organisation: Organisation) -> str:
    rules = getattr(organisation, "telling_rules", None)
    return (rules.sender_name if rules else "") or organisation.name


def _named(name: str) -> str:
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((clean_line(name), address))
