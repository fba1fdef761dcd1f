"""Following a ward, and the mail of the next morning."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

from django.test import Client
from django.utils import timezone
from pytest_bdd import given, parsers, then, when

from notifications.enums import Audience, Hold
from notifications.models import Notification
from notifications.tasks import deliver_due
from tests.features.world import World
from tickets.models import AreaFollow


@given(parsers.parse("{name} follows ward {number:d} from near by"))
def follows_a_ward(world: World, name: str, number: int) -> None:
    client = Client()
    client.force_login(world.people[name])
    page = client.post("/near-by/follow/", {"ward": number}, follow=True)
    assert "You follow it: Ward 58" in page.content.decode()


@when(parsers.parse('{name} reports "{title}" in ward {number:d}'))
def reports_there(world: World, name: str, title: str, number: int) -> None:
    ward = world.log(name, title).ward
    assert ward is not None
    assert ward.number == number


@then(parsers.parse("{name} hears of it in no mail of its own"))
def waits_for_the_summary(world: World, name: str) -> None:
    told = Notification.objects.filter(recipient=world.people[name], audience=Audience.AREA_FOLLOWERS)
    deadline = time.monotonic() + 15
    while not told.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert told.get().hold == Hold.DIGEST
    assert world.mailbox.to(world.address_of(name)) == []


@when("the next morning comes")
def morning_comes(world: World) -> None:
    Notification.objects.filter(hold=Hold.DIGEST).update(next_attempt_at=timezone.now())
    deliver_due()


@when(parsers.parse("{name}'s mail program presses its unsubscribe button"))
def unsubscribes(world: World, name: str) -> None:
    (mail,) = world.mailbox.to(world.address_of(name))
    address = urlsplit(mail.headers["List-Unsubscribe"].strip("<>")).path
    answer = Client(enforce_csrf_checks=True).post(address, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200


@then(parsers.parse("{name} follows no area any more"))
def follows_nothing(world: World, name: str) -> None:
    assert not AreaFollow.objects.by(world.people[name]).exists()
