"""Near by, similar, and on the map."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from departments.models import Category
from tickets.actions.intake import Place
from tickets.actions.lifecycle import reject_ticket, withdraw_ticket
from tickets.models import Ticket
from tickets.tests.api import ROOT, api_client, assert_problem
from tickets.tests.factories import report_ticket

pytestmark = pytest.mark.django_db
NEARBY = f"{ROOT}/tickets/nearby/"
MAP = f"{ROOT}/tickets/map/"
HERE = {"lat": "-25.7449", "lon": "28.1878"}
BOX = {"bbox": "28.10,-25.80,28.30,-25.70"}


def place(metres_north: float = 0, metres_east: float = 0) -> Place:
    return Place(-25.7449 + metres_north / 111_195, 28.1878 + metres_east / 100_170)


@pytest.fixture
def places(category: Category, agent: User) -> dict[str, Ticket]:
    """By how many metres away; east and north differ in degrees but not in metres."""
    spots = {"0": place(), "300": place(300), "310": place(0, 310), "900": place(-900), "4000": place(4000)}
    return {name: report_ticket(category, place=spot, title=f"{name} m") for name, spot in spots.items()}


def test_near_by_is_ordered_by_metres_and_ends_at_the_radius(places: dict[str, Ticket]) -> None:
    answer = api_client().get(NEARBY, HERE | {"radius": "1000"}).json()

    assert [row["title"] for row in answer["results"]] == ["0 m", "300 m", "310 m", "900 m"]
    for row in answer["results"]:
        assert row["distance"] == pytest.approx(int(row["title"].removesuffix(" m")), abs=3)
    assert answer["radius"] == 1000


def test_near_by_respects_limit_status_category_and_who_asks(
    places: dict[str, Ticket], category: Category, agent: User, resident: User
) -> None:
    secret = report_ticket(category, reporter=resident, title="secret", is_public=False)
    withdraw_ticket(report_ticket(category, reporter=resident, title="gone"), acting_user=resident)
    reject_ticket(places["300"], reason="No.", acting_user=agent)

    def titles(user: User | None, **query: str) -> list[str]:
        return [row["title"] for row in api_client(user).get(NEARBY, HERE | query).json()["results"]]

    assert titles(None, limit="2") == ["0 m", "310 m"]
    assert titles(None, status="closed") == ["300 m"]
    assert set(titles(resident)) == {"0 m", "310 m", "900 m", secret.title}
    assert titles(None, category=category.code)[0] == "0 m"


@pytest.mark.parametrize(
    "query",
    [
        {"lat": "NaN"},
        {"lat": "91"},
        {"lon": "inf"},
        {"lon": "east"},
        {"radius": "5001"},
        {"radius": "0"},
        {"radius": "1.5"},
        {"limit": "201"},
        {"status": "lost"},
        {"category": "no-such"},
        {"colour": "red"},
        {"organisation": "no-such"},
    ],
    ids=str,
)
def test_near_by_refuses_nonsense(ticket: Ticket, query: dict[str, str]) -> None:
    problem = assert_problem(api_client().get(NEARBY, HERE | query), 400)
    assert list(problem["errors"]) == list(query)


def test_near_by_needs_a_place(ticket: Ticket) -> None:
    assert set(assert_problem(api_client().get(NEARBY), 400)["errors"]) == {"lat", "lon"}


def test_near_by_uses_the_index(places: dict[str, Ticket], django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(3):
        api_client().get(NEARBY, HERE)


def test_similar_proposes_open_public_tickets_of_the_same_kind(
    places: dict[str, Ticket], category: Category
) -> None:
    query = HERE | {"category": category.code}
    nearer = report_ticket(category, place=place(100), title="100 m")
    report_ticket(category, place=place(100), title="secret", is_public=False)
    rows = api_client().get(f"{ROOT}/tickets/similar/", query).json()
    assert [row["title"] for row in rows][:2] == ["0 m", nearer.title]
    assert "900 m" not in [row["title"] for row in rows]
    assert rows[0]["customer_email"] is None


def test_the_map_is_geojson_of_what_lies_in_the_box(
    places: dict[str, Ticket], category: Category, agent: User
) -> None:
    response = api_client().get(MAP, BOX)

    assert response["Content-Type"] == "application/geo+json"
    collection = response.json()
    assert (collection["type"], collection["truncated"]) == ("FeatureCollection", False)
    assert {feature["properties"]["title"] for feature in collection["features"]} == {
        f"{name} m" for name in ("0", "300", "310", "900", "4000")
    }
    feature = next(part for part in collection["features"] if part["properties"]["title"] == "0 m")
    assert feature["geometry"] == {"type": "Point", "coordinates": [28.1878, -25.7449]}
    assert feature["properties"] == {
        "reference": places["0"].reference,
        "title": "0 m",
        "status": "open",
        "priority": "medium",
        "supports": 0,
        "category": category.code,
        "department": category.department.code,
    }
    assert api_client().get(MAP, {"bbox": "0,0,1,1"}).json()["features"] == []
    assert api_client().get(MAP, BOX | {"status": "closed"}).json()["features"] == []


def test_the_map_hides_what_is_private(
    private_ticket: Ticket, resident: User, outside_agent: User, agent: User
) -> None:
    city = {"organisation": private_ticket.organisation.slug}

    def count(user: User | None) -> int:
        return len(api_client(user).get(MAP, BOX | city).json()["features"])

    assert [count(user) for user in (None, outside_agent, resident, agent)] == [0, 0, 1, 1]


@pytest.mark.parametrize(
    "bbox",
    ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "nan,0,1,1", "0,0,inf,1", "10,0,5,1", "0,10,1,5", "-181,0,0,1"],
)
def test_the_map_refuses_boxes_that_are_none(ticket: Ticket, bbox: str) -> None:
    problem = assert_problem(api_client().get(MAP, {"bbox": bbox}), 400)
    assert list(problem["errors"]) == ["bbox"]
