from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from common.models import IdentifiedModel
from notifications.enums import GONE_OUT, UNFINISHED, Audience, Channel, Hold, NotificationState
from notifications.querysets import NotificationQuerySet
from tickets.models import TicketEvent


class Notification(IdentifiedModel):
    """One message to one recipient about one event by one channel, and what became of it.

    The words are written when it is sent, so that no one-time code is ever stored. While a message
    is being sent, `next_attempt_at` is when its worker is believed dead.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    event = models.ForeignKey(
        TicketEvent, on_delete=models.PROTECT, related_name="notifications", verbose_name=_("event")
    )
    audience = models.CharField(_("audience"), max_length=20, choices=Audience)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("recipient"),
        help_text=_("Empty for a reporter of whom only an address is known."),
    )
    # A person by their key, a reporter without account by a digest of the address.
    recipient_key = models.CharField(_("recipient's key"), max_length=80)
    address = models.CharField(_("address"), max_length=254)
    language = models.CharField(_("language"), max_length=10)

    state = models.CharField(
        _("state"), max_length=20, choices=NotificationState, default=NotificationState.QUEUED
    )
    hold = models.CharField(
        _("why it waits"),
        max_length=20,
        choices=Hold,
        blank=True,
        help_text=_("Stays when the wait is over."),
    )
    carrier = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        related_name="carried",
        null=True,
        blank=True,
        verbose_name=_("sent with"),
        help_text=_("The message that tells of this event as well; what becomes of it becomes of this one."),
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # Those of the attempts that bring it nearer to being given up: not the probes of a provider that is down.
    failures = models.PositiveSmallIntegerField(_("attempts that count"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt at"), null=True, blank=True, default=timezone.now)
    last_error = models.CharField(_("what the provider said"), max_length=500, blank=True)
    provider_reference = models.CharField(_("provider's reference"), max_length=200, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    sent_again_at = models.DateTimeField(_("asked to be sent again at"), null=True, blank=True)
    sent_again_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("by whom"),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["event", "recipient_key", "channel"], name="notification_is_sent_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=NotificationState.values), name="notification_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="notification_channel_is_known"
            ),
            models.CheckConstraint(
                condition=Q(audience__in=Audience.values), name="notification_audience_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=UNFINISHED, carrier__isnull=True, next_attempt_at__isnull=False)
                | ~Q(state__in=UNFINISHED, carrier__isnull=True) & Q(next_attempt_at__isnull=True),
                name="notification_unfinished_has_next_attempt",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=GONE_OUT) | Q(sent_at__isnull=False),
                name="notification_gone_out_has_time",
            ),
            models.CheckConstraint(
                condition=Q(hold__in=["", *Hold.values]) & (~Q(state=NotificationState.HELD) | ~Q(hold="")),
                name="notification_held_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(failures__lte=F("attempts")), name="notification_failures_are_attempts"
            ),
            models.CheckConstraint(condition=~Q(address=""), name="notification_has_address"),
        ]
        indexes: ClassVar = [
            # What the sweep finds: NotificationQuerySet.due_by.
            models.Index("next_attempt_at", "id", name="notification_due", condition=Q(state__in=UNFINISHED)),
            # What goes out in one mail: NotificationQuerySet.held_with.
            models.Index(
                "recipient_key",
                "channel",
                "hold",
                name="notification_held",
                condition=Q(state=NotificationState.HELD),
            ),
            # What somebody who answers was told last.
            models.Index("address", "channel", F("created_at").desc(), name="notification_by_address"),
            # The log in the console.
            models.Index("organisation", F("created_at").desc(), F("id").desc(), name="notification_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.get_state_display()}"

    @property
    def name_of_attempt(self) -> str:
        """What providers are told that the present attempt is called. `AttemptQuerySet.called` finds it."""
        return f"{self.pk}.{self.attempts}"
