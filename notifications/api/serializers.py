"""What a person wants to be told, over HTTP."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from common.api.serializers import StrictSerializer
from notifications.enums import Channel, Digest, Topic
from notifications.holds import Wishes
from notifications.topics import CHANNELS_TO_CHOOSE, TOPICS, channels_of_topic

_CLOCK = "%H:%M"


def _time(**options: Any) -> serializers.TimeField:
    return serializers.TimeField(format=_CLOCK, input_formats=[_CLOCK], **options)


class QuietHoursSerializer(StrictSerializer):
    """In the person's own time zone; may go over midnight."""

    begins = _time(help_text=_("Such as 22:00."))
    ends = _time(help_text=_("Such as 06:30, of the next day where that is earlier."))


class WaysSerializer(StrictSerializer):
    email = serializers.BooleanField(required=False)
    sms = serializers.BooleanField(required=False, help_text=_("Only of topics of which there are SMS."))


class TopicsSerializer(StrictSerializer):
    """A field for each topic."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {
            topic.value: WaysSerializer(required=False, help_text=str(rule.help))
            for topic, rule in TOPICS.items()
        }


class PreferencesSerializer(StrictSerializer):
    digest = serializers.ChoiceField(
        choices=Digest.choices,
        required=False,
        help_text=_("A summary by mail in place of a mail for everything."),
    )
    quiet_hours = QuietHoursSerializer(
        required=False, allow_null=True, help_text=_("When no SMS come; null for none.")
    )
    topics = TopicsSerializer(required=False)


def shown(wishes: Wishes) -> dict[str, Any]:
    """Everything, as it is."""
    begins, ends = wishes.quiet_from, wishes.quiet_until
    quiet = {"begins": begins.strftime(_CLOCK), "ends": ends.strftime(_CLOCK)} if begins and ends else None
    topics = {
        topic.value: {channel.value: wishes.allows(topic, channel) for channel in channels_of_topic(topic)}
        for topic in TOPICS
    }
    return {"digest": wishes.digest.value, "quiet_hours": quiet, "topics": topics}


def switched_off(wishes: Wishes, changes: dict[str, dict[str, bool]]) -> set[tuple[Topic, Channel]]:
    """What is off with these changes."""
    off = set(wishes.switched_off)
    for name, ways in changes.items():
        for channel in CHANNELS_TO_CHOOSE:
            if channel.value in ways:
                pair = (Topic(name), channel)
                off = off - {pair} if ways[channel.value] else off | {pair}
    return off
