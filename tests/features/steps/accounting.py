"""Points, corrections, appeals and the ladder."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from django.utils import timezone
from playwright.sync_api import APIResponse
from pytest_bdd import given, parsers, then, when

from accountability.actions.points import reverse_entry
from accountability.actions.recording import account_for_feed
from accountability.enums import AppealState
from accountability.models import Breach, PointsAppeal, PointsEntry
from accounts.actions.organisations import update_organisation
from accounts.enums import Role
from accounts.tests.factories import PASSWORD
from tests.features.steps.integrating import answered, ask
from tests.features.world import World
from tickets.actions.escalation import escalate_due_tickets
from tickets.actions.lifecycle import reopen_ticket
from tickets.actions.movement import transfer_ticket
from tickets.actions.verification import dispute_resolution
from tickets.enums import EventKind
from tickets.feed import stamp_positions


def settle_accounts() -> None:
    """What the worker does after each event, done now."""
    stamp_positions()
    account_for_feed()


def ledger_of(world: World, name: str) -> list[int]:
    settle_accounts()
    entries = PointsEntry.objects.filter(person=world.people[name]).order_by("created_at", "pk")
    return list(entries.values_list("points", flat=True))


def penalty_of(world: World, name: str) -> PointsEntry:
    settle_accounts()
    return PointsEntry.objects.get(person=world.people[name], points__lt=0, reverses=None)


@given(parsers.parse("{name} is the organisation admin"))
def an_organisation_admin(world: World, name: str) -> None:
    world.staff(name, Role.ORGANISATION_ADMIN)


@given(parsers.parse("{name} has switched accountability off"))
def switches_off(world: World, name: str) -> None:
    update_organisation(world.city, acting_user=world.people[name], accountability_enabled=False)


@given(parsers.parse('{name} has disputed the fix because "{reason}"'))
def has_disputed(world: World, name: str, reason: str) -> None:
    dispute_resolution(world.ticket, reason=reason, acting_user=world.people[name])


@given(parsers.parse('{name} has reopened the ticket because "{reason}"'))
def has_reopened(world: World, name: str, reason: str) -> None:
    reopen_ticket(world.ticket, reason=reason, acting_user=world.people[name])


# The ladder


@when(parsers.re(r"the ticket has been late for (?P<hours>\d+) hours?"))
def has_been_late(world: World, hours: str) -> None:
    due_at = world.ticket.due_at
    assert due_at is not None
    with time_machine.travel(due_at + timedelta(hours=int(hours), minutes=1), tick=False):
        escalate_due_tickets(acting_user=None)


def steps_taken(world: World) -> list[str]:
    events = world.ticket.events.of_kind(EventKind.ESCALATED).order_by("pk")
    return [event.data["audience"] for event in events]


@then(parsers.parse("the ladder was climbed once, by {first}, {second} and {third}"))
def ladder_was_climbed(world: World, first: str, second: str, third: str) -> None:
    assert (steps_taken(world), world.ticket.escalation_level) == ([first, second, third], 3)


@then("nobody was sent up the ladder")
def nobody_was_escalated(world: World) -> None:
    assert (steps_taken(world), world.ticket.escalation_level) == ([], 0)


# Points


@then(
    parsers.re(
        r"(?P<name>\w+) and (?P<department>.+) have (?P<points>-?\d+) points each by the rule "
        r'"(?P<rule>\w+)"'
    )
)
def have_points(world: World, name: str, department: str, points: str, rule: str) -> None:
    settle_accounts()
    entries = PointsEntry.objects.filter(rule__code=rule)
    given_to = {(entry.department, entry.person): entry.points for entry in entries}
    team = world.department(department)
    assert given_to == {(team, world.people[name]): int(points), (team, None): int(points)}


@when(parsers.parse("{name} hands the ticket to {department} with {share:d} % of its time used up"))
def hands_over_late(world: World, name: str, department: str, share: int) -> None:
    ticket = world.ticket
    assert ticket.due_at is not None
    used = (ticket.due_at - ticket.created_at) * share / 100
    with time_machine.travel(ticket.created_at + used, tick=False):
        other = world.department(department)
        transfer_ticket(ticket, department=other, reason="A storm drain", acting_user=world.people[name])


@given(parsers.parse("{name} has reported {count:d} more like it"))
def has_reported_more(world: World, name: str, count: int) -> None:
    for number in range(count):
        world.log(name, f"{world.ticket.title}, house {number + 2}")


@then(parsers.parse("anybody reads that {department} is number {rank:d} with {points:d} points"))
def departments_are_shown(world: World, department: str, rank: int, points: int) -> None:
    settle_accounts()
    shown = answered(ask(world, "GET", f"leaderboards/?organisation={world.city.slug}"), 200)
    (line,) = [row for row in shown["standings"] if row["name"] == department]
    assert (line["rank"], line["points"]) == (rank, points)


@then(parsers.parse("{reader} reads that {name} is number {rank:d} of {department} with {points:d} points"))
def people_are_shown(world: World, reader: str, name: str, rank: int, department: str, points: int) -> None:
    (line,) = answered(board_of(world, reader, department), 200)["standings"]
    assert (line["name"], line["rank"], line["points"]) == (world.people[name].full_name, rank, points)


@then(parsers.parse("{reader} may not read who has how many points at {department}"))
def people_are_not_shown(world: World, reader: str, department: str) -> None:
    assert answered(board_of(world, reader, department), 403)["code"] == "not_allowed"


def board_of(world: World, reader: str, department: str) -> APIResponse:
    code = world.department(department).code
    asked = f"leaderboards/?kind=people&department={code}"
    return ask(world, "GET", asked, credential=token_of(world, reader))


@then("nobody has any points")
def nobody_has_points() -> None:
    settle_accounts()
    assert PointsEntry.objects.count() == 0


@when(parsers.parse('{admin} reverses the penalty of {name} because "{reason}"'))
def reverses(world: World, admin: str, name: str, reason: str) -> None:
    reverse_entry(penalty_of(world, name), reason=reason, acting_user=world.people[admin])


@then(parsers.parse("the ledger of {name} reads {points}"))
def ledger_reads(world: World, name: str, points: str) -> None:
    assert ledger_of(world, name) == [int(one) for one in points.split(", ")]


# Appeals


def token_of(world: World, name: str) -> str:
    credentials = {"email": world.address_of(name), "password": PASSWORD}
    return f"Bearer {answered(ask(world, 'POST', 'auth/token/', credentials), 200)['access']}"


@when(parsers.parse('{name} appeals against the penalty because "{reason}"'))
def appeals(world: World, name: str, reason: str) -> None:
    settle_accounts()
    token = token_of(world, name)
    listed = answered(ask(world, "GET", "points/?is_departments=false", credential=token), 200)
    (mine,) = [row for row in listed["results"] if row["points"] < 0]
    body = {"entry": mine["id"], "reason": reason}
    made = answered(ask(world, "POST", "appeals/", body, credential=token), 201)
    assert (made["state"], made["points"]) == ("open", -10)


def decide(world: World, name: str, decision: str, reason: str) -> APIResponse:
    token = token_of(world, name)
    (made,) = answered(ask(world, "GET", "appeals/", credential=token), 200)["results"]
    body = {"decision": decision, "reason": reason}
    return ask(world, "POST", f"appeals/{made['id']}/decide/", body, credential=token)


@when(parsers.re(r'(?P<name>\w+) (?P<verb>grants|refuses) the appeal because "(?P<reason>.+)"'))
def decides(world: World, name: str, verb: str, reason: str) -> None:
    decision, state = {"grants": ("grant", "granted"), "refuses": ("refuse", "refused")}[verb]
    assert answered(decide(world, name, decision, reason), 200)["state"] == state


@then(parsers.parse("{name} may not decide the appeal, which stays open"))
def may_not_decide(world: World, name: str) -> None:
    assert answered(decide(world, name, "grant", "Mine"), 403)["code"] == "not_allowed"
    assert PointsAppeal.objects.get().state == AppealState.OPEN


@then("nothing is on record: no breach, no points and no step of the ladder")
def nothing_is_on_record(world: World) -> None:
    settle_accounts()
    assert (Breach.objects.count(), PointsEntry.objects.count(), steps_taken(world)) == (0, 0, [])
    assert world.ticket.expired_at is not None
    assert world.ticket.expired_at < timezone.now() + timedelta(days=2)
