"""Me too without an account: by a code, and taken back from the link in a message."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from pytest_bdd import parsers, then, when

from tests.features.world import VISITOR, World, first_match


@when(parsers.parse('the visitor says me too on the ticket\'s page with the number "{number}"'))
def says_me_too(world: World, number: str) -> None:
    page = world.go(VISITOR, f"/t/{world.ticket.reference}/")
    page.get_by_role("button", name="Me too").click()
    page.get_by_label("Mobile number or e-mail address").fill(number)
    page.get_by_role("button", name="Send me a code").click()
    expect(page).to_have_url(re.compile("/me-too/code/$"))


@when(parsers.parse('the visitor types the code that "{phone}" was sent'))
def types_the_code(world: World, phone: str) -> None:
    page = world.page(VISITOR)
    sms = world.sms_inbox.wait_for(phone, containing="say me too").text
    page.get_by_label("Your code").fill(first_match(r"^(\d{6})\b", sms))
    page.get_by_role("button", name="Me too").click()


@then("the visitor reads that it is counted")
def reads_counted(world: World) -> None:
    expect(world.page(VISITOR).get_by_text("Counted. We keep you informed.")).to_be_visible()


@when(parsers.parse('whoever has "{phone}" opens the link in the SMS on another phone and takes it back'))
def takes_back_by_link(world: World, phone: str) -> None:
    sms = world.sms_inbox.wait_for(phone, containing="/m/").text
    page = world.go("another phone", first_match(r"https?://[^/]+(/m/[\w-]{22}/)", sms))
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
