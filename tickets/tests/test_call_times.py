"""Call me back: a few times as people say them, within the hours of the department."""

from __future__ import annotations

from datetime import datetime

import pytest
import time_machine

from accounts.models import User
from accounts.tests.factories import UserFactory
from common.errors import NotFound
from departments.tests.factories import office_hours
from tickets.actions.callbacks import ask_for_call, cancel_call
from tickets.actions.support import support_ticket
from tickets.call_times import call_times
from tickets.enums import CallbackState, EventKind, Visibility
from tickets.models import Callback, Ticket
from tickets.tests.factories import report_ticket
from tickets.tests.pages import City, make_city
from tickets.tests.proof import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    town = make_city()
    # Monday to Friday, 08:00 to 16:00.
    office_hours(town.category.department.calendar)
    return town


@pytest.fixture
def person(city: City) -> User:
    return UserFactory.create(phone="+27821234567")


@pytest.fixture
def ticket(city: City, person: User) -> Ticket:
    return report_ticket(city.category, reporter=person)


@pytest.mark.parametrize(
    ("now", "offered"),
    [
        # Monday morning, late on Monday, Monday night, Friday morning, Sunday.
        ("2026-03-16T10:00", ["now", "today", "morning", "afternoon"]),
        ("2026-03-16T15:10", ["now", "morning", "afternoon"]),
        ("2026-03-16T22:00", ["morning", "afternoon"]),
        ("2026-03-20T11:00", ["now", "today", "morning", "afternoon"]),
        ("2026-03-22T12:00", ["morning", "afternoon"]),
    ],
)
def test_the_choices_are_when_somebody_is_there(ticket: Ticket, now: str, offered: list[str]) -> None:
    moment = datetime.fromisoformat(f"{now}:00+02:00")
    assert [choice.name for choice in call_times(ticket, moment)] == offered


def test_they_are_said_as_people_say_them(ticket: Ticket) -> None:
    friday = datetime.fromisoformat("2026-03-20T11:00:00+02:00")
    said = [
        (choice.label, choice.moment.astimezone(friday.tzinfo).isoformat())
        for choice in call_times(ticket, friday)
    ]
    assert said == [
        ("Now, as soon as somebody is free", "2026-03-20T11:00:00+02:00"),
        ("Today after 14:00", "2026-03-20T14:00:00+02:00"),
        ("Monday from 08:00", "2026-03-23T08:00:00+02:00"),
        ("Monday after 13:00", "2026-03-23T13:00:00+02:00"),
    ]


def test_without_a_department_it_is_as_soon_as_possible(ticket: Ticket) -> None:
    ticket.department = None
    now = datetime.fromisoformat("2026-03-20T15:00:00+02:00")
    assert [choice.name for choice in call_times(ticket, now)] == ["now"]


def test_the_chosen_time_is_kept_and_shown(city: City, ticket: Ticket, person: User) -> None:
    with time_machine.travel("2026-03-16T10:00:00+02:00", tick=False):
        client = city.client(person)
        client.post(f"/t/{ticket.reference}/call-me-back/", {"phone": "082 123 4567", "when": "today"})
        page = client.get(f"/t/{ticket.reference}/").content.decode()
    asked = Callback.objects.get()
    assert asked.call_after == datetime.fromisoformat("2026-03-16T14:00:00+02:00")
    assert "We call you on +27821234567, not before Mon 16 Mar, 14:00." in page


@pytest.mark.parametrize("when", ["today", "yesterday", "2026-03-16T16:00"])
def test_a_time_that_is_not_offered_any_more_is_refused_by_its_field(
    city: City, ticket: Ticket, person: User, when: str
) -> None:
    with time_machine.travel("2026-03-16T22:00:00+02:00", tick=False):
        answer = city.client(person).post(
            f"/t/{ticket.reference}/call-me-back/", {"phone": "082 123 4567", "when": when}
        )
    assert (answer.status_code, list(answer.context["callback_form"].errors)) == (400, ["when"])
    assert not Callback.objects.exists()


# Not wanted any more


def test_who_asked_takes_it_back_on_the_page(city: City, ticket: Ticket, person: User) -> None:
    ask_for_call(ticket, acting_user=person)
    client = city.client(person)
    for _time in range(2):
        client.post(f"/t/{ticket.reference}/call-me-back/", {"call": "no"})
    asked = Callback.objects.get()
    assert (asked.state, asked.ended_at is not None) == (CallbackState.CANCELLED, True)
    event = ticket.events.get(kind=EventKind.CALLBACK_CANCELLED)
    assert (event.actor, event.visibility) == (person, Visibility.PARTICIPANTS)
    assert client.get(f"/t/{ticket.reference}/").context["open_callback"] is None
    assert ask_for_call(ticket, acting_user=person).state == CallbackState.OPEN


def test_nobody_takes_back_the_call_of_another(city: City, ticket: Ticket, person: User) -> None:
    neighbour = UserFactory.create()
    support_ticket(ticket, acting_user=neighbour)
    asked = ask_for_call(ticket, acting_user=person)
    assert cancel_call(ticket, acting_user=neighbour) is False
    asked.refresh_from_db()
    assert asked.state == CallbackState.OPEN


def test_of_a_ticket_that_one_may_not_see_nothing_is_taken_back(city: City) -> None:
    private = report_ticket(city.category, is_public=False)
    with refused(private, NotFound):
        cancel_call(private, acting_user=UserFactory.create())
