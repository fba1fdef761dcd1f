"""To be called back: who may ask, the queue, and what comes of a call."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.actions.deletion import delete_account, export_own_data
from accounts.models import User
from accounts.tests.factories import PASSWORD, UserFactory
from common.errors import InvalidInput, NotAllowed, NotFound
from common.phones import InvalidPhone
from departments.tests.factories import staff_member
from tickets.actions.callbacks import (
    CallbackEnded,
    CallbackOpen,
    CallbackTaken,
    ask_for_call,
    finish_callback,
    miss_callback,
    take_callback,
)
from tickets.actions.support import support_ticket
from tickets.enums import CallbackState, EventKind, Visibility
from tickets.models import Callback, Ticket
from tickets.tests.api import ROOT, api_client, assert_problem, path_of
from tickets.tests.factories import burst_pipe_category, report_ticket
from tickets.tests.pages import make_city
from tickets.tests.proof import everything_about, refused
from tickets.tests.together import all_at_once, refusals
from tickets.workflow import NoteRequired

pytestmark = pytest.mark.django_db
QUEUE = f"{ROOT}/callbacks/"


# Asking


def test_a_reporter_asks_and_the_number_that_is_known_is_called(ticket: Ticket, resident: User) -> None:
    asked = ask_for_call(ticket, note="At the gate.", acting_user=resident)
    event = ticket.events.latest("pk")
    assert (asked.phone, asked.state, asked.attempts) == ("+27821234567", CallbackState.OPEN, 0)
    assert (event.kind, event.visibility) == (EventKind.CALLBACK_ASKED, Visibility.PARTICIPANTS)


def test_that_a_supporter_asked_is_between_them_and_staff(ticket: Ticket, neighbour: User) -> None:
    support_ticket(ticket, acting_user=neighbour)
    asked = ask_for_call(ticket, phone="082 765 4321", acting_user=neighbour)
    assert (asked.phone, ticket.events.latest("pk").visibility) == ("+27827654321", Visibility.STAFF)


def test_strangers_bad_numbers_and_far_days_are_refused(
    ticket: Ticket, private_ticket: Ticket, resident: User, neighbour: User
) -> None:
    with refused(ticket, NotAllowed):
        ask_for_call(ticket, phone="082 123 4567", acting_user=neighbour)
    with refused(private_ticket, NotFound):
        ask_for_call(private_ticket, phone="082 123 4567", acting_user=neighbour)
    with refused(ticket, InvalidPhone):
        ask_for_call(ticket, phone="12", acting_user=resident)
    with refused(ticket, InvalidInput) as caught:
        ask_for_call(ticket, call_after=timezone.now() + timedelta(days=15), acting_user=resident)
    assert caught.value.field == "when"
    with refused(ticket, InvalidInput):
        ask_for_call(ticket, note="x" * 1001, acting_user=resident)
    support_ticket(ticket, acting_user=neighbour)
    with refused(ticket, InvalidPhone):
        ask_for_call(ticket, acting_user=neighbour)


def test_there_is_one_open_callback_for_a_person_and_ticket(
    ticket: Ticket, resident: User, agent: User
) -> None:
    asked = ask_for_call(ticket, acting_user=resident)
    with refused(ticket, CallbackOpen):
        ask_for_call(ticket, acting_user=resident)
    finish_callback(asked, note="Explained.", acting_user=agent)
    ask_for_call(ticket, acting_user=resident)
    assert ticket.callbacks.count() == 2


@pytest.mark.django_db(transaction=True)
def test_asked_eight_times_at_once_it_is_one_and_taken_by_eight_one_has_it() -> None:
    category = burst_pipe_category()
    team = [staff_member(category.department) for _agent in range(8)]
    reporter = UserFactory.create(phone="+27821234567")
    ticket = report_ticket(category, reporter=reporter)
    asking = partial(ask_for_call, ticket, acting_user=reporter)
    assert refusals(all_at_once([asking] * 8)) == ["callback_open"] * 7
    callback = ticket.callbacks.get()
    answers = all_at_once([partial(take_callback, callback, acting_user=agent) for agent in team])
    assert refusals(answers) == ["callback_taken"] * 7


# Calling


def test_a_call_that_was_made_ends_with_its_note(ticket: Ticket, resident: User, agent: User) -> None:
    asked = ask_for_call(ticket, acting_user=resident)
    colleague = staff_member(ticket.department)  # type: ignore[arg-type]
    take_callback(asked, acting_user=agent)
    with refused(ticket, CallbackTaken) as caught:
        take_callback(asked, acting_user=colleague)
    assert caught.value.message == "Sipho Dlamini is calling already."
    with refused(ticket, NoteRequired):
        finish_callback(asked, note=" ", acting_user=agent)

    finish_callback(asked, note="The team comes on Thursday.", acting_user=agent)

    asked.refresh_from_db()
    event = ticket.events.latest("pk")
    assert (asked.state, asked.ended_at) == (CallbackState.DONE, event.occurred_at)
    assert (event.kind, event.note) == (EventKind.CALLED_BACK, "The team comes on Thursday.")
    for act in (take_callback, miss_callback, partial(finish_callback, note="Again.")):
        with refused(ticket, CallbackEnded):
            act(asked, acting_user=agent)


def test_who_does_not_answer_is_tried_again_an_hour_later_and_given_up_after_three_times(
    ticket: Ticket, resident: User, agent: User
) -> None:
    asked = ask_for_call(ticket, acting_user=resident)
    with time_machine.travel(timezone.now(), tick=False):
        take_callback(asked, acting_user=agent)
        missed = miss_callback(asked, acting_user=agent)
        assert (missed.attempts, missed.taken_by, missed.state) == (1, None, CallbackState.OPEN)
        assert missed.call_after == timezone.now() + timedelta(hours=1)
    miss_callback(asked, acting_user=agent)
    assert miss_callback(asked, acting_user=agent).state == CallbackState.NOT_REACHED
    assert ticket.events.of_kind(EventKind.CALL_MISSED).count() == 3


def test_only_staff_who_may_see_reporters_answer(
    ticket: Ticket, resident: User, auditor: User, outside_agent: User
) -> None:
    asked = ask_for_call(ticket, acting_user=resident)
    for person in (resident, auditor, outside_agent):
        with refused(ticket, NotAllowed):
            take_callback(asked, acting_user=person)


def test_who_leaves_takes_their_callbacks_along(ticket: Ticket) -> None:
    person = UserFactory.create(password=PASSWORD, phone="+27829999999")
    support_ticket(ticket, acting_user=person)
    ask_for_call(ticket, note="At the gate.", acting_user=person)
    (kept,) = export_own_data(person)["tickets"]["callbacks"]
    delete_account(person, password=PASSWORD, acting_user=person)
    assert (kept["phone"], kept["note"], Callback.objects.count()) == ("+27829999999", "At the gate.", 0)


# The API


def test_residents_ask_and_the_call_centre_works_off_the_queue_over_http(
    ticket: Ticket, resident: User, agent: User
) -> None:
    asked = api_client(resident).post(path_of(ticket, "callbacks"), {"phone": "083 555 1234", "note": "Now"})
    assert asked.status_code == 201, asked.content
    assert asked.json()["phone"] == "+27835551234"
    again = api_client(resident).post(path_of(ticket, "callbacks"), {})
    assert_problem(again, 409, "callback_open")

    client, key = api_client(agent), asked.json()["id"]
    (row,) = client.get(QUEUE, {"state": "open", "is_taken": "false"}).json()["results"]
    assert (row["id"], row["ticket"]["reference"]) == (key, ticket.reference)
    assert client.post(f"{QUEUE}{key}/take/").json()["taken_by"]["id"] == str(agent.pk)
    assert client.post(f"{QUEUE}{key}/not-reached/").json()["attempts"] == 1
    assert_problem(client.post(f"{QUEUE}{key}/done/", {}), 400)
    assert client.post(f"{QUEUE}{key}/done/", {"note": "Explained."}).json()["state"] == "done"
    assert_problem(client.post(f"{QUEUE}{key}/done/", {"note": "Again."}), 409, "callback_ended")


def test_the_queue_is_for_who_may_see_reporters_and_answers_in_constant_queries(
    ticket: Ticket, resident: User, agent: User, auditor: User, outside_agent: User, neighbour: User
) -> None:
    asked = ask_for_call(ticket, acting_user=resident)
    slug = {"organisation": ticket.organisation.slug}
    for person in (resident, auditor, neighbour):
        assert api_client(person).get(QUEUE, slug).json()["results"] == []
    before = everything_about(ticket)
    for outsider in (outside_agent, resident, auditor):
        assert_problem(api_client(outsider).post(f"{QUEUE}{asked.pk}/take/"), 404, "not_found")
    assert_problem(api_client().get(QUEUE), 401)
    assert everything_about(ticket) == before

    counts = []
    for people in (0, 2):
        for person in UserFactory.create_batch(people, phone=None):
            support_ticket(ticket, acting_user=person)
            ask_for_call(ticket, phone="082 123 4567", acting_user=person)
        with CaptureQueriesContext(connection) as queries:
            found = api_client(agent).get(QUEUE).json()["results"]
        counts.append((len(found), len(queries)))
    assert counts == [(1, counts[0][1]), (3, counts[0][1])]


@pytest.mark.parametrize(
    "body", [{"phone": "x" * 41}, {"when": "soon"}, {"note": "bell\x07"}, {"note": 1, "more": 1}], ids=str
)
def test_bodies_that_make_no_sense_change_nothing(ticket: Ticket, resident: User, body: Any) -> None:
    before = everything_about(ticket)
    assert_problem(api_client(resident).post(path_of(ticket, "callbacks"), body), 400)
    assert everything_about(ticket) == before


# The residents' page and the console


def test_the_page_asks_without_a_script_and_says_then_that_somebody_calls() -> None:
    town = make_city()
    person = UserFactory.create(phone="+27821234567")
    ticket = report_ticket(town.category, reporter=person)
    client, here = town.client(person), reverse("tickets:ticket", args=[ticket.reference])
    assert client.get(here).context["callback_form"]["phone"].value() == "+27821234567"
    address = reverse("tickets:call_me_back", args=[ticket.reference])

    wrong = client.post(address, {"phone": "12", "note": "At the gate."})
    assert (wrong.status_code, ticket.callbacks.count()) == (400, 0)
    assert "At the gate." in wrong.content.decode()
    client.post(address, {"phone": "082 123 4567", "when": "now", "note": ""})

    assert "We call you on +27821234567 as soon as somebody is free." in client.get(here).content.decode()
    assert town.client().get(here).context["can_ask_for_call"] is False
    assert town.client(UserFactory.create()).get(here).context["can_ask_for_call"] is False


def test_the_console_lists_the_queue_and_each_call_has_a_page(
    ticket: Ticket, resident: User, agent: User, outside_agent: User, client: Any
) -> None:
    asked = ask_for_call(ticket, note="At the gate.", acting_user=resident)
    client.force_login(agent)
    page = reverse("admin:tickets_callback_change", args=[asked.pk])
    assert asked.phone in client.get(reverse("admin:tickets_callback_changelist")).content.decode()
    assert "At the gate." in client.get(page).content.decode()

    def answer(what: str, **form: str) -> int:
        address = reverse("admin:tickets_callback_answer", args=[asked.pk, what])
        status: int = client.post(address, form).status_code
        return status

    assert (answer("take"), answer("not-reached"), answer("done")) == (302, 302, 409)
    assert answer("done", note="Explained.") == 302
    asked.refresh_from_db()
    assert (asked.state, asked.attempts) == (CallbackState.DONE, 1)
    client.force_login(outside_agent)
    assert client.get(page).status_code == 404
