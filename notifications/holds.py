"""Whether a message goes at once or waits, and until when. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from notifications.enums import Audience, Channel, Digest, Hold, Topic
from notifications.topics import TOPICS

# When the summary of a day goes out, in the person's own zone.
MORNING = time(7)
_TOLD_TOGETHER = frozenset({Audience.TEAM, Audience.ASSIGNEE})


@dataclass(frozen=True)
class Wishes:
    """What a person wants to hear, and when. Without any: everything, at once."""

    zone: ZoneInfo
    digest: Digest = Digest.NONE
    quiet_from: time | None = None
    quiet_until: time | None = None
    switched_off: frozenset[tuple[Topic, Channel]] = frozenset()

    def allows(self, topic: Topic, channel: Channel) -> bool:
        # Other ways to a phone follow what is said of SMS.
        asked = Channel.EMAIL if channel == Channel.EMAIL else Channel.SMS
        return (topic, asked) not in self.switched_off


@dataclass(frozen=True)
class Wait:
    hold: Hold
    until: datetime


def wait_for(topic: Topic, channel: Channel, wishes: Wishes, now: datetime) -> Wait | None:
    """What a person's own wishes make a message wait for; None to send it."""
    rule = TOPICS[topic]
    if channel != Channel.EMAIL:
        until = quiet_until(wishes, now) if rule.waits_for_morning else None
        return Wait(Hold.QUIET_HOURS, until) if until else None
    if rule.only_in_digest or (rule.in_digest and wishes.digest != Digest.NONE):
        return Wait(Hold.DIGEST, next_digest(wishes, now))
    return None


def is_part_of_a_burst(audience: Audience, channel: Channel, *, has_project: bool, is_change: bool) -> bool:
    """Whether a message waits for what else changes on the ticket of a project."""
    return has_project and is_change and channel == Channel.EMAIL and audience in _TOLD_TOGETHER


def quiet_until(wishes: Wishes, now: datetime) -> datetime | None:
    """The end of the quiet hours in which `now` lies; None outside of them. They may go over midnight."""
    begins, ends = wishes.quiet_from, wishes.quiet_until
    if begins is None or ends is None or begins == ends:
        return None
    local = now.astimezone(wishes.zone)
    clock, over_midnight = local.time(), begins > ends
    is_quiet = (clock >= begins or clock < ends) if over_midnight else begins <= clock < ends
    if not is_quiet:
        return None
    day = local.date() + timedelta(days=1 if over_midnight and clock >= begins else 0)
    return datetime.combine(day, ends, tzinfo=wishes.zone)


def next_digest(wishes: Wishes, now: datetime) -> datetime:
    """When the next summary goes out: at the full hour, or in the morning, as for who asked for none."""
    local = now.astimezone(wishes.zone)
    if wishes.digest == Digest.HOURLY:
        return local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    day = local.date() + timedelta(days=0 if local.time() < MORNING else 1)
    return datetime.combine(day, MORNING, tzinfo=wishes.zone)
