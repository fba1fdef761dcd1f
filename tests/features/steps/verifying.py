"""Confirming and disputing a fix."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import time_machine
import zxingcpp
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect
from pytest_bdd import given, parsers, then, when

from tests.features.steps.reporting import SCREENS
from tests.features.world import VISITOR, World
from tickets.actions.expiry import expire_due_tickets
from tickets.actions.lifecycle import resolve_ticket, start_work
from tickets.actions.sweeps import close_unanswered_tickets, drain_all_queues, remind_of_proofs
from tickets.actions.verification import verify_resolution
from tickets.enums import Answerer, ClockState, Outcome, Promise, Proof, Status
from tickets.verification import code_for


@given(parsers.parse("{name} has started work on the ticket"))
def has_started(world: World, name: str) -> None:
    start_work(world.ticket, acting_user=world.people[name])


@given(parsers.parse('{name} has resolved the ticket with the note "{note}"'))
def has_resolved(world: World, name: str, note: str) -> None:
    resolve_ticket(world.ticket, note=note, acting_user=world.people[name])


@given(parsers.parse("{name} has confirmed the fix"))
def has_confirmed(world: World, name: str) -> None:
    code = code_for(world.ticket.verifications.get())
    verify_resolution(world.ticket, code=code, acting_user=world.people[name])


@when(parsers.parse("{name} opens the link in the SMS"))
def opens_the_link(world: World, name: str) -> None:
    world.go(name, world.link_in_sms(name))


@when(parsers.parse("{name} types the code from the SMS and confirms"))
def confirms(world: World, name: str) -> None:
    page = world.page(name)
    page.get_by_label("Your code").fill(world.code_in_sms(name))
    page.get_by_role("button", name="Yes, it is fixed").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")


@then("the ticket is closed as verified")
def is_verified(world: World) -> None:
    assert (world.ticket.status, world.ticket.outcome) == (Status.CLOSED, Outcome.VERIFIED)


@then("the public page says that the fix was confirmed")
def public_page_says(world: World) -> None:
    page = world.go(VISITOR, f"/t/{world.ticket.reference}/")
    expect(page.locator(".timeline")).to_contain_text("The fix was confirmed")


@when(parsers.parse("{name} types a wrong code and confirms"))
def types_wrong_code(world: World, name: str) -> None:
    right = code_for(world.ticket.verifications.get())
    wrong = f"{(int(right) + 1) % 10**6:06}"
    page = world.page(name)
    page.get_by_label("Your code").fill(wrong)
    page.get_by_role("button", name="Yes, it is fixed").click()


@then(parsers.parse("{name} reads that the code is not right and that {left} tries are left"))
def reads_wrong_code(world: World, name: str, left: str) -> None:
    expect(world.page(name).locator(".field-error").first).to_contain_text(
        f"This code is not right. Tries left: {left}."
    )


@then("the ticket is still resolved")
def is_still_resolved(world: World) -> None:
    assert (world.ticket.status, world.ticket.version) == (Status.RESOLVED, _version_when_resolved(world))


def _version_when_resolved(world: World) -> int:
    return int(world.ticket.events.order_by("-pk")[:1].get().ticket_version)


@when(parsers.parse('{name} types the code from the SMS and says that it is not fixed because "{reason}"'))
def disputes(world: World, name: str, reason: str) -> None:
    page = world.page(name)
    page.get_by_label("Your code").fill(world.code_in_sms(name))
    page.get_by_role("button", name="No, it is not fixed").click()
    page.get_by_label("What is still wrong?").fill(reason)
    page.get_by_role("button", name="Send: it is not fixed").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")


@then("the ticket is in progress again and its clock goes on")
def is_in_progress_again(world: World) -> None:
    ticket = world.ticket
    clock = ticket.clocks.get(promise=Promise.RESOLVE)
    assert (ticket.status, ticket.reopened_count) == (Status.IN_PROGRESS, 1)
    assert (clock.state, clock.due_at) == (ClockState.RUNNING, ticket.due_at)


def sweep() -> None:
    """What beat starts every minute."""
    expire_due_tickets(acting_user=None)
    close_unanswered_tickets(acting_user=None)
    drain_all_queues(acting_user=None)


@when("seven days pass and the sweeps run")
def seven_days_pass() -> None:
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1), tick=False):
        sweep()


@when("three days pass and it is asked again")
def three_days_pass() -> None:
    with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1), tick=False):
        remind_of_proofs(acting_user=None)


@when(parsers.parse('{name} confirms on the ticket\'s page and rates it "{word}"'))
def confirms_and_rates(world: World, name: str, word: str) -> None:
    page = world.go(name, f"/t/{world.ticket.reference}/")
    page.get_by_role("button", name="Yes, it is fixed").click()
    page.get_by_text(word, exact=True).click()
    page.get_by_role("main").get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="You rated this fix")).to_be_visible()


@then(parsers.parse("it is rated {rating:d} by a supporter"))
def is_rated(world: World, rating: int) -> None:
    answer = world.ticket.verifications.get()
    assert (answer.rating, answer.answered_as) == (rating, Answerer.SUPPORTER)


@when(parsers.parse("{agent} shows the QR code and types the code that {name} reads out"))
def reads_out(world: World, agent: str, name: str) -> None:
    world.sign_in(agent)
    page = world.go(agent, reverse("admin:tickets_ticket_spot", args=[world.ticket.pk]))
    expect(page.locator(".c-qr svg")).to_be_visible()
    page.get_by_label("The code that the resident reads out").fill(world.code_in_sms(name))
    page.get_by_role("button", name="Confirm with this code").click()
    expect(page.get_by_text("Confirmed. Thank you!")).to_be_visible()


@given(parsers.parse("{name} looks at her phone"))
def looks_at_her_phone(world: World, name: str) -> None:
    world.browsers[name] = {"viewport": SCREENS["phone"]}


@when(parsers.parse("{agent} shows the QR code and {name} scans it"))
def scans(world: World, agent: str, name: str) -> None:
    """The picture as the agent's screen shows it, read by a decoder that knows nothing of how it was made."""
    world.sign_in(agent)
    shown = world.go(agent, reverse("admin:tickets_ticket_spot", args=[world.ticket.pk])).locator(".c-qr")
    found = zxingcpp.read_barcode(Image.open(BytesIO(shown.screenshot())))
    assert found is not None, "There is no code in the picture."
    assert found.text.startswith(f"{world.base_url}/q/")
    world.go(name, found.text.removeprefix(world.base_url))


@when(parsers.parse('{name} presses the big button "{button}" and rates it "{word}"'))
def presses_and_rates(world: World, name: str, button: str, word: str) -> None:
    page = world.page(name)
    # No code is asked for: two buttons, and nothing else to fill in.
    expect(page.get_by_label("Your code")).to_have_count(0)
    assert page.get_by_role("main").locator("button.button-big").all_inner_texts() == [
        "Yes, it is fixed",
        "No, it is not fixed",
    ]
    page.get_by_role("button", name=button).click()
    page.get_by_text(word, exact=True).click()
    page.get_by_role("main").get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="You rated this fix")).to_be_visible()


@then(parsers.parse("{agent} was with her when she said it"))
def was_there(world: World, agent: str) -> None:
    answer = world.ticket.verifications.get()
    assert (answer.proof, answer.witness) == (Proof.ON_THE_SPOT, world.people[agent])
    assert (answer.answered_as, answer.rating) == (Answerer.REPORTER, 5)


@then(parsers.parse("{agent} is the witness"))
def is_the_witness(world: World, agent: str) -> None:
    answer = world.ticket.verifications.get()
    assert (answer.witness, answer.proof) == (world.people[agent], Proof.READ_OUT)


@then("the ticket is closed as unverified")
def is_unverified(world: World) -> None:
    assert (world.ticket.status, world.ticket.outcome) == (Status.CLOSED, Outcome.UNVERIFIED)


@when("the promised time passes and the sweeps run")
@given("the promised time has passed and the sweeps have run")
def promised_time_passes(world: World) -> None:
    due_at = world.ticket.due_at
    assert due_at is not None
    world.typed["due_at"] = due_at.isoformat()
    with time_machine.travel(due_at + timedelta(minutes=5), tick=False):
        sweep()


@then("the ticket is open, flagged as expired at the promised time")
def is_expired(world: World) -> None:
    ticket = world.ticket
    assert ticket.expired_at is not None
    assert (ticket.status, ticket.expired_at.isoformat()) == (Status.OPEN, world.typed["due_at"])
