from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from tickets.enums import CallbackState
from tickets.models.ticket import Ticket
from tickets.people_querysets import CallbackQuerySet


class Callback(IdentifiedModel):
    """Somebody asked to be called about a ticket; open once per person and ticket."""

    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, related_name="callbacks", verbose_name=_("ticket")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("who asked")
    )
    phone = models.CharField(_("phone"), max_length=16)
    note = models.TextField(_("what it is about"), max_length=1000, blank=True)
    call_after = models.DateTimeField(_("not before"), default=timezone.now)
    state = models.CharField(_("state"), max_length=20, choices=CallbackState, default=CallbackState.OPEN)
    attempts = models.PositiveSmallIntegerField(_("times not reached"), default=0)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("taken by"),
    )
    created_at = models.DateTimeField(_("asked at"), default=timezone.now, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = CallbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("callback")
        verbose_name_plural = _("callbacks")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["ticket", "person"],
                condition=Q(state=CallbackState.OPEN),
                name="callback_is_open_once_per_person",
            ),
            models.CheckConstraint(
                condition=Q(state=CallbackState.OPEN, ended_at__isnull=True)
                | Q(
                    state__in=[CallbackState.DONE, CallbackState.NOT_REACHED, CallbackState.CANCELLED],
                    ended_at__isnull=False,
                ),
                name="callback_ended_has_time",
            ),
            models.CheckConstraint(condition=~Q(phone=""), name="callback_has_a_number"),
        ]
        indexes: ClassVar = [
            # The queue: CallbackQuerySet.oldest_first.
            models.Index("call_after", "id", name="callback_queue", condition=Q(state=CallbackState.OPEN)),
            models.Index("ticket", "created_at", "id", name="callback_of_ticket"),
        ]

    def __str__(self) -> str:
        return f"{self.phone}: {self.get_state_display()}"
