from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from common.models import IdentifiedModel
from notifications.querysets import MessageTemplateQuerySet
from notifications.routing import RESIDENT_KINDS
from tickets.enums import EventKind

KINDS = [(kind.value, kind.label) for kind in RESIDENT_KINDS]


class MessageTemplate(IdentifiedModel):
    """An organisation's own words to its residents about one kind of event in one language."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="+", verbose_name=_("organisation")
    )
    kind = models.CharField(_("what happened"), max_length=40, choices=KINDS)
    language = models.CharField(_("language"), max_length=10)
    headline = models.CharField(_("headline"), max_length=120, blank=True)
    body = models.TextField(_("text of the mail"), max_length=4000, blank=True)
    sms = models.CharField(_("SMS"), max_length=400, blank=True)
    is_in_use = models.BooleanField(_("in use"), default=False)
    updated_at = models.DateTimeField(_("changed at"), default=timezone.now, editable=False)

    objects = MessageTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("words of a message")
        verbose_name_plural = _("words of messages")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "language"],
                name="template_is_one_for_a_kind_and_language",
                violation_error_message=_("There are words for this in that language already."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in EventKind]), name="template_kind_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(headline="", body="", sms=""),
                name="template_says_something",
                violation_error_message=_("Write a headline, a text or an SMS; what stays empty stays ours."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.language})"
