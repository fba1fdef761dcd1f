"""What arrives by mail and SMS."""

from __future__ import annotations

import re

from pytest_bdd import parsers, then

from tests.features.world import World
from tickets.verification import code_for


def recipient(world: World, who: str, kind: str) -> str:
    """`"lerato@example.org"` is an address; Thandi is somebody who has one."""
    if who.startswith('"'):
        return who.strip('"')
    return world.address_of(who) if kind == "e-mail" else world.phone_of(who)


def wait(world: World, who: str, kind: str, words: str) -> str:
    inbox = world.mailbox if kind == "e-mail" else world.sms_inbox
    message = inbox.wait_for(recipient(world, who, kind), containing=words)
    return f"{message.subject}\n{message.text}"


@then(parsers.re(r"(?P<who>.+) gets an (?P<kind>e-mail|SMS) with the reference"))
def gets_the_reference(world: World, who: str, kind: str) -> None:
    assert world.ticket.reference in wait(world, who, kind, world.ticket.reference)


@then(parsers.re(r'(?P<who>.+) gets an (?P<kind>e-mail|SMS) that says "(?P<words>.+)"'))
def gets_words(world: World, who: str, kind: str, words: str) -> None:
    assert world.ticket.reference in wait(world, who, kind, words)


@then(parsers.re(r"(?P<who>.+) gets an (?P<kind>e-mail|SMS) with a one-time code"))
def gets_the_code(world: World, who: str, kind: str) -> None:
    text = wait(world, who, kind, "/v/")
    assert code_for(world.ticket.verifications.get()) in re.findall(r"\b\d{6}\b", text)
