from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from tickets.models.ticket import Ticket


class Seen(IdentifiedModel):
    """Which version of a ticket somebody who reported, supports or follows it has looked at last."""

    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, related_name="seen", verbose_name=_("ticket"), db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("person")
    )
    version = models.PositiveIntegerField(_("version"))

    class Meta:
        verbose_name = _("look at a ticket")
        verbose_name_plural = _("looks at tickets")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket", "user"], name="seen_is_one_per_person"),
            models.CheckConstraint(condition=Q(version__gte=1), name="seen_version_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.version}"
