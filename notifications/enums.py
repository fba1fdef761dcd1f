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


class Channel(models.TextChoices):
    EMAIL = "email", _("e-mail")
    SMS = "sms", _("SMS")


class NotificationState(models.TextChoices):
    QUEUED = "queued", _("queued")
    SENDING = "sending", _("sending")
    ACCEPTED = "accepted", _("accepted")
    FAILED = "failed", _("failed")
    SUPPRESSED = "suppressed", _("not sent")
