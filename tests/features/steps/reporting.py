"""Logging and supporting tickets in the browser."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect
from pytest_bdd import given, parsers, then, when

from tests.features.world import CHURCH_SQUARE, VISITOR, World
from tickets.actions.support import support_ticket
from tickets.enums import Source
from tickets.models import Ticket

REFERENCE = re.compile(r"^TSH-[2-9A-Z]{3}-[2-9A-Z]{3}$")


def say_what(world: World, name: str, words: str, problem: str) -> Page:
    page = world.go(name, "/report/")
    page.get_by_label("In your own words").fill(words)
    page.get_by_role("main").get_by_role("button", name="Next").click()
    page.locator("label.choice", has_text=problem).first.click()
    page.get_by_role("main").get_by_role("button", name="Next").click()
    expect(page).to_have_url(re.compile("/report/where/"))
    return page


def say_where(page: Page) -> None:
    """As without a map: the pin's fields are there, hidden, and the page's script fills them."""
    for field, value in (("latitude", CHURCH_SQUARE.latitude), ("longitude", CHURCH_SQUARE.longitude)):
        page.locator(f"[name={field}]").evaluate("(input, value) => { input.value = value }", str(value))
    page.get_by_label("Describe the place").fill(CHURCH_SQUARE.address)
    page.get_by_role("main").get_by_role("button", name="Next").click()


@when(parsers.parse('{name} reports "{title}" as a "{problem}" at Church Square'))
def reports(world: World, name: str, title: str, problem: str) -> None:
    page = say_what(world, name, title, problem)
    say_where(page)
    page.get_by_label("Title").fill(title)
    expect(page.get_by_text("We promise to fix this by")).to_be_visible()
    page.get_by_role("main").get_by_role("button", name="Send the report").click()


@when(parsers.parse('a visitor reports "{title}" as a "{problem}" with the e-mail address "{email}"'))
def visitor_reports(world: World, title: str, problem: str, email: str) -> None:
    page = say_what(world, VISITOR, title, problem)
    say_where(page)
    page.get_by_label("Title").fill(title)
    page.get_by_label("Your name").fill("Lerato Dube")
    page.get_by_label(re.compile("e-?mail", re.IGNORECASE)).fill(email)
    page.get_by_role("main").get_by_role("button", name="Send the report").click()


@when(parsers.parse('{name} tries to report a "{problem}" without saying where'))
def tries_to_report(world: World, name: str, problem: str) -> None:
    page = say_what(world, name, "Water everywhere", problem)
    page.get_by_role("main").get_by_role("button", name="Next").click()


@then(parsers.parse("{name} reads that the place is missing"))
def reads_what_is_missing(world: World, name: str) -> None:
    expect(world.page(name).get_by_role("alert")).to_contain_text("Tell us where")


@then("no ticket was logged")
def no_ticket_was_logged() -> None:
    assert Ticket.objects.count() == 0


@then(parsers.parse("{name} is shown a reference and the promise"))
def is_shown_the_reference(world: World, name: str) -> None:
    page = world.page(VISITOR if name == "the visitor" else name)
    expect(page.get_by_role("main").locator("p.reference")).to_have_text(REFERENCE)
    expect(page.get_by_text("We promise to fix this by")).to_be_visible()
    assert page.get_by_role("main").locator("p.reference").inner_text() == world.ticket.reference


@then(parsers.parse("the ticket belongs to {department} and to {name}"))
def belongs_to_both(world: World, department: str, name: str) -> None:
    ticket = world.ticket
    assert (ticket.department, ticket.assignee) == (world.department(department), world.people[name])


@then(parsers.re(r"the ticket belongs to (?P<name>\w+)"))
def belongs_to(world: World, name: str) -> None:
    assert world.ticket.assignee == world.people[name]


@given(parsers.parse('{name} has reported "{title}"'))
def has_reported(world: World, name: str, title: str) -> None:
    world.log(name, title)


@given(parsers.parse('{name} has reported a "{problem}" called "{title}"'))
def has_reported_a(world: World, name: str, problem: str, title: str) -> None:
    world.log(name, title, problem)


@when(parsers.parse('{name} starts to report a "{problem}" at the same place'))
def starts_to_report(world: World, name: str, problem: str) -> None:
    page = say_what(world, name, "Water is flooding the street", problem)
    say_where(page)


@then(parsers.parse("{name} is offered Thandi's ticket"))
def is_offered(world: World, name: str) -> None:
    expect(world.page(name).locator(".ticket-card")).to_have_count(1)
    expect(world.page(name).locator(".ticket-card")).to_contain_text(world.ticket.title)


@when(parsers.parse("{name} says that it is their problem too"))
def says_me_too(world: World, name: str) -> None:
    page = world.page(name)
    page.get_by_role("button", name="This is my problem too").click()
    expect(page.get_by_text("You said me too")).to_be_visible()


@given(parsers.parse("{name} supports the ticket"))
def supports(world: World, name: str) -> None:
    support_ticket(world.ticket, acting_user=world.resident(name))


@when(parsers.parse("{name} takes the support back on the ticket's page"))
def takes_back(world: World, name: str) -> None:
    page = world.go(name, f"/t/{world.ticket.reference}/")
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("button", name="Me too")).to_be_visible()


@then(parsers.re(r"the ticket has (?P<count>\d+) supporters?"))
def has_supporters(world: World, count: str) -> None:
    ticket = world.ticket
    assert (ticket.support_count, ticket.supports.count()) == (int(count), int(count))


@then(parsers.parse('the ticket was logged by {name} on behalf of "{phone}"'))
def logged_on_behalf(world: World, name: str, phone: str) -> None:
    created = world.ticket.events.order_by("pk")[:1].get()
    assert (created.actor, created.on_behalf_of) == (world.people[name], phone)
    assert (world.ticket.source, world.ticket.reporter_phone) == (Source.CALL_CENTRE, phone)
