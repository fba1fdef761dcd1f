"""Call me back: asked for on the ticket's page, worked off in the call centre's queue."""

from __future__ import annotations

import re

from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect
from pytest_bdd import parsers, then, when

from tests.features.steps.console import reads
from tests.features.world import World
from tickets.enums import CallbackState
from tickets.models import Callback


@when(parsers.parse('{name} asks to be called back at the last of the times, about "{words}"'))
def asks_for_call(world: World, name: str, words: str) -> None:
    page = world.go(name, f"/t/{world.ticket.reference}/")
    page.get_by_text("Call me back").click()
    page.locator("[name=when]").last.check()
    page.get_by_label("What is it about").fill(words)
    page.get_by_role("button", name="Ask for a call").click()


@then(parsers.parse("{name} reads on which number and when she is called"))
def reads_when(world: World, name: str) -> None:
    asked = Callback.objects.get()
    assert asked.call_after > timezone.now()
    clock = timezone.localtime(asked.call_after).strftime("%H:%M")
    call = world.page(name).locator("#call")
    expect(call).to_contain_text(
        re.compile(rf"We call you on {re.escape(world.phone_of(name))}, not before .*{clock}")
    )


@when("it is time to call")
def time_to_call() -> None:
    Callback.objects.update(call_after=timezone.now())


@when(parsers.parse('{name} calls the first of the callbacks in the console and notes "{words}"'))
def calls(world: World, name: str, words: str) -> None:
    world.sign_in(name)
    page = world.go(name, reverse("admin:tickets_callback_changelist"))
    page.get_by_role("link", name=world.phone_of("Thandi")).first.click()
    reads(page, "Which gate do they come to?")
    page.get_by_role("button", name="I call now").click()
    reads(page, "It is yours: call now.")
    page.locator("[name=note]").fill(words)
    page.get_by_role("button", name="Called", exact=True).click()
    reads(page, "Called. What was said is on the ticket.")


@then("nobody waits for a call any more")
def nobody_waits() -> None:
    assert [call.state for call in Callback.objects.all()] == [CallbackState.DONE]
