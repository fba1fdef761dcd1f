"""Programs that walk a requirement document over HTTP: what they ask, and what the answers have.

`<name>` in an address or a body is what was kept under that name. In an expected answer every field that is
named must be so, whatever else there is; "…" stands for anything but nothing.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import time_machine
from django.utils import timezone
from pytest_bdd import given, parsers, then, when

from notifications.actions.deliver import deliver_due
from notifications.models import Notification
from tests.features.world import CODE, World, first_match
from tests.runtime.streams import wait_until
from tickets.models import TicketEvent

SOMETHING = "…"
_BLANK = re.compile(r"<(\w[\w ]*)>")


def filled(world: World, text: str) -> str:
    """The text with what was kept in the place of its <names>."""
    return _BLANK.sub(lambda match: world.typed[match[1]], text)


def ask(world: World, who: str, method: str, path: str, body: str = "", **headers: str) -> None:
    """One request as somebody; status, headers and answer are kept for what follows."""
    path = urljoin("/api/v1/", filled(world, path).removeprefix(world.base_url))
    headers["Content-Type"] = "application/json"
    if credential := world.typed.get(f"{who}'s credential"):
        headers["Authorization"] = credential
    server = http.client.HTTPConnection(urlsplit(world.base_url).netloc, timeout=30)
    with contextlib.closing(server):
        server.request(method, path, filled(world, body).encode(), headers)
        response = server.getresponse()
        world.typed["status"], world.typed["answer"] = str(response.status), response.read().decode()
        world.typed |= {f"header {name.lower()}": value for name, value in response.getheaders()}


def found(world: World, name: str) -> Any:
    """A value of the last answer: `lead.email`, `results.0.title`."""
    value = json.loads(world.typed["answer"])
    for part in name.split("."):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


def difference(told: Any, wanted: Any, where: str = "answer") -> str:
    """Where what was told is not as wanted; empty where it is."""
    if wanted == SOMETHING:
        return "" if told not in (None, "", [], {}) else f"{where} is {told!r}"
    if isinstance(wanted, dict) and isinstance(told, dict):
        missing = [name for name in wanted if name not in told]
        if missing:
            return f"{where} has no {missing}"
        parts = [difference(told[name], value, f"{where}.{name}") for name, value in wanted.items()]
        return "; ".join(filter(None, parts))
    if isinstance(wanted, list) and isinstance(told, list) and len(wanted) == len(told):
        pairs = enumerate(zip(told, wanted, strict=True))
        return "; ".join(filter(None, (difference(*pair, f"{where}.{place}") for place, pair in pairs)))
    return "" if told == wanted else f"{where} is {told!r} instead of {wanted!r}"


# Who


@given(parsers.parse('{who} has signed in as "{email}" with "{password}"'))
@when(parsers.parse('{who} signs in as "{email}" with "{password}"'))
def signs_in(world: World, who: str, email: str, password: str) -> None:
    ask(world, who, "POST", "auth/token/", json.dumps({"email": email, "password": password}))
    is_answered(world, 200)
    world.typed[f"{who}'s credential"] = f"Bearer {found(world, 'access')}"


@given(parsers.parse("{who} uses the key <{key}>"))
@when(parsers.parse("{who} uses the key <{key}>"))
def uses_the_key(world: World, who: str, key: str) -> None:
    world.typed[f"{who}'s credential"] = f"Api-Key {world.typed[key]}"


@when(parsers.parse('the code that "{email}" was mailed is kept as <{kept}>'))
def keeps_the_code(world: World, email: str, kept: str) -> None:
    wait_until(lambda: bool(re.search(CODE, world.mailbox.wait_for(email).text)), seconds=15)
    world.typed[kept] = first_match(CODE, world.mailbox.wait_for(email).text)


# What they ask


@given(parsers.parse("{who} asks {method} {path} with"))
@when(parsers.parse("{who} asks {method} {path} with"))
def asks_with(world: World, who: str, method: str, path: str, docstring: str) -> None:
    ask(world, who, method, path, docstring)


@given(parsers.re(r"(?P<who>.+) asks (?P<method>[A-Z]+) (?P<path>\S+)"))
@when(parsers.re(r"(?P<who>.+) asks (?P<method>[A-Z]+) (?P<path>\S+)"))
def asks(world: World, who: str, method: str, path: str) -> None:
    ask(world, who, method, path)


@when(parsers.parse("{who} asks GET {path} unless it is still <{etag}>"))
def asks_again(world: World, who: str, path: str, etag: str) -> None:
    ask(world, who, "GET", path, **{"If-None-Match": world.typed[etag]})


@when(parsers.parse('{who} asks GET {path} until its {name} is "{value}"'))
def asks_until(world: World, who: str, path: str, name: str, value: str) -> None:
    def is_so() -> bool:
        ask(world, who, "GET", path)
        return bool(found(world, name) == value)

    wait_until(is_so, seconds=15)


@when(parsers.parse("{who} asks GET {path} until it has {count:d} results"))
def asks_until_there_are(world: World, who: str, path: str, count: int) -> None:
    def are_there() -> bool:
        ask(world, who, "GET", path)
        return len(found(world, "results")) == count

    wait_until(are_there, seconds=15)


# What they are told


@given(parsers.parse("the answer is {status:d}"))
@then(parsers.parse("the answer is {status:d}"))
def is_answered(world: World, status: int) -> None:
    assert world.typed["status"] == str(status), world.typed["answer"]


@then(parsers.parse("the answer is {status:d} with"))
def is_answered_with(world: World, status: int, docstring: str) -> None:
    is_answered(world, status)
    assert difference(json.loads(world.typed["answer"]), json.loads(filled(world, docstring))) == ""


@given(parsers.parse("its {name} is kept as <{kept}>"))
@then(parsers.parse("its {name} is kept as <{kept}>"))
def is_kept(world: World, name: str, kept: str) -> None:
    world.typed[kept] = str(found(world, name))


@then(parsers.parse("its {name} is <{kept}>"))
def is_what_was_kept(world: World, name: str, kept: str) -> None:
    assert found(world, name) == world.typed[kept]


@then(parsers.parse("the header {name} is kept as <{kept}>"))
def header_is_kept(world: World, name: str, kept: str) -> None:
    world.typed[kept] = world.typed[f"header {name.lower()}"]


@then(parsers.parse("the header {name} is not empty"))
def header_is_there(world: World, name: str) -> None:
    assert world.typed[f"header {name.lower()}"] != ""


@then(parsers.parse('it says "{words}"'))
def it_says(world: World, words: str) -> None:
    assert words in world.typed["answer"]


@when("the mailbox is emptied")
def mailbox_is_emptied(world: World) -> None:
    world.mailbox.office.outbox.clear()


@then(parsers.parse('"{email}" has a mail that says "{words}"'))
def has_mail(world: World, email: str, words: str) -> None:
    world.mailbox.wait_for(email, containing=words)


@when("the last change is on its way to all who hear of it, and two minutes pass")
def two_minutes_pass(world: World) -> None:
    """How many messages wait depends on who was in the team when the worker came to an earlier event."""
    newest = TicketEvent.objects.latest("pk")
    last = TicketEvent.objects.filter(update_key=newest.update_key) if newest.update_key else [newest]
    wanted = {event.pk for event in last}
    wait_until(lambda: wanted <= set(Notification.objects.values_list("event_id", flat=True)), seconds=15)
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        deliver_due()


@when("no mail can be delivered")
def mail_is_down(world: World) -> None:
    world.mailbox.office.refusing = True


@when(parsers.parse("mail can be delivered again after {minutes:d} minutes"))
def mail_is_up_again(world: World, minutes: int) -> None:
    waiting = Notification.objects.filter(attempts__gt=0, last_error__gt="", next_attempt_at__isnull=False)
    wait_until(waiting.exists, seconds=15)
    world.mailbox.office.refusing = False
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False):
        deliver_due()


@then(parsers.parse("its auto_close_at is {days:d} days after its responded_at"))
def closes_after(world: World, days: int) -> None:
    asked, closes = (datetime.fromisoformat(found(world, name)) for name in ("responded_at", "auto_close_at"))
    assert closes - asked == timedelta(days=days)
