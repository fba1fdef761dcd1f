from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Became(models.TextChoices):
    """What became of a message that came in."""

    MESSAGE_ADDED = "message_added", _("message on the ticket")
    TICKET_OPENED = "ticket_opened", _("ticket opened")
    CONFIRMED = "confirmed", _("fix confirmed")
    DISPUTED = "disputed", _("fix disputed")
    REASON_ASKED = "reason_asked", _("asked for the reason")
    STATUS_TOLD = "status_told", _("status told")
    HELP_TOLD = "help_told", _("help told")
    STOPPED = "stopped", _("messages stopped")
    STARTED = "started", _("messages started again")
    BOUNCED = "bounced", _("bounce recorded")
    IGNORED = "ignored", _("ignored")


class Ignored(models.TextChoices):
    """Why nothing was done with a message."""

    LOOP = "loop", _("sent by ourselves")
    AUTO_REPLY = "auto_reply", _("automatic reply")
    BOUNCE = "bounce", _("bounce of nothing of ours")
    SPOOFED = "spoofed", _("forged sender")
    UNKNOWN = "unknown", _("about nothing known")
    TOO_LARGE = "too_large", _("too large")
    TOO_MANY = "too_many", _("too many at once")
    NOT_ALLOWED = "not_allowed", _("not theirs to do")
    WRONG_CODE = "wrong_code", _("wrong code")
    EMPTY = "empty", _("without words")
    UNREADABLE = "unreadable", _("cannot be read")


class WhyStopped(models.TextChoices):
    """Why an address is told nothing more."""

    ASKED = "asked", _("asked for it (STOP)")
    CARRIER = "carrier", _("the carrier says that they asked for it")
    BOUNCED = "bounced", _("there is no such address")
    COMPLAINED = "complained", _("called a message spam")
    UNSUBSCRIBED = "unsubscribed", _("unsubscribed with the provider")
