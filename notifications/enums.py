from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Audience(models.TextChoices):
    """Why somebody hears of an event. A person who fits several is told once, for the first."""

    REPORTER = "reporter", _("reporter")
    SUPPORTERS = "supporters", _("supporters")
    FOLLOWERS = "followers", _("followers")
    CALLER = "caller", _("who asked to be called")
    ASSIGNEE = "assignee", _("assignee")
    DEPARTMENT_ADMINS = "department_admins", _("department admins")
    ORGANISATION_ADMINS = "organisation_admins", _("organisation admins")
    APPELLANT = "appellant", _("who appealed")
    COLLEAGUES = "colleagues", _("colleagues whom it was sent to")
    TEAM = "team", _("everybody who works on a project's ticket")
    # Last: what concerns somebody is told as that, and not as what happened around them.
    AREA_FOLLOWERS = "area_followers", _("who follows the area")


class Channel(models.TextChoices):
    EMAIL = "email", _("e-mail")
    SMS = "sms", _("SMS")
    WHATSAPP = "whatsapp", _("WhatsApp")


class NotificationState(models.TextChoices):
    """What became of a message. Delivered and bounced is what the provider says of it later."""

    QUEUED = "queued", _("queued")
    HELD = "held", _("waiting")
    SENDING = "sending", _("sending")
    ACCEPTED = "accepted", _("accepted")
    DELIVERED = "delivered", _("delivered")
    BOUNCED = "bounced", _("came back")
    FAILED = "failed", _("failed")
    SUPPRESSED = "suppressed", _("not sent")


UNFINISHED = [NotificationState.QUEUED, NotificationState.HELD, NotificationState.SENDING]
GONE_OUT = [NotificationState.ACCEPTED, NotificationState.DELIVERED, NotificationState.BOUNCED]


class Hold(models.TextChoices):
    """What a message waits for."""

    BURST = "burst", _("for what else changes")
    DIGEST = "digest", _("for the next summary")
    QUIET_HOURS = "quiet_hours", _("for the end of quiet hours")
    TEMPLATE = "template", _("for a template to be put right")


class Topic(models.TextChoices):
    """What messages are about, as people choose among them; `notifications.topics` says which is which."""

    RECEIPTS = "receipts", _("receipts and codes")
    QUESTIONS = "questions", _("questions to you")
    PROGRESS = "progress", _("how it goes")
    MESSAGES = "messages", _("messages")
    WORK = "work", _("your work")
    CHANGES = "changes", _("changes in projects")
    WARNINGS = "warnings", _("warnings")
    POINTS = "points", _("points and remedies")
    AREAS = "areas", _("areas that you follow")


class Digest(models.TextChoices):
    """How often somebody wants a summary instead of a mail for everything."""

    NONE = "none", _("no summary: a mail for everything")
    HOURLY = "hourly", _("every hour")
    DAILY = "daily", _("every morning")


class AttemptOutcome(models.TextChoices):
    """How an attempt ended. One that nobody brought to an end is lost: its worker died."""

    SENDING = "sending", _("sending")
    ACCEPTED = "accepted", _("accepted")
    LATER = "later", _("not accepted now")
    REFUSED = "refused", _("refused")
    HELD = "held", _("not written")
    SKIPPED = "skipped", _("not tried")
    LOST = "lost", _("lost")


class CircuitState(models.TextChoices):
    """How it stands with a provider."""

    CLOSED = "closed", _("working")
    OPEN = "open", _("down")
    HALF_OPEN = "half_open", _("being tried")
