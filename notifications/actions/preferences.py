"""How a person wants to be told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import time

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.errors import InvalidInput, NotAllowed
from notifications.enums import Channel, Digest, Hold, NotificationState, Topic
from notifications.models import ChannelChoice, Notification, Preference
from notifications.topics import TOPICS, channels_of_topic


class OneChannelIsNeeded(InvalidInput):
    code = "one_channel_is_needed"
    sentence = _("Of this we have to be able to tell you: leave one channel on.")


class QuietHoursNeedTwoEnds(InvalidInput):
    code = "quiet_hours_need_two_ends"
    sentence = _("Quiet hours need a beginning and another end; leave both empty for none.")


@dataclass(frozen=True)
class Chosen:
    """Everything as the person wants it to be."""

    digest: Digest
    quiet_from: time | None
    quiet_until: time | None
    switched_off: Collection[tuple[Topic, Channel]]


def choose(person: User, chosen: Chosen, *, acting_user: User) -> Preference:
    """Write a person's own wishes. What waited by earlier ones goes out now.

    Raises NotAllowed, OneChannelIsNeeded, QuietHoursNeedTwoEnds.
    """
    if acting_user != person:
        raise NotAllowed
    _check(chosen)
    with transaction.atomic():
        preference, _is_new = Preference.objects.select_for_update().get_or_create(user=person)
        preference.digest = chosen.digest
        preference.quiet_from, preference.quiet_until = chosen.quiet_from, chosen.quiet_until
        preference.save(update_fields=["digest", "quiet_from", "quiet_until"])
        preference.switched_off.all().delete()
        ChannelChoice.objects.bulk_create(
            ChannelChoice(preference=preference, topic=topic, channel=channel)
            for topic, channel in sorted(set(chosen.switched_off))
        )
        _release(person)
    return preference


def _check(chosen: Chosen) -> None:
    if (chosen.quiet_from is None) != (chosen.quiet_until is None) or (
        chosen.quiet_from is not None and chosen.quiet_from == chosen.quiet_until
    ):
        raise QuietHoursNeedTwoEnds(field="quiet_until")
    for topic, rule in TOPICS.items():
        if not rule.may_be_off and all(
            (topic, channel) in chosen.switched_off for channel in channels_of_topic(topic)
        ):
            raise OneChannelIsNeeded(field=topic.value)


def _release(person: User) -> None:
    """Each is looked at again before it goes: what the new wishes hold waits on."""
    held = Notification.objects.filter(
        recipient=person, state=NotificationState.HELD, hold__in=[Hold.DIGEST, Hold.QUIET_HOURS]
    )
    held.filter(carrier=None).update(next_attempt_at=timezone.now())
