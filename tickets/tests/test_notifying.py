"""A ticket is sent to colleagues who may see it, each once, and not too often."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import UserFactory
from common.errors import NotAllowed
from departments.models import Category, Department
from departments.tests.factories import DepartmentFactory, staff_member
from tickets.actions.notifying import CannotSee, NobodyToNotify, TooManyNotices, notify_colleagues
from tickets.enums import EventKind, Visibility
from tickets.models import Ticket
from tickets.tests.api import api_client, assert_problem, last_kind, path_of, state_of
from tickets.tests.proof import refused
from tickets.workflow import NoteRequired

pytestmark = pytest.mark.django_db


@pytest.fixture
def roads(category: Category) -> Department:
    return DepartmentFactory.create(organisation=category.organisation, name="Roads")


def told(ticket: Ticket) -> set[str]:
    event = ticket.events.latest("pk")
    assert (event.kind, event.visibility) == (EventKind.NOTIFIED, Visibility.STAFF)
    return set(event.data["people"])


def test_people_and_departments_are_told_each_once_and_not_who_sends_it(
    ticket: Ticket, agent: User, department_admin: User, roads: Department
) -> None:
    colleague = staff_member(roads)
    notify_colleagues(
        ticket,
        people=[colleague, department_admin, department_admin],
        departments=[roads, ticket.department],  # type: ignore[list-item]
        note="Is this yours?",
        acting_user=agent,
    )
    assert told(ticket) == {str(colleague.pk), str(department_admin.pk)}
    assert ticket.events.latest("pk").note == "Is this yours?"


def test_a_department_of_three_costs_as_many_queries_as_one_of_one(
    ticket: Ticket, agent: User, roads: Department
) -> None:
    counts = []
    for _newcomer in range(3):
        staff_member(roads)
        with CaptureQueriesContext(connection) as asked:
            notify_colleagues(ticket, departments=[roads], note="Yours?", acting_user=agent)
        counts.append(len(asked))
    assert len(told(ticket)) == 3
    # The first time, what the sender may do is read as well.
    assert counts[1] == counts[2]


def test_who_may_not_see_it_is_refused_by_name_and_left_out_of_a_department(
    private_ticket: Ticket, agent: User, department_admin: User, roads: Department, outside_agent: User
) -> None:
    stranger = staff_member(roads)
    for person in (stranger, outside_agent, UserFactory.create()):
        with refused(private_ticket, CannotSee):
            notify_colleagues(private_ticket, people=[person], note="Yours?", acting_user=agent)
    with refused(private_ticket, NobodyToNotify):
        notify_colleagues(private_ticket, departments=[roads], note="Yours?", acting_user=agent)
    own = private_ticket.department
    assert own is not None
    notify_colleagues(private_ticket, departments=[roads, own], note="Yours?", acting_user=agent)
    assert told(private_ticket) == {str(department_admin.pk)}


def test_residents_empty_notes_and_nobody_are_refused(
    ticket: Ticket, agent: User, resident: User, department_admin: User
) -> None:
    with refused(ticket, NotAllowed):
        notify_colleagues(ticket, people=[agent], note="Hurry.", acting_user=resident)
    with refused(ticket, NoteRequired):
        notify_colleagues(ticket, people=[department_admin], note=" ", acting_user=agent)
    with refused(ticket, NobodyToNotify):
        notify_colleagues(ticket, people=[agent], note="To me.", acting_user=agent)


def test_the_sixth_time_within_an_hour_is_refused(
    ticket: Ticket, agent: User, department_admin: User
) -> None:
    begun = timezone.now()
    for minute in range(5):
        with time_machine.travel(begun + timedelta(minutes=minute), tick=False):
            notify_colleagues(ticket, people=[department_admin], note="Look.", acting_user=agent)
    with time_machine.travel(begun + timedelta(minutes=59), tick=False), refused(ticket, TooManyNotices):
        notify_colleagues(ticket, people=[department_admin], note="Look.", acting_user=agent)
    with time_machine.travel(begun + timedelta(minutes=60), tick=False):
        notify_colleagues(ticket, people=[department_admin], note="Look.", acting_user=agent)


def test_a_ticket_is_sent_over_http_by_addresses_and_codes(
    ticket: Ticket, agent: User, department_admin: User, roads: Department, neighbour: User
) -> None:
    staff_member(roads)
    body = {"people": [department_admin.email], "departments": [roads.code], "note": "Is this yours?"}
    answer = api_client(agent).post(path_of(ticket, "notify"), body)
    assert answer.status_code == 200, answer.content
    assert (last_kind(ticket), len(told(ticket))) == (EventKind.NOTIFIED, 2)

    before = state_of(ticket)
    for wrong in ({"note": "x"}, {"people": ["a"], "note": ""}, {"people": ["nobody"], "note": "x"}):
        assert_problem(api_client(agent).post(path_of(ticket, "notify"), wrong), 400)
    assert_problem(api_client(neighbour).post(path_of(ticket, "notify"), body), 403)
    assert state_of(ticket) == before


def test_the_workspace_sends_it_too(ticket: Ticket, agent: User, department_admin: User, client: Any) -> None:
    client.force_login(agent)
    address = reverse("admin:tickets_ticket_verb", args=[ticket.pk, "notify"])
    assert client.post(address, {"note": "Look."}).status_code == 409
    client.post(address, {"people": [str(department_admin.pk)], "note": "Look."})
    assert told(ticket) == {str(department_admin.pk)}
