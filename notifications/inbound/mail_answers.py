"""What people read in return to a mail that cannot be taken as it is, in the language that is active."""

from __future__ import annotations

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _

from tickets.models import Ticket

_MOST_NAMES = 5


def left_out(names: list[str]) -> str:
    shown = ", ".join(name[:40] for name in names[:_MOST_NAMES])
    words = _(
        "Your mail has arrived. We could not keep these files: %(files)s."
        " We take five pictures, in JPEG, PNG or WebP."
    )
    return words % {"files": shown if len(names) <= _MOST_NAMES else f"{shown}, …"}


def too_large(limit: int) -> str:
    words = _("Your mail is larger than %(size)s and was not read. Please send fewer or smaller pictures.")
    return words % {"size": filesizeformat(limit)}


def only_reporters(ticket: Ticket) -> str:
    link = settings.SITE_URL + reverse("tickets:ticket", args=[ticket.reference])
    words = _("Only who reported %(reference)s can write to us about it. You can follow it here: %(link)s")
    return words % {"reference": ticket.reference, "link": link}


def nothing_known() -> str:
    words = _(
        "We could not tell which ticket your mail is about."
        " To report a problem or to look for one, go to %(link)s."
    )
    return words % {"link": settings.SITE_URL}


def subject(reference: str) -> str:
    return f"[{reference}] {_('About your mail')}" if reference else _("About your mail")
