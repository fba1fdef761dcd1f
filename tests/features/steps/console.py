"""What agents and admins do in the console."""

from __future__ import annotations

import re

from django.urls import reverse
from playwright.sync_api import Locator, Page, expect
from pytest_bdd import given, parsers, then, when

from common.errors import NotAllowed
from departments.enums import Priority
from tests.features.steps.reporting import belongs_to
from tests.features.world import World
from tickets.actions.assignment import override_assignment
from tickets.enums import EventKind, Status


def workspace(world: World, name: str) -> Page:
    """The ticket in the person's console; they sign in when they have not."""
    if name not in world.pages:
        world.sign_in(name)
    return world.go(name, reverse("admin:tickets_ticket_change", args=[world.ticket.pk]))


def press(page: Page, label: str) -> None:
    """A verb that needs nothing more."""
    page.get_by_role("button", name=label, exact=True).click()


def use(page: Page, slug: str, **fields: str) -> None:
    """A verb with a form: open it, fill it, send it."""
    panel = page.locator(f"#verb-{slug}")
    panel.locator("summary").click()
    for name, value in fields.items():
        field = panel.locator(f"[name={name}]")
        if field.evaluate("element => element.tagName") == "SELECT":
            label = field.locator("option", has_text=value).first.inner_text()
            field.select_option(label=label.strip())
        else:
            field.fill(value)
    panel.locator("form button").click()


def reads(page: Page | Locator, words: str) -> None:
    expect(page.get_by_text(words).first).to_be_visible()


@when(parsers.parse("{name} starts work on the ticket in the console"))
def starts(world: World, name: str) -> None:
    page = workspace(world, name)
    press(page, "Start work")
    reads(page, "Work has started.")


@when(parsers.parse('{name} resolves the ticket in the console with the note "{note}"'))
def resolves(world: World, name: str, note: str) -> None:
    page = workspace(world, name)
    use(page, "resolve", note=note)
    reads(page, "Resolved. The reporter is asked to confirm.")


@then("the ticket is resolved and waits for its reporter")
def is_resolved(world: World) -> None:
    ticket = world.ticket
    verification = ticket.verifications.get()
    assert (ticket.status, ticket.auto_close_at) == (Status.RESOLVED, verification.expires_at)


@given(parsers.parse("the ticket waits in the queue of {department}"))
def waits(world: World, department: str) -> None:
    ticket = world.ticket
    assert (ticket.department, ticket.assignee) == (world.department(department), None)
    assert ticket.queued_at is not None


@when(parsers.parse("{name} picks the ticket from the queue in the console"))
def picks(world: World, name: str) -> None:
    world.sign_in(name)
    page = world.go(name, reverse("admin:index"))
    page.get_by_role("button", name=re.compile("^(Take it|Pick)")).first.click()
    reads(page, "The ticket is yours.")


@when(parsers.parse('{admin} gives the ticket to {name} in the console because "{reason}"'))
def gives(world: World, admin: str, name: str, reason: str) -> None:
    page = workspace(world, admin)
    use(page, "override", assignee=world.people[name].full_name, reason=reason)
    reads(page, "Assigned, and kept there.")


@then("the ticket is pinned, and the reason is in the audit trail")
def is_pinned(world: World) -> None:
    ticket = world.ticket
    event = ticket.events.of_kind(EventKind.ASSIGNMENT_OVERRIDDEN).get()
    assert (ticket.is_pinned, event.actor, event.note) == (True, world.people["Johan"], "She knows this pipe")


@when(parsers.parse("{name} tries to give the ticket to {other}"))
def tries_to_give(world: World, name: str, other: str) -> None:
    """The button is not there; a request made by hand is refused as well."""
    page = workspace(world, name)
    expect(page.locator("#verb-override")).to_have_count(0)
    try:
        override_assignment(
            world.ticket, assignee=world.people[other], reason="I want to", acting_user=world.people[name]
        )
    except NotAllowed as refusal:
        world.typed["refusal"] = refusal.code


@then(parsers.parse("{name} is refused and the ticket still belongs to {same}"))
def is_refused(world: World, name: str, same: str) -> None:
    assert world.typed["refusal"] == "not_allowed"
    belongs_to(world, same)


@when(parsers.parse('{name} promotes the ticket in the console with the note "{note}"'))
def promotes(world: World, name: str, note: str) -> None:
    page = workspace(world, name)
    use(page, "promote", note=note)
    reads(page, "Moved to the next stage.")


@then(parsers.parse('the ticket is at the stage "{stage}"'))
def is_at_stage(world: World, stage: str) -> None:
    ticket = world.ticket
    assert ticket.stage is not None
    assert ticket.stage.name == stage


@when(parsers.parse('{name} transfers the ticket to {department} in the console because "{reason}"'))
def transfers(world: World, name: str, department: str, reason: str) -> None:
    page = workspace(world, name)
    use(page, "transfer", department=department, reason=reason)
    reads(page, "Transferred.")


@then("the timeline shows the transfer with its reason")
def timeline_shows_transfer(world: World) -> None:
    page = world.go("a visitor", f"/t/{world.ticket.reference}/")
    timeline = page.locator(".timeline")
    expect(timeline).to_contain_text("Handed to Roads and Stormwater")
    expect(timeline).to_contain_text("The pipe is a storm drain")


@when(parsers.parse('{name} makes the ticket urgent in the console because "{reason}"'))
def makes_urgent(world: World, name: str, reason: str) -> None:
    page = workspace(world, name)
    use(page, "prioritise", priority="urgent", reason=reason)
    reads(page, "The priority is changed.")


@then("the ticket is urgent")
def is_urgent(world: World) -> None:
    assert world.ticket.priority == Priority.URGENT


# The call centre


@when(parsers.parse("{caller} calls and {name} searches the console for her phone number"))
def searches(world: World, caller: str, name: str) -> None:
    world.sign_in(name)
    page = world.go(name, reverse("admin:index"))
    page.get_by_label("Find a ticket").fill("082 123 4501")
    page.get_by_label("Find a ticket").press("Enter")
    page.get_by_role("link", name=world.ticket.title).or_(
        page.get_by_role("link", name=world.ticket.reference)
    ).first.click()


@then(parsers.parse("{name} sees the ticket with its status and promise"))
def sees_status(world: World, name: str) -> None:
    page = world.page(name)
    expect(page).to_have_url(re.compile(str(world.ticket.pk)))
    expect(page.locator("body")).to_contain_text(world.ticket.title)
    expect(page.locator("body")).to_contain_text("Open")


@when(parsers.parse('{name} writes "{words}" to the reporter'))
def writes(world: World, name: str, words: str) -> None:
    page = workspace(world, name)
    use(page, "message", body=words)
    reads(page, "Sent.")


@when(parsers.parse('{name} logs "{title}" as a "{problem}" for a caller with the phone "{phone}"'))
def logs_for_caller(world: World, name: str, title: str, problem: str, phone: str) -> None:
    world.sign_in(name)
    page = world.go(name, reverse("admin:tickets_ticket_log"))
    page.locator("[name=phone]").fill(phone)
    page.locator("[name=category]").select_option(label=problem)
    page.locator("[name=title]").fill(title)
    page.locator("[name=address]").fill("12 Church Street")
    page.get_by_role("button", name="Log it", exact=True).click()
    expect(page.get_by_role("link", name="Open the ticket")).to_be_visible()
    expect(page.get_by_label(world.ticket.reference, exact=True)).to_be_visible()


# Accountability


@then(parsers.parse("{department} has a breach on record"))
def has_breach(world: World, department: str) -> None:
    breach = world.breach()
    assert (breach.department, breach.ticket) == (world.department(department), world.ticket)
    assert breach.breached_at.isoformat() == world.typed["due_at"]


@then(parsers.parse("the public page of the departments counts 1 missed promise for {department}"))
def public_page_counts(world: World, department: str) -> None:
    page = world.go("a visitor", "/how-we-are-doing/")
    row = page.get_by_role("row").filter(has_text=department)
    expect(row).to_contain_text(re.compile(r"\b1\b"))


@when(parsers.parse('{name} writes the remedy "{words}" in the console'))
def writes_remedy(world: World, name: str, words: str) -> None:
    breach = world.breach()
    world.sign_in(name)
    page = world.go(name, reverse("admin:accountability_breach_change", args=[breach.pk]))
    page.locator("[name=remedy_note]").fill(words)
    page.get_by_role("button", name="Put it on record", exact=True).click()
    page.get_by_text("The remedy is on record").wait_for()


@then("the breach shows the remedy and who wrote it")
def breach_shows(world: World) -> None:
    breach = world.breach()
    assert breach.remedy_note == "Second team on standby from Monday"
    assert breach.remedied_by == world.people["Johan"]


@when(parsers.parse("{name} opens the monthly report in the console"))
def opens_report(world: World, name: str) -> None:
    world.sign_in(name)
    world.go(name, reverse("admin:index"))
    world.page(name).goto("/console/reports/monthly/")


@then(
    parsers.parse(
        "the report shows {logged:d} logged, {verified:d} verified and {expired:d} expired for {department}"
    )
)
def report_shows(world: World, logged: int, verified: int, expired: int, department: str) -> None:
    page = world.page("Johan")
    heads = [head.strip() for head in page.locator("table").first.locator("thead th").all_inner_texts()]
    row = page.locator("table").first.locator("tbody tr", has_text=department).first
    cells = dict(zip(heads, [cell.strip() for cell in row.locator("th, td").all_inner_texts()], strict=True))
    shown = {key.casefold(): value for key, value in cells.items()}
    assert (shown["logged"], shown["verified"], shown["expired"]) == (
        str(logged),
        str(verified),
        str(expired),
    )
