"""How work is given out, waits, and moves."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import time_machine
from django.urls import reverse
from django.utils import timezone
from pytest_bdd import given, parsers, then, when

from accounts.enums import Role
from accounts.models import Membership
from accounts.tests.factories import PASSWORD
from departments.enums import AssignmentStrategy, Priority
from departments.models import Department, DepartmentMember
from departments.tests.factories import CategoryFactory, RegionFactory
from tests.features.steps.console import press, reads, workspace
from tests.features.steps.integrating import answered, ask
from tests.features.world import World
from tickets.actions.movement import change_priority
from tickets.actions.sweeps import drain_all_queues, overflow_waiting_tickets
from tickets.models import Ticket

LIMIT = timedelta(hours=2)
# How long the worker may take.
PATIENCE = 15


def called(title: str) -> Ticket:
    found: Ticket = Ticket.objects.get(title=title)
    return found


def soon(look: Callable[[], Any], wanted: Any) -> None:
    """The worker gives out what waits after whatever woke it."""
    deadline = time.monotonic() + PATIENCE
    while look() != wanted and time.monotonic() < deadline:
        time.sleep(0.1)
    assert look() == wanted


def token(world: World, name: str) -> str:
    credentials = {"email": world.address_of(name), "password": PASSWORD}
    return f"Bearer {answered(ask(world, 'POST', 'auth/token/', credentials), 200)['access']}"


def set_strategy(world: World, department: str, strategy: AssignmentStrategy) -> None:
    Department.objects.filter(pk=world.department(department).pk).update(strategy=strategy)


# Who there is


@given(parsers.parse("{name} is free at {department} but takes only blocked drains"))
def knows_one_thing(world: World, name: str, department: str) -> None:
    world.staff(name, Role.AGENT, department)
    drains = CategoryFactory.create(department=world.department(department), name="Blocked drain")
    world.member(name).skills.add(drains)


@given(parsers.parse("{name} is free at {department} but works only in region {number:d}"))
def works_in_one_region(world: World, name: str, department: str, number: int) -> None:
    world.staff(name, Role.AGENT, department)
    world.member(name).regions.add(RegionFactory.create(organisation=world.city, number=number))


@given(parsers.parse("{name} holds {held:d} of the {capacity:d} tickets that fit at {department}"))
def holds_some(world: World, name: str, held: int, capacity: int, department: str) -> None:
    world.staff(name, Role.AGENT, department, capacity=capacity, open_tickets=held)


@given(parsers.parse("{name} is the organisation admin"))
def an_organisation_admin(world: World, name: str) -> None:
    world.staff(name, Role.ORGANISATION_ADMIN)


@given(parsers.parse("{name} had a ticket last"))
def had_one_last(world: World, name: str) -> None:
    DepartmentMember.objects.filter(pk=world.member(name).pk).update(last_assigned_at=timezone.now())


# How a department gives out work


@given(parsers.parse("{department} gives out work in turn"))
def gives_in_turn(world: World, department: str) -> None:
    set_strategy(world, department, AssignmentStrategy.ROUND_ROBIN)


@given(parsers.parse("people pick their work at {department}"))
def people_pick(world: World, department: str) -> None:
    set_strategy(world, department, AssignmentStrategy.MANUAL)


@given(
    parsers.re(
        r"tickets wait at (?P<department>[\w ]+) for two hours at most"
        r"(, and then go to (?P<overflow>[\w ]+))?"
    )
)
def may_wait_two_hours(world: World, department: str, overflow: str | None) -> None:
    row = world.department(department)
    row.queue_limit_seconds = int(LIMIT.total_seconds())
    row.overflow_department = world.department(overflow) if overflow else None
    row.save(update_fields=["queue_limit_seconds", "overflow_department"])


@when(parsers.parse("{name} reports {count:d} tickets one after the other"))
def reports_some(world: World, name: str, count: int) -> None:
    for number in range(count):
        world.log(name, f"Burst pipe {number + 1}")


@given(parsers.parse('"{title}" is urgent'))
def is_urgent(title: str) -> None:
    change_priority(called(title), priority=Priority.URGENT, reason="People are ill.", acting_user=None)


# Presence


@when(parsers.parse("{name} says in the console that he is there"))
def says_there(world: World, name: str) -> None:
    world.sign_in(name)
    page = world.go(name, reverse("admin:index"))
    press(page, "Away")
    reads(page, "new tickets come in.")


@given(parsers.parse("{admin} has written that {name}'s shift begins in two hours"))
def writes_shift(world: World, admin: str, name: str) -> None:
    zone = world.member(name).department.calendar.time_zone
    start = timezone.now().astimezone(ZoneInfo(zone)) + LIMIT
    week = {
        "weekday": start.strftime("%A").lower(),
        "starts_at": start.strftime("%H:%M"),
        "ends_at": (start + LIMIT).strftime("%H:%M"),
    }
    path = f"agents/{world.people[name].pk}/shifts/"
    answered(ask(world, "PUT", path, {"shifts": [week]}, credential=token(world, admin)), 200)


@when(parsers.parse("{name} takes leave from today on"))
def takes_leave(world: World, name: str) -> None:
    # A day more on both sides: where the city is, it may be another day already.
    today = timezone.now().date()
    days = {
        "starts_on": (today - timedelta(days=1)).isoformat(),
        "ends_on": (today + timedelta(days=9)).isoformat(),
    }
    path = f"agents/{world.people[name].pk}/leave/"
    answered(ask(world, "POST", path, days, credential=token(world, name)), 201)


@when("two hours pass and the sweeps give out work")
def two_hours_pass() -> None:
    with time_machine.travel(timezone.now() + LIMIT, tick=False):
        drain_all_queues(acting_user=None)
        overflow_waiting_tickets(acting_user=None)


# The queue


@when(parsers.parse("{name} looks at the queue in the console"))
def looks_at_queue(world: World, name: str) -> None:
    world.sign_in(name)
    world.go(name, reverse("admin:index"))


@when(parsers.parse("{name} picks what she still sees in the queue"))
def picks_too_late(world: World, name: str) -> None:
    world.page(name).get_by_role("button", name=f"Pick {world.ticket.reference}").click()


@then(parsers.parse('{name} reads "{words}"'))
def reads_words(world: World, name: str, words: str) -> None:
    reads(world.page(name), words)


# Decisions of people


@when(parsers.parse("{admin} asks over the API that {name} gets the ticket, without a reason"))
def overrides_without_reason(world: World, admin: str, name: str) -> None:
    version = world.ticket.version
    body = {"assignee": world.address_of(name)}
    path = f"tickets/{world.ticket.reference}/assign/"
    problem = answered(ask(world, "POST", path, body, credential=token(world, admin)), 400)
    world.typed["wrong"] = ",".join(sorted(problem["errors"]))
    assert world.ticket.version == version


@then(parsers.parse("that is refused and the ticket still belongs to {name}"))
def override_is_refused(world: World, name: str) -> None:
    assert world.typed["wrong"] == "reason"
    assert world.ticket.assignee == world.people[name]


@then(parsers.parse("{name} holds {held:d} tickets where {capacity:d} fit"))
def holds_more(world: World, name: str, held: int, capacity: int) -> None:
    member = world.member(name)
    assert (member.open_tickets, member.capacity) == (held, capacity)


@when(parsers.parse("{name} unpins the ticket in the console"))
def unpins(world: World, name: str) -> None:
    page = workspace(world, name)
    press(page, "Unpin")
    reads(page, "Not pinned any more.")


@then(parsers.parse("the ticket is not pinned and still belongs to {name}"))
def is_not_pinned(world: World, name: str) -> None:
    ticket = world.ticket
    assert (ticket.is_pinned, ticket.assignee) == (False, world.people[name])


@when(parsers.parse("{admin} ends {name}'s work for the city in the console"))
def ends_work(world: World, admin: str, name: str) -> None:
    membership = Membership.objects.get(user=world.people[name])
    world.sign_in(admin)
    page = world.go(admin, reverse("admin:accounts_membership_change", args=[membership.pk]))
    page.locator("[name=is_active]").uncheck()
    press(page, "Save")
    page.wait_for_url(lambda url: str(membership.pk) not in url)


@when(parsers.parse('{admin} hands on what {name} has to {colleague} in the console because "{reason}"'))
def hands_on(world: World, admin: str, name: str, colleague: str, reason: str) -> None:
    world.sign_in(admin)
    member = world.member(name)
    page = world.go(admin, reverse("admin:departments_departmentmember_change", args=[member.pk]))
    page.get_by_role("link", name="Hand on their tickets…").click()
    reads(page, world.ticket.reference)
    choice = page.locator("[name=to] option", has_text=world.people[colleague].full_name).inner_text()
    page.locator("[name=to]").select_option(label=choice.strip())
    page.locator("[name=reason]").fill(reason)
    press(page, "Hand them on")
    reads(page, "1 ticket handed on.")


@then(parsers.parse("the ticket's story in {name}'s console says \"{words}\""))
def story_says(world: World, name: str, words: str) -> None:
    reads(workspace(world, name).locator(".c-story"), words)


# Moving


@when("the ticket is sent to Bongani, to Sipho, to Bongani and to Sipho over the API")
def sent_to_and_fro(world: World) -> None:
    tokens = {name: token(world, name) for name in ("Sipho", "Bongani")}
    path = f"tickets/{world.ticket.reference}/transfer/"
    for holder, department in (("Sipho", "roads"), ("Bongani", "water")) * 2:
        body = {"department": department, "reason": "It is theirs."}
        answered(ask(world, "POST", path, body, credential=tokens[holder]), 200)


# What became of it


@then(parsers.parse("the tickets went to {first}, {second} and {third}"))
def went_to(world: World, first: str, second: str, third: str) -> None:
    tickets = Ticket.objects.select_related("assignee").order_by("title")
    wanted = [world.people[name] for name in (first, second, third)]
    assert [ticket.assignee for ticket in tickets] == wanted


@then(parsers.re(r"the ticket soon belongs to (?P<name>\w+)"))
def soon_belongs_to(world: World, name: str) -> None:
    soon(lambda: world.ticket.assignee, world.people[name])


@then(parsers.re(r'the ticket "(?P<title>[^"]+)" soon belongs to (?P<name>\w+)'))
def called_soon_belongs_to(world: World, title: str, name: str) -> None:
    soon(lambda: called(title).assignee, world.people[name])


@then(parsers.parse('the ticket "{title}" waits in the queue'))
def called_waits(title: str) -> None:
    ticket = called(title)
    assert (ticket.assignee, ticket.queued_at is not None) == (None, True)


@then("the ticket waits for somebody")
def ticket_waits(world: World) -> None:
    called_waits(world.ticket.title)


@then(parsers.parse('the public timeline says "{words}"'))
def public_timeline_says(world: World, words: str) -> None:
    page = world.go("a visitor", f"/t/{world.ticket.reference}/")
    reads(page.locator(".timeline"), words)


@then(parsers.parse("the ticket has come back {count:d} times"))
def has_come_back(world: World, count: int) -> None:
    assert world.ticket.bounce_count == count
