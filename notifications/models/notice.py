from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from common.models import IdentifiedModel
from notifications.enums import Audience
from notifications.querysets import NoticeQuerySet
from tickets.models import TicketEvent


class Notice(IdentifiedModel):
    """One piece of news behind somebody's bell. It is there at once, and costs nothing."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("person")
    )
    event = models.ForeignKey(
        TicketEvent, on_delete=models.PROTECT, related_name="notices", verbose_name=_("event")
    )
    audience = models.CharField(_("audience"), max_length=20, choices=Audience)
    created_at = models.DateTimeField(_("at"), default=timezone.now, editable=False)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "person"], name="notice_is_one_per_person"),
            models.CheckConstraint(
                condition=Q(audience__in=Audience.values), name="notice_audience_is_known"
            ),
            models.CheckConstraint(
                condition=Q(read_at__isnull=True) | Q(read_at__gte=F("created_at")),
                name="notice_is_read_after_it_came",
            ),
        ]
        indexes: ClassVar = [
            models.Index("person", F("created_at").desc(), F("id").desc(), name="notice_newest"),
            # What the bell counts, on every page.
            models.Index("person", name="notice_unread", condition=Q(read_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.event.get_kind_display()}: {self.event.ticket_id}"
