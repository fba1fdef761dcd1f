"""Looking at tickets: my tickets, by reference, near by."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from pytest_bdd import given, parsers, then, when

from tests.features.world import VISITOR, World
from tests.runtime.streams import PATH, Stream


@when(parsers.parse("{name} opens the ticket from my tickets"))
def opens_from_my_tickets(world: World, name: str) -> None:
    page = world.go(name, "/my-tickets/")
    page.get_by_role("main").get_by_role("link", name=world.ticket.title).click()
    expect(page).to_have_url(re.compile(f"/t/{world.ticket.reference}/"))


@then(parsers.parse('the ticket\'s page says "{words}"'))
def page_says(world: World, words: str) -> None:
    expect(world.page("Thandi").locator(".glance")).to_contain_text(words)


@then("the timeline tells that the ticket was reported, assigned and started")
def timeline_tells(world: World) -> None:
    headlines = world.page("Thandi").locator(".timeline > li h3, .timeline > li .timeline-headline")
    told = [text.strip() for text in headlines.all_inner_texts()]
    assert told == ["Work has started", "Given to an agent", "Reported"]


@when("a visitor types the reference with two letters swapped on the home page")
def types_a_mistake(world: World) -> None:
    reference = world.ticket.reference
    places = (place for place in range(4, len(reference) - 1) if "-" not in reference[place : place + 2])
    place = next(place for place in places if reference[place] != reference[place + 1])
    swapped = reference[:place] + reference[place + 1] + reference[place] + reference[place + 2 :]
    find(world, swapped)


def find(world: World, typed: str) -> None:
    page = world.go(VISITOR, "/")
    page.get_by_role("searchbox").fill(typed)
    page.get_by_role("searchbox").press("Enter")


@then("the visitor reads that the reference has a typing error")
def reads_typing_error(world: World) -> None:
    expect(world.page(VISITOR).get_by_role("alert")).to_contain_text("typing error")


@when("the visitor types the reference in small letters without dashes")
def types_it_right(world: World) -> None:
    find(world, world.ticket.reference.replace("-", "").lower())


@then(parsers.parse('the visitor sees the ticket "{title}"'))
def sees_the_ticket(world: World, title: str) -> None:
    expect(world.page(VISITOR).get_by_role("heading", level=1)).to_have_text(title)


@then("the page shows neither Thandi's name nor her phone nor her e-mail address")
def shows_nothing_personal(world: World) -> None:
    thandi = world.people["Thandi"]
    source = world.page(VISITOR).content()
    secrets = (thandi.full_name, "Thandi", thandi.phone or "", thandi.email or "")
    assert [secret for secret in secrets if secret in source] == []


@when("a visitor opens near by")
def opens_near_by(world: World) -> None:
    world.go(VISITOR, "/near-by/")


def titles(world: World) -> list[str]:
    return sorted(world.page(VISITOR).locator(".ticket-card-title a").all_inner_texts())


@then(parsers.parse('the list shows "{one}" and "{other}"'))
def list_shows(world: World, one: str, other: str) -> None:
    assert titles(world) == sorted([one, other])


@then("the map shows the same tickets")
def map_shows(world: World) -> None:
    page = world.page(VISITOR)
    show = page.get_by_role("button", name=re.compile("map", re.IGNORECASE))
    if show.count() and show.first.is_visible():
        show.first.click()
    expect(page.locator(".leaflet-marker-icon")).not_to_have_count(0)


@when(parsers.parse('the visitor keeps only "{department}"'))
def keeps_only(world: World, department: str) -> None:
    page = world.page(VISITOR)
    page.get_by_text("Choose what you see").click()
    page.get_by_label("Department").select_option(label=department)
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page).to_have_url(re.compile("department="))


@then(parsers.parse('the list shows only "{title}"'))
def list_shows_only(world: World, title: str) -> None:
    assert titles(world) == [title]


@then(parsers.parse('{name} reads "{words}" on the ticket\'s page'))
def reads_on_page(world: World, name: str, words: str) -> None:
    if name not in world.pages:
        world.sign_in(name)
    page = world.go(name, f"/t/{world.ticket.reference}/")
    expect(page.locator(".timeline")).to_contain_text(words)


# Live


@given("the live stream runs")
def stream_runs(stream: Stream) -> None:
    assert stream.readers() == 0


@when(parsers.parse('{name} has the ticket\'s page open and begins to write "{words}"'))
def begins_to_write(world: World, name: str, words: str) -> None:
    with world.page(name).expect_response(lambda answer: PATH in answer.url) as opened:
        page = world.go(name, f"/t/{world.ticket.reference}/")
    assert opened.value.status == 200
    page.get_by_label("Your message").fill(words)


@then(parsers.parse('{name}\'s page says "{words}" by itself, and still has "{typed}"'))
def says_by_itself(world: World, name: str, words: str, typed: str) -> None:
    page = world.page(name)
    expect(page.locator(".timeline")).to_contain_text(words)
    expect(page.locator("[data-live-said]")).to_have_text("Message from the department")
    expect(page.get_by_label("Your message")).to_have_value(typed)


@when(parsers.parse('{name} goes on with "{words}" and sends it'))
def sends(world: World, name: str, words: str) -> None:
    page = world.page(name)
    page.get_by_label("Your message").press_sequentially(f" {words}")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Your message is with the department.")).to_be_visible()


@then(parsers.re(r'(?P<name>\w+)\'s page says "(?P<words>[^"]+)" by itself'))
def console_says_by_itself(world: World, name: str, words: str) -> None:
    expect(world.page(name).locator("[data-part=story]")).to_contain_text(words)


# Following


@when(parsers.parse("{name} follows the ticket on its page"))
def follows(world: World, name: str) -> None:
    page = world.go(name, f"/t/{world.ticket.reference}/")
    page.get_by_role("button", name="Follow", exact=True).click()
    expect(page.get_by_text("You follow it now. We keep you informed.")).to_be_visible()


@then(parsers.parse("{name} finds it among the tickets that he follows, with news"))
def finds_it_with_news(world: World, name: str) -> None:
    page = world.go(name, "/my-tickets/")
    page.get_by_role("main").get_by_role("link", name="I follow").click()
    card = page.locator(".ticket-card", has_text=world.ticket.title)
    expect(card).to_contain_text("New")


@when(parsers.parse("{name} follows the ticket no more"))
def unfollows(world: World, name: str) -> None:
    page = world.go(name, f"/t/{world.ticket.reference}/")
    page.get_by_role("button", name="Follow no more").click()
    expect(page.get_by_text("You hear no more of it.")).to_be_visible()


@then(parsers.parse("{name} has had one e-mail"))
def had_one_mail(world: World, name: str) -> None:
    assert len(world.mailbox.to(world.address_of(name))) == 1
