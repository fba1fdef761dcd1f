"""When a message waits, and until when: without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from notifications.enums import Audience, Channel, Digest, Hold, Topic
from notifications.holds import Wait, Wishes, is_part_of_a_burst, quiet_until, wait_for
from notifications.routing import ROUTING
from notifications.topics import ALWAYS_TOLD, TOPICS, channels_of_topic, topic_of, topics_of
from tickets.enums import EventKind

ZONE = ZoneInfo("Africa/Johannesburg")
NIGHTS = Wishes(ZONE, quiet_from=time(22), quiet_until=time(6, 30))
PAIRS = [(kind, audience) for kind, routes in ROUTING.items() for audience in routes]


def at(clock: str, day: int = 10) -> datetime:
    return datetime.combine(date(2026, 11, day), time.fromisoformat(clock), tzinfo=ZONE)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at("21:59"), None),
        (at("22:00"), at("06:30", 11)),
        (at("23:59"), at("06:30", 11)),
        (at("00:00", 11), at("06:30", 11)),
        (at("06:29", 11), at("06:30", 11)),
        (at("06:30", 11), None),
        (at("12:00"), None),
    ],
)
def test_quiet_hours_go_over_midnight(now: datetime, expected: datetime | None) -> None:
    assert quiet_until(NIGHTS, now) == expected


@pytest.mark.parametrize(
    ("now", "expected"), [(at("12:59"), None), (at("13:00"), at("14:00")), (at("14:00"), None)]
)
def test_quiet_hours_may_be_by_day(now: datetime, expected: datetime | None) -> None:
    assert quiet_until(Wishes(ZONE, quiet_from=time(13), quiet_until=time(14)), now) == expected


def test_quiet_hours_are_those_of_the_persons_own_zone() -> None:
    elsewhere = Wishes(ZoneInfo("America/New_York"), quiet_from=time(22), quiet_until=time(6))
    # Noon in Johannesburg is five in the morning there.
    assert quiet_until(elsewhere, at("12:00")) == datetime(2026, 11, 10, 11, tzinfo=UTC)


def test_without_quiet_hours_nothing_is_quiet() -> None:
    assert quiet_until(Wishes(ZONE), at("03:00")) is None


@pytest.mark.parametrize("topic", [topic for topic in Topic if not TOPICS[topic].only_in_digest])
def test_at_night_an_sms_waits_for_the_morning_unless_it_was_asked_for(topic: Topic) -> None:
    expected = None if topic is Topic.RECEIPTS else Wait(Hold.QUIET_HOURS, at("06:30", 11))
    assert wait_for(topic, Channel.SMS, NIGHTS, at("23:00")) == expected
    assert wait_for(topic, Channel.EMAIL, NIGHTS, at("23:00")) is None


@pytest.mark.parametrize(
    ("digest", "now", "until"),
    [
        (Digest.HOURLY, at("10:00"), at("11:00")),
        (Digest.HOURLY, at("10:59"), at("11:00")),
        (Digest.HOURLY, at("23:30"), at("00:00", 11)),
        (Digest.DAILY, at("06:59"), at("07:00")),
        (Digest.DAILY, at("07:00"), at("07:00", 11)),
    ],
)
def test_a_summary_goes_at_the_full_hour_or_in_the_morning(
    digest: Digest, now: datetime, until: datetime
) -> None:
    wishes = Wishes(ZONE, digest=digest)
    assert wait_for(Topic.PROGRESS, Channel.EMAIL, wishes, now) == Wait(Hold.DIGEST, until)
    assert wait_for(Topic.PROGRESS, Channel.SMS, wishes, now) is None


@pytest.mark.parametrize("topic", [Topic.RECEIPTS, Topic.QUESTIONS])
def test_receipts_codes_and_questions_are_in_no_summary(topic: Topic) -> None:
    assert wait_for(topic, Channel.EMAIL, Wishes(ZONE, digest=Digest.DAILY), at("10:00")) is None


@pytest.mark.parametrize(("kind", "audience"), PAIRS)
def test_everything_that_is_told_has_a_topic(kind: EventKind, audience: Audience) -> None:
    assert topic_of(kind, audience) in TOPICS


def test_what_asks_a_reporter_for_something_cannot_be_switched_off() -> None:
    kinds = [EventKind.CREATED, EventKind.CODE_SENT, EventKind.RESPONDED, EventKind.RESOLVED]
    topics = [topic_of(kind, Audience.REPORTER) for kind in kinds]
    assert topics == [Topic.RECEIPTS, Topic.RECEIPTS, Topic.QUESTIONS, Topic.QUESTIONS]
    assert [TOPICS[topic].may_be_off for topic in topics] == [False] * 4
    assert {topic_of(kind, Audience.REPORTER) for kind in ALWAYS_TOLD} <= {Topic.RECEIPTS, Topic.QUESTIONS}


def test_sms_can_be_chosen_only_where_there_are_any() -> None:
    both = [topic for topic in TOPICS if channels_of_topic(topic) == [Channel.EMAIL, Channel.SMS]]
    assert both == [Topic.RECEIPTS, Topic.QUESTIONS, Topic.PROGRESS, Topic.MESSAGES]


def test_a_resident_is_not_asked_about_the_work_of_others() -> None:
    residents = [Audience.REPORTER, Audience.SUPPORTERS, Audience.FOLLOWERS, Audience.CALLER]
    assert topics_of(residents) == [Topic.RECEIPTS, Topic.QUESTIONS, Topic.PROGRESS, Topic.MESSAGES]


def test_only_changes_of_a_projects_ticket_are_told_together() -> None:
    def told_together(audience: Audience, channel: Channel = Channel.EMAIL, **facts: bool) -> bool:
        known = {"has_project": True, "is_change": True} | facts
        return is_part_of_a_burst(audience, channel, **known)

    assert told_together(Audience.TEAM) is told_together(Audience.ASSIGNEE) is True
    assert told_together(Audience.REPORTER) is told_together(Audience.TEAM, Channel.SMS) is False
    assert told_together(Audience.ASSIGNEE, has_project=False) is False
    assert told_together(Audience.ASSIGNEE, is_change=False) is False
