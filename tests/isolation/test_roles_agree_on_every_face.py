"""Role × verb × situation: predicate, queryset, API, resident page and console say the same.

What is expected follows from `accounts/roles.py` and `tickets/workflow.py`; IMPORTANT says some of it again
in words, so that a wrong table is noticed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from accounts.enums import Role
from accounts.models import Organisation
from tests.isolation.cells import (
    ANONYMOUS,
    CELLS,
    FOREIGN,
    OPERATOR,
    OTHER,
    OUTSIDE,
    OWN,
    SAME,
    Expected,
    person_in,
)
from tickets.admin.verbs import CONSOLE_VERBS
from tickets.enums import Status
from tickets.models import Ticket
from tickets.permissions import can_use, can_view_as_staff, can_view_ticket
from tickets.tests.api import api_client, path_of
from tickets.tests.cast import Scene, another_of, set_scene, ticket_in
from tickets.tests.proof import everything_about
from tickets.verification import code_for
from tickets.workflow import OF_A_PHOTO, WORKFLOW, Verb

pytestmark = pytest.mark.django_db

WORK = {Verb.START, Verb.RESPOND, Verb.RESOLVE, Verb.COMPLETE, Verb.REJECT, Verb.REOPEN, Verb.PICK, Verb.EDIT}
WORK |= {Verb.PLAN}
MOVE = {Verb.TRANSFER, Verb.PROMOTE, Verb.PRIORITISE, Verb.ROUTE, Verb.MERGE, Verb.UNMERGE}
TALK = {Verb.MESSAGE, Verb.NOTE, Verb.NOTIFY, Verb.PUBLISH_PHOTO, Verb.HIDE_PHOTO}
REPORTER = {Verb.REPLY, Verb.VERIFY, Verb.ASK_CALL, Verb.DISPUTE, Verb.MESSAGE, Verb.WITHDRAW}
AGENT = WORK | MOVE | TALK
ADMIN = AGENT | {Verb.OVERRIDE, Verb.UNPIN, Verb.WITHDRAW}
# What is possible with an open ticket that is not public, role by role, besides supporting and following.
IMPORTANT: dict[tuple[str, str], set[Verb]] = {
    (Role.RESIDENT, OWN): REPORTER,
    (Role.RESIDENT, SAME): set(),
    (Role.AGENT, OWN): REPORTER,
    (Role.AGENT, SAME): AGENT,
    (Role.AGENT, OTHER): set(),
    (Role.AGENT, FOREIGN): set(),
    (Role.CALL_CENTRE, OTHER): MOVE | TALK,
    (Role.CALL_CENTRE, FOREIGN): set(),
    (Role.DEPARTMENT_ADMIN, SAME): ADMIN,
    (Role.DEPARTMENT_ADMIN, OTHER): set(),
    (Role.DEPARTMENT_ADMIN, FOREIGN): set(),
    (Role.ORGANISATION_ADMIN, SAME): ADMIN,
    (Role.ORGANISATION_ADMIN, OTHER): ADMIN,
    (Role.ORGANISATION_ADMIN, FOREIGN): set(),
    (Role.AUDITOR, SAME): set(),
    (Role.AUDITOR, OWN): REPORTER,
    (Role.AUDITOR, FOREIGN): set(),
    (OPERATOR, OUTSIDE): ADMIN,
    (ANONYMOUS, OUTSIDE): set(),
}
SEE_IT = {cell for cell, verbs in IMPORTANT.items() if verbs} | {(Role.AUDITOR, SAME)}


@dataclass
class Stage:
    """The scene, with a ticket in each status that the public may see, and one that it may not."""

    scene: Scene
    tickets: dict[bool, dict[Status, Ticket]]


@pytest.fixture(scope="module")
def kept_stage(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Stage]:
    """Made once; the tests undo what they do to it."""
    with django_db_blocker.unblock(), transaction.atomic():
        scene = set_scene()
        yield Stage(scene, {is_public: tickets_of(scene, is_public=is_public) for is_public in (False, True)})
        transaction.set_rollback(True)


@pytest.fixture
def stage(kept_stage: Stage) -> Iterator[Stage]:
    with transaction.atomic():
        yield kept_stage
        transaction.set_rollback(True)


def status_for(verb: Verb) -> Status:
    return next(status for status in Status if status in WORKFLOW[verb].sources)


def tickets_of(scene: Scene, *, is_public: bool) -> dict[Status, Ticket]:
    return {status: ticket_in(status, scene, is_public=is_public) for status in Status}


def walk(stage: Stage, role: str, situation: str) -> Iterator[tuple[Expected, dict[Status, Ticket]]]:
    for is_public, tickets in stage.tickets.items():
        # Read anew: what one test read of a row must not be seen by the next.
        fresh = Ticket.objects.in_bulk([ticket.pk for ticket in tickets.values()])
        yield (
            Expected(role, situation, is_public),
            {status: fresh[ticket.pk] for status, ticket in tickets.items()},
        )


@pytest.mark.parametrize(("role", "situation"), list(IMPORTANT))
def test_the_tables_say_what_the_product_says(role: str, situation: str) -> None:
    expected = Expected(role, situation, is_public=False)
    verbs = {verb for verb in Verb if expected.may(verb, Status.OPEN)}
    assert verbs - {Verb.SUPPORT, Verb.FOLLOW} == IMPORTANT[role, situation]
    assert expected.sees == ((role, situation) in SEE_IT)


@pytest.mark.parametrize(("role", "situation"), CELLS)
def test_predicates_and_querysets_are_what_the_tables_say(role: str, situation: str, stage: Stage) -> None:
    user = person_in(role, situation, stage.scene)
    for expected, tickets in walk(stage, role, situation):
        for status, ticket in tickets.items():
            rows = Ticket.objects.visible_to(user), Ticket.objects.visible_to_staff(user)
            listed = tuple(ticket in found for found in rows)
            assert listed == (expected.sees, expected.sees_as_staff)
            assert (can_view_ticket(user, ticket), can_view_as_staff(user, ticket)) == listed
            allowed = {verb for verb in Verb if can_use(user, verb, ticket)}
            assert allowed == {verb for verb in Verb if expected.may(verb, status)}


# The API

Sent = tuple[str, str, dict[str, Any]]


def sent(verb: Verb, ticket: Ticket, scene: Scene) -> Sent | None:
    """Method, address and body of a verb; None for what only the system does."""
    simple: dict[Verb, tuple[str, dict[str, Any]]] = {
        Verb.START: ("start", {}),
        Verb.RESPOND: ("respond", {"message": "Where?"}),
        Verb.REPLY: ("messages", {"body": "At the gate."}),
        Verb.RESOLVE: ("resolve", {"note": "Done."}),
        Verb.DISPUTE: ("verification/dispute", {"reason": "No."}),
        Verb.COMPLETE: ("complete", {}),
        Verb.REJECT: ("reject", {"reason": "Not ours."}),
        Verb.REOPEN: ("reopen", {"reason": "Again."}),
        Verb.PICK: ("pick", {}),
        Verb.OVERRIDE: ("assign", {"assignee": str(scene.cast.own_agent.pk), "reason": "Knows it."}),
        Verb.UNPIN: ("unpin", {}),
        Verb.TRANSFER: ("transfer", {"department": scene.other_department.code, "reason": "Theirs."}),
        Verb.PROMOTE: ("promote", {"note": "Inspected."}),
        Verb.PRIORITISE: ("priority", {"priority": "urgent", "reason": "School."}),
        Verb.PLAN: ("project", {"project": str(scene.project.pk)}),
        Verb.ROUTE: ("route", {"category": scene.other_category.code}),
        Verb.MESSAGE: ("messages", {"body": "Any news?"}),
        Verb.NOTE: ("notes", {"body": "Called."}),
        Verb.MERGE: ("merge", {"into": str(another_of(ticket, scene).pk)}),
        Verb.UNMERGE: ("merge/undo", {}),
        Verb.ASK_CALL: ("callbacks", {"phone": "082 123 4567"}),
        Verb.NOTIFY: ("notify", {"people": [str(scene.cast.own_agent.pk)], "note": "Yours?"}),
    }
    if verb in OF_A_PHOTO:
        name = "publish" if verb is Verb.PUBLISH_PHOTO else "hide"
        return "post", path_of(ticket, f"attachments/{ticket.attachments.get().pk}/{name}"), {}
    if verb in simple:
        name, body = simple[verb]
        return "post", path_of(ticket, name), body
    if verb is Verb.VERIFY:
        return "post", path_of(ticket, "verification"), {"code": code_for(ticket.verifications.get())}
    others: dict[Verb, Sent] = {
        Verb.EDIT: ("patch", path_of(ticket), {"title": "Burst main"}),
        Verb.WITHDRAW: ("delete", path_of(ticket), {}),
        Verb.SUPPORT: ("put", path_of(ticket, "support"), {}),
        Verb.FOLLOW: ("put", path_of(ticket, "follow"), {}),
    }
    return others.get(verb)


def refused_otherwise(verb: Verb, expected: Expected) -> bool:
    """The verb is theirs, and yet something else forbids it here."""
    # One does not support what one reported; the ticket is in the agent's hands already, and no duplicate.
    return verb in {Verb.PICK, Verb.UNMERGE} or (verb is Verb.SUPPORT and expected.situation == OWN)


@pytest.mark.parametrize(("role", "situation"), CELLS)
def test_the_api_answers_what_the_tables_say(role: str, situation: str, stage: Stage) -> None:
    user = person_in(role, situation, stage.scene)
    client = api_client(user if user.is_authenticated else None)
    for expected, tickets in walk(stage, role, situation):
        for verb in Verb:
            ticket = tickets[status_for(verb)]
            request = sent(verb, ticket, stage.scene)
            if request is None:
                continue
            with transaction.atomic():
                # Else nobody may complete anything.
                if verb is Verb.COMPLETE:
                    Organisation.objects.update(verification_required=False)
                if verb is Verb.UNPIN:
                    Ticket.objects.filter(pk=ticket.pk).update(is_pinned=True)
                before = everything_about(ticket)
                method, address, body = request
                answer = getattr(client, method)(address, body).status_code
                assert is_right(answer, verb, expected), (verb, expected, answer)
                assert answer < 300 or everything_about(ticket) == before
                transaction.set_rollback(True)


def is_right(answer: int, verb: Verb, expected: Expected) -> bool:
    status = status_for(verb)
    # The same address takes the reporter's reply and a message to the reporter.
    as_message = verb is Verb.REPLY and expected.may(Verb.MESSAGE, status)
    # Whoever works on it may type the code that the reporter reads out, as its witness.
    as_witness = verb is Verb.VERIFY and expected.may(Verb.RESOLVE, status_for(Verb.RESOLVE))
    if expected.may(verb, status) or as_message or as_witness:
        return answer in {400, 409} if refused_otherwise(verb, expected) else answer < 300
    if not expected.sees:
        return answer in {401, 404}
    # A code may be typed by visitors, where the reporter has no account.
    refusals = {401, 403} if verb in {Verb.VERIFY, Verb.DISPUTE} else {401}
    return answer in (refusals if expected.role == ANONYMOUS else {403})


# The residents' page


@pytest.mark.parametrize(("role", "situation"), CELLS)
def test_the_residents_page_offers_and_takes_what_the_tables_say(
    role: str, situation: str, stage: Stage
) -> None:
    user = person_in(role, situation, stage.scene)
    client = browser_of(user)
    host = stage.scene.organisation
    type(host).objects.filter(pk=host.pk).update(domain="testserver")
    for expected, tickets in walk(stage, role, situation):
        for status, ticket in tickets.items():
            page = client.get(reverse("tickets:ticket", args=[ticket.reference]))
            assert page.status_code == (200 if expected.sees else 404)
            verb = Verb.REPLY if status == Status.RESPONDED else Verb.MESSAGE
            possible = status in WORKFLOW[verb].sources
            may_write = possible and (expected.may(verb, status) or expected.may(Verb.MESSAGE, status))
            # A word of the reporter after the end goes on in a new ticket.
            may_write = may_write or (status == Status.CLOSED and situation == OWN)
            may_follow = expected.may(Verb.FOLLOW, status)
            may_support = status in WORKFLOW[Verb.SUPPORT].sources and expected.may(Verb.SUPPORT, status)
            if expected.sees:
                shown = page.context
                assert (shown["message_form"] is not None) == may_write
                # Who has no account says how they are reached, and is counted after the code.
                by_code = not user.is_authenticated and status in WORKFLOW[Verb.SUPPORT].sources
                assert shown["can_support"] == ((may_support or by_code) and situation != OWN)
                assert shown["can_follow"] == (may_follow and situation != OWN)
                assert shown["can_verify"] == (status == Status.RESOLVED and situation == OWN)
            # The statuses in which nobody may are the workflow's own tests.
            if status in {Status.OPEN, Status.RESPONDED, Status.CLOSED}:
                posts(client, ticket, "message", {"body": "Any news?"}, may=may_write)
            if status == status_for(Verb.FOLLOW):
                posts(client, ticket, "follow", {}, may=may_follow)
            if status == status_for(Verb.SUPPORT):
                posts(client, ticket, "me_too", {}, may=may_support and situation != OWN)


def browser_of(user: Any) -> Client:
    client = Client()
    if user.is_authenticated:
        client.force_login(user)
    return client


def posts(client: Client, ticket: Ticket, name: str, form: dict[str, Any], *, may: bool) -> None:
    """Whoever may not changes nothing by sending the form all the same."""
    with transaction.atomic():
        before = everything_about(ticket)
        client.post(reverse(f"tickets:{name}", args=[ticket.reference]), form)
        assert (everything_about(ticket) != before) == may, (name, ticket.status)
        transaction.set_rollback(True)


# The console

FORMS: dict[str, dict[str, str]] = {
    "resolve": {"note": "Done."},
    "respond": {"message": "Where?"},
    "message": {"body": "Hello."},
    "note": {"body": "Called."},
    "promote": {"note": "Inspected."},
    "prioritise": {"priority": "4", "reason": "School."},
    "reject": {"reason": "Not ours."},
    "reopen": {"reason": "Again."},
    "edit": {"title": "Burst main"},
}


@pytest.mark.parametrize(("role", "situation"), CELLS)
def test_the_console_offers_and_takes_what_the_tables_say(role: str, situation: str, stage: Stage) -> None:
    client = browser_of(person_in(role, situation, stage.scene))
    # What the public sees makes no difference behind this door: the predicates above say so for both.
    for expected, tickets in itertools.islice(walk(stage, role, situation), 1):
        for status, ticket in tickets.items():
            page = client.get(reverse("admin:tickets_ticket_change", args=[ticket.pk]))
            assert page.status_code == door(expected)
            may = {verb for verb in Verb if status in WORKFLOW[verb].sources and expected.may(verb, status)}
            if page.status_code == 200:
                assert shown_in(page) <= may
                offered = {row.verb for row in CONSOLE_VERBS.values() if not row.is_pointless(ticket)}
                # Only a duplicate can be separated; what is about a photo stands beside it.
                offered -= {Verb.UNMERGE, *OF_A_PHOTO}
                buttons = [len(card.buttons) for card in page.context["photos"]]
                assert buttons == [int(Verb.HIDE_PHOTO in may)]
                assert shown_in(page) == may & offered
            for slug, row in CONSOLE_VERBS.items():
                if status is status_for(row.verb) and slug not in {"pictures", "send-code"}:
                    press(client, ticket, slug, expected, may=row.verb in may)


def shown_in(page: Any) -> set[Verb]:
    names = ("first_buttons", "saying_buttons", "other_buttons")
    return {button.row.verb for name in names for button in page.context[name]}


def door(expected: Expected) -> int:
    if expected.role == ANONYMOUS:
        return 302
    if not expected.enters_console:
        return 302
    return 200 if expected.sees_as_staff else 404


def press(client: Client, ticket: Ticket, slug: str, expected: Expected, *, may: bool) -> None:
    with transaction.atomic():
        before = everything_about(ticket)
        form = {"version": str(ticket.version), **FORMS.get(slug, {}), "photo": ticket.attachments.get().pk}
        answer = client.post(reverse("admin:tickets_ticket_verb", args=[ticket.pk, slug]), form).status_code
        has_changed = everything_about(ticket) != before
        if not (may and expected.sees_as_staff):
            assert answer == (403 if door(expected) == 200 else door(expected)), (slug, ticket.status)
            assert not has_changed
        elif slug in FORMS or slug == "hide-photo":
            assert has_changed, (slug, ticket.status)
        transaction.set_rollback(True)
