"""Mail that somebody waits for in front of a page: codes, links, invitations."""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError

logger = logging.getLogger(__name__)


class MailNotSent(DomainError):
    code = "mail_not_sent"
    status_code = 503
    sentence = _("The e-mail could not be sent just now. Please try again in a few minutes.")


@contextmanager
def mail_is_needed() -> Iterator[None]:
    """Around what sends a mail without which nobody gets on.

    Raises MailNotSent where the server does not answer or refuses.
    """
    try:
        yield
    except (smtplib.SMTPException, OSError) as error:
        logger.warning("A mail that somebody waits for could not be sent: %s", error)
        raise MailNotSent from error
