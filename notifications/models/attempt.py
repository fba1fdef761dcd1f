from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from notifications.enums import GONE_OUT, AttemptOutcome, NotificationState
from notifications.models.message import Notification
from notifications.querysets import AttemptQuerySet


class Attempt(IdentifiedModel):
    """One try at handing a message over. Written before it begins, so that a dead worker leaves a trace."""

    notification = models.ForeignKey(
        Notification, on_delete=models.CASCADE, related_name="tries", verbose_name=_("message")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    began_at = models.DateTimeField(_("began at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    outcome = models.CharField(
        _("outcome"), max_length=20, choices=AttemptOutcome, default=AttemptOutcome.SENDING
    )
    words = models.CharField(_("what the provider said"), max_length=500, blank=True)
    provider_reference = models.CharField(_("provider's reference"), max_length=200, blank=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["notification", "number"], name="attempt_has_its_number_alone"),
            models.CheckConstraint(
                condition=Q(outcome__in=AttemptOutcome.values), name="attempt_outcome_is_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome=AttemptOutcome.SENDING, ended_at__isnull=True)
                | ~Q(outcome=AttemptOutcome.SENDING) & Q(ended_at__gte=F("began_at")),
                name="attempt_ends_with_an_outcome",
            ),
        ]
        indexes: ClassVar = [
            # Whom a receipt is about: AttemptQuerySet.known_as.
            models.Index("provider_reference", name="attempt_reference", condition=~Q(provider_reference="")),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.get_outcome_display()}"


class Receipt(IdentifiedModel):
    """What the provider said about a message after it had taken it. Never changed; repetitions leave none."""

    attempt = models.ForeignKey(
        Attempt, on_delete=models.CASCADE, related_name="receipts", verbose_name=_("attempt")
    )
    state = models.CharField(_("state"), max_length=20, choices=NotificationState)
    words = models.CharField(_("what the provider said"), max_length=500, blank=True)
    at = models.DateTimeField(_("at"))
    received_at = models.DateTimeField(_("received at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["attempt", "state"], name="receipt_is_kept_once"),
            models.CheckConstraint(condition=Q(state__in=GONE_OUT), name="receipt_state_is_known"),
        ]

    def __str__(self) -> str:
        return self.get_state_display()
