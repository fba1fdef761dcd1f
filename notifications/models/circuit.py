from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.enums import Channel, CircuitState
from notifications.querysets import CircuitQuerySet


class Circuit(models.Model):
    """How it stands with the provider of a channel. One row per channel, for the whole installation.

    Closed: messages go out. Open: nothing is attempted until `probe_at`. Half open: one message is on its
    way as a probe; where its worker died, the next one may go at `probe_at`.
    """

    channel = models.CharField(_("channel"), max_length=10, choices=Channel, primary_key=True)
    state = models.CharField(_("state"), max_length=10, choices=CircuitState, default=CircuitState.CLOSED)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    opened_at = models.DateTimeField(_("down since"), null=True, blank=True)
    probe_at = models.DateTimeField(_("next probe at"), null=True, blank=True)
    last_words = models.CharField(_("what the provider said last"), max_length=500, blank=True)
    # What waited goes out by so many a minute until nothing is left.
    is_draining = models.BooleanField(_("works off what waited"), default=False)
    minute_began_at = models.DateTimeField(_("this minute began at"), default=timezone.now)
    drained = models.PositiveIntegerField(_("sent in this minute"), default=0)

    objects = CircuitQuerySet.as_manager()

    class Meta:
        verbose_name = _("circuit")
        verbose_name_plural = _("circuits")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="circuit_channel_is_known"),
            models.CheckConstraint(
                condition=Q(state=CircuitState.CLOSED, opened_at__isnull=True, probe_at__isnull=True)
                | Q(
                    state__in=[CircuitState.OPEN, CircuitState.HALF_OPEN],
                    opened_at__isnull=False,
                    probe_at__isnull=False,
                ),
                name="circuit_open_has_times",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.get_state_display()}"
