from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.tests.factories import UserFactory
from tickets.actions.lifecycle import withdraw_ticket
from tickets.actions.support import support_ticket
from tickets.tests.factories import report_ticket
from tickets.tests.pages import City, make_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def resident() -> User:
    return UserFactory.create()


def references(answer: object) -> list[str]:
    return [card.reference for card in answer.context["cards"]]  # type: ignore[attr-defined]


def test_mine_are_what_i_reported_here_and_nothing_else(city: City, resident: User) -> None:
    mine = report_ticket(city.category, reporter=resident)
    report_ticket(city.category)
    report_ticket(make_city("elsewhere.example.org").category, reporter=resident)
    withdraw_ticket(report_ticket(city.category, reporter=resident), acting_user=resident)

    assert references(city.client(resident).get("/my-tickets/")) == [mine.reference]


def test_supported_are_what_i_said_me_too_about(city: City, resident: User) -> None:
    report_ticket(city.category, reporter=resident)
    other = report_ticket(city.category)
    support_ticket(other, acting_user=resident)

    assert references(city.client(resident).get("/my-tickets/?show=supported")) == [other.reference]


def test_the_page_asks_as_often_for_three_tickets_as_for_one(city: City, resident: User) -> None:
    client, counts = city.client(resident), []
    for more in (1, 2):
        for _one in range(more):
            report_ticket(city.category, reporter=resident)
        with CaptureQueriesContext(connection) as queries:
            client.get("/my-tickets/")
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_a_visitor_signs_in_first(city: City) -> None:
    assert city.client().get("/my-tickets/")["Location"] == "/accounts/login/?next=/my-tickets/"


def test_an_empty_page_says_what_to_do(city: City, resident: User) -> None:
    assert "Nothing reported yet" in city.client(resident).get("/my-tickets/").content.decode()
    assert "No me too yet" in city.client(resident).get("/my-tickets/?show=supported").content.decode()
