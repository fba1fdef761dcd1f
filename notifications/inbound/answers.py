"""What people read in return to an SMS or a WhatsApp message, in the language that is active."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from notifications.gsm import fit, to_gsm
from notifications.occasion import moment_words
from tickets.enums import Status
from tickets.models import Ticket


def status(ticket: Ticket) -> str:
    """Where the ticket is, with whom, and what was promised."""
    said = [_status_words(ticket)]
    if ticket.department and ticket.status != Status.CLOSED:
        said.append(_("It is with %(department)s.") % {"department": ticket.department.name})
    if ticket.due_at and ticket.status in {Status.OPEN, Status.IN_PROGRESS}:
        is_late = ticket.due_at < timezone.now()
        words = _("It was promised by %(moment)s and is late.") if is_late else _("Promised by %(moment)s.")
        said.append(words % {"moment": moment_words(ticket.due_at)})
    link = settings.SITE_URL + reverse("tickets:ticket", args=[ticket.reference])
    return fit(lambda title: f"{ticket.reference} ({title}): {' '.join(said)} {link}", ticket.title)


def _status_words(ticket: Ticket) -> str:
    sentences = {
        Status.OPEN: _("Open, waiting for its turn."),
        Status.IN_PROGRESS: _("Somebody is working on it."),
        Status.RESPONDED: _("We have answered and wait for you."),
        Status.RESOLVED: _("Reported as fixed. Reply YES if it is, or NO and what is still wrong."),
    }
    if ticket.status != Status.CLOSED:
        return sentences[Status(ticket.status)]
    closed_on = date_format(timezone.localtime(ticket.closed_at), "j F Y") if ticket.closed_at else ""
    return _("Closed on %(day)s: %(outcome)s.") % {"day": closed_on, "outcome": ticket.get_outcome_display()}


def confirmed(ticket: Ticket) -> str:
    return _line(ticket, _("thank you. The fix is confirmed, and the ticket is closed."))


def disputed(ticket: Ticket) -> str:
    return _line(ticket, _("thank you for saying so. The work goes on."))


def ask_for_reason(ticket: Ticket) -> str:
    return _line(ticket, _("what is still wrong? Please reply in a few words."))


def refused(ticket: Ticket | None, sentence: str) -> str:
    """A refusal in its own words."""
    return _line(ticket, sentence) if ticket else to_gsm(sentence)


def nothing_known(reference: str) -> str:
    words = _("We know of no ticket %(reference)s that you reported. Is it written right?")
    return to_gsm(words % {"reference": reference})


def stopped() -> str:
    return to_gsm(_("You get no more messages from us at this number. Reply START to get them again."))


def started() -> str:
    return to_gsm(_("You get messages from us at this number again. Reply STOP to end them."))


def only_words() -> str:
    return to_gsm(_("We cannot see pictures here. Please write, or add them on the page of your ticket."))


def only_reporters(ticket: Ticket) -> str:
    link = settings.SITE_URL + reverse("tickets:ticket", args=[ticket.reference])
    return _line(ticket, _("only who reported it can write to us about it. Follow it here: ") + link)


def what_can_be_written() -> str:
    """For a sender whom we have told nothing, and who asks for help."""
    words = _(
        "To report a problem: %(link)s. To ask how it goes: STATUS and your reference. To end messages: STOP."
    )
    return to_gsm(words % {"link": settings.SITE_URL})


def _line(ticket: Ticket, sentence: str) -> str:
    return to_gsm(f"{ticket.reference}: {sentence}")
