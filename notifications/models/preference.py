from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from notifications.enums import Channel, Digest, Topic
from notifications.querysets import PreferenceQuerySet


class Preference(IdentifiedModel):
    """How a person wants to be told. Without a row: everything at once, by every channel there is."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="preference",
        verbose_name=_("person"),
    )
    digest = models.CharField(_("summary"), max_length=10, choices=Digest, default=Digest.NONE)
    # In the person's own zone; may go over midnight.
    quiet_from = models.TimeField(_("no SMS from"), null=True, blank=True)
    quiet_until = models.TimeField(_("until"), null=True, blank=True)

    objects = PreferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(digest__in=Digest.values), name="preference_digest_is_known"),
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False) & ~Q(quiet_from=F("quiet_until")),
                name="preference_quiet_hours_have_two_ends",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


class ChannelChoice(IdentifiedModel):
    """A channel by which a person does not want to hear of a topic."""

    preference = models.ForeignKey(
        Preference, on_delete=models.CASCADE, related_name="switched_off", verbose_name=_("preference")
    )
    topic = models.CharField(_("topic"), max_length=20, choices=Topic)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)

    class Meta:
        verbose_name = _("switched-off channel")
        verbose_name_plural = _("switched-off channels")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["preference", "topic", "channel"], name="channel_choice_is_made_once"
            ),
            models.CheckConstraint(
                condition=Q(topic__in=Topic.values) & Q(channel__in=Channel.values),
                name="channel_choice_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_topic_display()}: {self.get_channel_display()}"
