"""Who follows an area hears every morning what was reported there, and when something affects many."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.tests.factories import UserFactory
from notifications.actions.deliver import deliver_due
from notifications.actions.preferences import Chosen, choose
from notifications.actions.route import route_event
from notifications.enums import Audience, Channel, Digest, Hold, NotificationState, Topic
from notifications.models import Notice, Notification
from notifications.querysets import NotificationQuerySet
from notifications.tests.factories import last_event, resident
from tests.inboxes import Inbox
from tickets.actions.areas import Area, follow_area
from tickets.actions.intake import Place
from tickets.actions.lifecycle import withdraw_ticket
from tickets.actions.support import support_ticket
from tickets.enums import EventKind
from tickets.models import AreaFollow, Ticket
from tickets.tests.factories import report_ticket
from tickets.tests.pages import City, make_city

pytestmark = pytest.mark.django_db
EVENING = datetime(2026, 11, 10, 21, 30, tzinfo=ZoneInfo("Africa/Johannesburg"))


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(EVENING, tick=False) as travelled:
        yield travelled


@pytest.fixture
def city(clock: Any) -> City:
    return make_city()


@pytest.fixture
def pieter(city: City) -> User:
    """Follows the ward."""
    person = resident(full_name="Pieter", phone="+27821234502")
    follow_area(city.organisation, Area(ward=city.ward), acting_user=person)
    return person


def around() -> NotificationQuerySet:
    return Notification.objects.filter(audience=Audience.AREA_FOLLOWERS)


def told_around(ticket: Ticket, kind: EventKind = EventKind.CREATED) -> list[User | None]:
    route_event(last_event(ticket, kind).pk)
    told = around().filter(event__ticket=ticket, event__kind=kind)
    return [one.recipient for one in told.order_by("created_at", "pk")]


def until_morning(clock: Any) -> int:
    clock.move_to(EVENING + timedelta(hours=10))
    return deliver_due()


def test_a_new_public_ticket_waits_for_the_morning_of_who_follows_the_ward(
    city: City, pieter: User, clock: Any, mailbox: Inbox, sms_inbox: Inbox
) -> None:
    assert told_around(report_ticket(city.category, title="Pipe <b>burst</b>")) == [pieter]

    waiting = around().get()
    assert (waiting.state, waiting.hold) == (NotificationState.HELD, Hold.DIGEST)
    assert mailbox.to(str(pieter.email)) == sms_inbox.to(str(pieter.phone)) == []
    until_morning(clock)
    (mail,) = mailbox.to(str(pieter.email))
    assert "Reported near by" in mail.subject
    assert "You get this because you follow: Ward 56." in mail.text
    assert "Pipe &lt;b&gt;burst&lt;/b&gt;" in mail.html
    assert not Notice.objects.filter(person=pieter).exists()


def test_several_are_one_summary_with_one_way_out(
    city: City, pieter: User, clock: Any, mailbox: Inbox
) -> None:
    follow_area(city.organisation, Area(suburb=city.suburb), acting_user=pieter)
    for title in ("A burst pipe", "A deep pothole"):
        told_around(report_ticket(city.category, title=title))

    until_morning(clock)
    (mail,) = mailbox.to(str(pieter.email))
    assert mail.subject.endswith(": 2 things happened")
    assert "You get this because you follow: Hatfield, Ward 56." in mail.text
    assert "asked for a summary" not in mail.text
    address = way_out(mail)
    assert "Hatfield, Ward 56" in Client().get(address).content.decode()
    assert AreaFollow.objects.count() == 2
    strict = Client(enforce_csrf_checks=True)
    for _time in ("once", "twice"):
        assert strict.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert AreaFollow.objects.count() == 0


def way_out(mail: Any) -> str:
    found = re.fullmatch("<(.+)>", mail.headers["List-Unsubscribe"])
    assert found is not None
    assert f"Hear no more of it: {found[1]}" in mail.text
    return urlsplit(found[1]).path


def test_a_link_that_was_changed_stops_nothing(city: City, pieter: User, clock: Any, mailbox: Inbox) -> None:
    told_around(report_ticket(city.category))
    until_morning(clock)
    address = way_out(mailbox.to(str(pieter.email))[0])
    middle = len(address) // 2
    changed = address[:middle] + ("a" if address[middle] != "a" else "b") + address[middle + 1 :]

    for wrong in (changed, "/unfollow-areas/sample/"):
        assert Client().post(wrong).status_code == 404
    assert AreaFollow.objects.count() == 1


def test_who_wants_news_every_hour_gets_it_every_hour(city: City, pieter: User) -> None:
    chosen = Chosen(digest=Digest.HOURLY, quiet_from=None, quiet_until=None, switched_off=[])
    choose(pieter, chosen, acting_user=pieter)
    told_around(report_ticket(city.category))

    assert around().get().next_attempt_at == EVENING + timedelta(minutes=30)


def test_who_switched_it_off_is_not_told(city: City, pieter: User) -> None:
    off = [(Topic.AREAS, Channel.EMAIL)]
    chosen = Chosen(digest=Digest.NONE, quiet_from=None, quiet_until=None, switched_off=off)
    choose(pieter, chosen, acting_user=pieter)

    assert told_around(report_ticket(city.category)) == []


def test_private_tickets_and_ones_own_are_told_to_nobody_around(city: City, pieter: User) -> None:
    assert told_around(report_ticket(city.category, is_public=False)) == []
    assert told_around(report_ticket(city.category, reporter=pieter)) == []
    elsewhere = make_city("elsewhere.example.org")
    assert told_around(report_ticket(elsewhere.category)) == []
    far = report_ticket(city.category, place=Place(address="Somewhere"))
    assert told_around(far) == []
    pieter.is_active = False
    pieter.save(update_fields=["is_active"])
    assert told_around(report_ticket(city.category)) == []


def test_who_lives_there_is_told_once_when_it_comes_to_affect_many(
    city: City, pieter: User, clock: Any, mailbox: Inbox
) -> None:
    ticket = report_ticket(city.category)
    told: list[list[User | None]] = []
    for _neighbour in range(4):
        support_ticket(ticket, acting_user=UserFactory.create())
        told.append(told_around(ticket, EventKind.SUPPORTED)[len([one for one in told if one]) :])

    assert told == [[], [], [pieter], []]
    until_morning(clock)
    (mail,) = mailbox.to(str(pieter.email))
    assert "5 people near by have this problem." in mail.text


def test_what_was_withdrawn_or_is_not_followed_any_more_by_the_morning_is_not_told(
    city: City, pieter: User, clock: Any, mailbox: Inbox
) -> None:
    ticket = report_ticket(city.category)
    told_around(ticket)
    withdraw_ticket(ticket, acting_user=None)
    told_around(report_ticket(city.category))
    AreaFollow.objects.by(pieter).delete()

    until_morning(clock)
    assert mailbox.to(str(pieter.email)) == []
    states = set(around().values_list("state", flat=True))
    assert states == {NotificationState.SUPPRESSED}


def test_an_event_asks_as_often_for_three_followers_as_for_one(city: City, pieter: User) -> None:
    counts = []
    for more in (0, 2):
        for _neighbour in range(more):
            follow_area(city.organisation, Area(ward=city.ward), acting_user=UserFactory.create())
        event = last_event(report_ticket(city.category), EventKind.CREATED)
        with CaptureQueriesContext(connection) as queries:
            route_event(event.pk)
        counts.append(len(queries))

    assert counts[0] == counts[1]
