"""Logging and supporting tickets in the browser."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect
from pytest_bdd import given, parsers, then, when

from articles.models import ArticleAnswer
from articles.tests.factories import ArticleFactory
from tests.features.world import CHURCH_SQUARE, VISITOR, World, first_match
from tickets.actions.support import support_ticket
from tickets.enums import Source
from tickets.models import Ticket
from tickets.tests.pages import jpeg

SCREENS = {"phone": {"width": 360, "height": 740}, "desktop": {"width": 1280, "height": 860}}
REFERENCE = re.compile(r"^TSH-[2-9A-Z]{3}-[2-9A-Z]{3}$")


def say_what(world: World, name: str, words: str, problem: str) -> Page:
    page = world.go(name, "/report/")
    page.get_by_label("In your own words").fill(words)
    if not has_scripts(world, name):
        page.get_by_role("main").get_by_role("button", name="Next").click()
    # With scripts the kinds come while somebody types.
    kinds = page.get_by_role("group", name="It sounds like one of these")
    kinds.locator("label.choice", has_text=problem).click()
    page.get_by_role("main").get_by_role("button", name="Next").click()
    expect(page).to_have_url(re.compile("/report/where/"))
    return page


def has_scripts(world: World, name: str) -> bool:
    return bool(world.browsers.get(name, {}).get("java_script_enabled", True))


def say_where(page: Page, *, with_pin: bool = True) -> None:
    """As without a map: the pin's fields are there, hidden, and the page's script fills them."""
    pin = {"latitude": CHURCH_SQUARE.latitude, "longitude": CHURCH_SQUARE.longitude} if with_pin else {}
    for field, value in pin.items():
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


@given(parsers.parse("a visitor with a {screen}, {scripts} JavaScript"))
def visitor_with(world: World, screen: str, scripts: str) -> None:
    world.browsers[VISITOR] = {"viewport": SCREENS[screen], "java_script_enabled": scripts == "with"}


@when(parsers.parse('a visitor reports "{title}" as a "{problem}" with the e-mail address "{email}"'))
def visitor_reports(world: World, title: str, problem: str, email: str) -> None:
    page = say_what(world, VISITOR, title, problem)
    say_where(page, with_pin=has_scripts(world, VISITOR))
    page.get_by_label("Title").fill(title)
    page.get_by_label("Your name").fill("Lerato Dube")
    page.get_by_label(re.compile("e-?mail", re.IGNORECASE)).fill(email)
    page.get_by_role("main").get_by_role("button", name="Send the report").click()


@then(parsers.parse('the visitor is asked for the code that was sent to "{email}"'))
def is_asked_for_the_code(world: World, email: str) -> None:
    page = world.page(VISITOR)
    expect(page).to_have_url(re.compile("/report/confirm/"))
    expect(page.get_by_role("main")).to_contain_text(email)
    world.typed["code"] = first_match(r"\b(\d{6})\b", world.mailbox.wait_for(email, containing="code").text)


@when("the visitor types the code")
def types_the_code(world: World) -> None:
    page = world.page(VISITOR)
    page.get_by_label("Your code").fill(world.typed["code"])
    page.get_by_role("main").get_by_role("button", name="Send the report").click()


# Answers


@given(parsers.parse('the city answers "{title}" with "{summary}"'))
def city_answers(world: World, title: str, summary: str) -> None:
    ArticleFactory.create(organisation=world.city, title=title, summary=summary, slug="burst-pipe")


@when(parsers.parse('a visitor begins to report "{words}"'))
def begins_to_report(world: World, words: str) -> None:
    world.go(VISITOR, "/report/").get_by_label("In your own words").press_sequentially(words)


@then(parsers.parse('the visitor reads "{summary}" while typing'))
def reads_while_typing(world: World, summary: str) -> None:
    expect(world.page(VISITOR).get_by_text(summary)).to_be_visible()
    expect(world.page(VISITOR)).to_have_url(re.compile("/report/$"))


@when("the visitor says that it helped")
def says_that_it_helped(world: World) -> None:
    page = world.page(VISITOR)
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_role("heading", name="Good that this helped")).to_be_visible()


@then(parsers.parse("the answer has helped {count:d} person"))
def has_helped(count: int) -> None:
    assert ArticleAnswer.objects.filter(helped=True, in_a_report=True).count() == count


# Without a network


@given("a visitor has been on the report page before")
def has_been_here(world: World) -> None:
    world.browsers[VISITOR] = {"service_workers": "allow"}
    page = world.go(VISITOR, "/report/")
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")


@given("the visitor's network is gone")
def network_is_gone(world: World) -> None:
    world.page(VISITOR).context.set_offline(True)


@when(
    parsers.parse(
        'the visitor reports "{words}" as a "{problem}" with a photo on the page that the phone kept'
    )
)
def reports_without_a_network(world: World, words: str, problem: str) -> None:
    page = world.page(VISITOR)
    page.goto("/report/")
    expect(page.get_by_role("heading", name="Report without a network")).to_be_visible()
    page.get_by_label("What is the problem?").fill(words)
    page.get_by_label("Kind of problem").select_option(label=problem)
    page.get_by_label("describe the place").fill(CHURCH_SQUARE.address)
    photo = jpeg()
    page.get_by_label("Photos").set_input_files(
        {"name": "pipe.jpg", "mimeType": "image/jpeg", "buffer": photo.read()}
    )
    page.get_by_label("Your name").fill("Lerato Dube")
    page.get_by_label(re.compile("e-?mail", re.IGNORECASE)).fill("lerato@example.org")
    page.get_by_role("button", name="Keep it and send it").click()


@then("the visitor reads that the report is kept on the phone")
def reads_that_it_is_kept(world: World) -> None:
    expect(world.page(VISITOR).get_by_text("Kept on this phone.")).to_be_visible()


@when("the visitor's network is back")
def network_is_back(world: World) -> None:
    page = world.page(VISITOR)
    page.context.set_offline(False)
    page.locator("[data-outbox] a[href='/report/confirm/']").click()


@then("there is one ticket, with its photo")
def one_ticket_with_its_photo(world: World) -> None:
    assert (Ticket.objects.count(), world.ticket.attachments.count()) == (1, 1)


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
