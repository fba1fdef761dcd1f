from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.factories import UserFactory
from tickets.actions.intake import Place
from tickets.actions.lifecycle import start_work, withdraw_ticket
from tickets.enums import Status
from tickets.models import Ticket
from tickets.tests.factories import burst_pipe_category, report_ticket
from tickets.tests.pages import LATITUDE, LONGITUDE, City, make_city
from tickets.views.pages import PAGE_SIZE

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


def references(answer: object) -> list[str]:
    return [card.reference for card in answer.context["cards"]]  # type: ignore[attr-defined]


def reported(city: City, count: int) -> list[Ticket]:
    """Tickets an hour apart, newest first."""
    tickets = []
    for hours in range(count, 0, -1):
        with time_machine.travel(timezone.now() - timedelta(hours=hours), tick=False):
            tickets.append(report_ticket(city.category, title=f"Pipe {hours}"))
    return tickets[::-1]


def test_the_newest_tickets_come_first(city: City) -> None:
    tickets = reported(city, 3)

    assert references(city.client().get("/near-by/")) == [ticket.reference for ticket in tickets]


def test_the_list_and_the_map_ask_as_often_for_three_tickets_as_for_one(city: City) -> None:
    client = city.client()
    # What the filters offer is kept for a minute.
    client.get("/near-by/")
    counts: dict[str, list[int]] = {"/near-by/": [], "/near-by/markers.json": []}
    for more in (1, 2):
        reported(city, more)
        for path, asked in counts.items():
            with CaptureQueriesContext(
                connection,
            ) as queries:
                client.get(path)
            asked.append(len(queries))

    assert counts["/near-by/"][0] == counts["/near-by/"][1]
    assert counts["/near-by/markers.json"][0] == counts["/near-by/markers.json"][1]


def test_the_map_has_the_same_tickets_as_the_list(city: City) -> None:
    tickets = reported(city, 2)
    report_ticket(city.category, place=Place(address="Somewhere without a pin"))

    features = city.client().get("/near-by/markers.json").json()["features"]

    assert [feature["properties"]["reference"] for feature in features] == [
        each.reference for each in tickets
    ]
    assert features[0]["geometry"]["coordinates"] == [LONGITUDE, LATITUDE]
    assert set(features[0]["properties"]) == {
        "reference",
        "title",
        "url",
        "status",
        "promise",
        "tone",
        "shape",
    }


def test_private_withdrawn_closed_and_other_cities_tickets_are_not_near_by(city: City) -> None:
    shown = report_ticket(city.category)
    resident = UserFactory.create()
    withdraw_ticket(report_ticket(city.category, reporter=resident), acting_user=resident)
    report_ticket(make_city("elsewhere.example.org").category)
    private = burst_pipe_category(city.organisation)
    private.is_public_space = False
    private.save(update_fields=["is_public_space"])
    report_ticket(private, reporter=resident)

    for path in ("/near-by/", "/near-by/?status=all"):
        assert references(city.client(resident).get(path)) == [shown.reference]
    markers = city.client(resident).get("/near-by/markers.json?status=all").json()
    assert [feature["properties"]["reference"] for feature in markers["features"]] == [shown.reference]


def test_filters_narrow_the_list(city: City) -> None:
    started = report_ticket(city.category, title="Geyser of water")
    start_work(started, acting_user=city.agent)
    other_category = burst_pipe_category(city.organisation)
    other = report_ticket(
        other_category, title="Dark street", place=Place(latitude=LATITUDE + 0.04, longitude=LONGITUDE)
    )
    client = city.client()

    for query, expected in (
        (f"status={Status.IN_PROGRESS}", [started]),
        (f"status={Status.CLOSED}", []),
        (f"category={other_category.code}", [other]),
        (f"department={city.category.department.code}", [started]),
        ("q=geyser", [started]),
        ("ward=56", [other, started]),
        ("suburb=Hatfield", [started]),
    ):
        answer = client.get(f"/near-by/?{query}")
        assert references(answer) == [ticket.reference for ticket in expected], query


@pytest.mark.parametrize(
    "query",
    [
        "status=odd",
        "ward=x",
        "ward=999",
        "latitude=north",
        "category=none",
        "q=%07",
        "suburb=%00",
        "category=%00",
        "department=%00",
        "ward=%00",
        "ward=99999999999999999999",
        "latitude=1e999",
    ],
)
def test_nonsense_in_a_filter_is_a_sentence_and_shows_nothing(city: City, query: str) -> None:
    report_ticket(city.category)

    answer = city.client().get(f"/near-by/?{query}")

    assert (answer.status_code, references(answer)) == (200, [])
    assert len(answer.context["form"].errors) == 1
    assert city.client().get(f"/near-by/markers.json?{query}").status_code == 400


def test_pages_follow_each_other_without_a_gap_and_back(city: City) -> None:
    tickets = [ticket.reference for ticket in reported(city, PAGE_SIZE + 2)]
    client = city.client()

    first = client.get("/near-by/?status=open&q=")
    second = client.get(f"/near-by/{first.context['page'].next}")
    again = client.get(f"/near-by/{second.context['page'].previous}")

    assert references(first) + references(second) == tickets
    assert (first.context["page"].previous, second.context["page"].next) == ("", "")
    assert references(again) == tickets[:PAGE_SIZE]
    assert "status=open" in first.context["page"].next


def test_near_me_puts_the_nearest_first_page_by_page(city: City) -> None:
    steps = [0.0003 * number for number in range(PAGE_SIZE + 2)]
    tickets = [
        report_ticket(city.category, place=Place(latitude=LATITUDE + step, longitude=LONGITUDE)).reference
        for step in reversed(steps)
    ][::-1]
    client = city.client()

    first = client.get(f"/near-by/?latitude={LATITUDE}&longitude={LONGITUDE}")
    second = client.get(f"/near-by/{first.context['page'].next}")

    assert references(first) + references(second) == tickets
    assert first.context["cards"][3].distance == "100 m away"


@pytest.mark.parametrize("cursor", ["x", "AAAA", "eHx4", "MjAyNi0xMS0yMXx4", "%00"])
def test_a_broken_cursor_starts_at_the_top(city: City, cursor: str) -> None:
    ticket = report_ticket(city.category)

    for query in (f"after={cursor}", f"before={cursor}", f"after={cursor}&latitude=-25.7&longitude=28.2"):
        assert references(city.client().get(f"/near-by/?{query}")) == [ticket.reference]


def test_the_map_draws_wards_and_suburbs_and_says_that_borders_are_approximate(city: City) -> None:
    answer = city.client().get("/near-by/")

    places = city.client().get(answer.context["map"].places_url)
    assert [feature["properties"] for feature in places.json()["features"]] == [
        {"ward": 56},
        {"name": "Hatfield"},
    ]
    assert "approximate" in answer.context["map"].note
