"""Somebody follows a ward, a suburb or the surroundings of a point."""

from __future__ import annotations

import math
import uuid
from urllib.parse import urlencode

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.tests.factories import UserFactory
from common.distances import METRES_PER_DEGREE
from common.errors import DomainError
from departments.models import Suburb
from tickets import own_data
from tickets.actions.areas import (
    Area,
    NoArea,
    OutsideTheArea,
    RadiusOutOfReach,
    TooManyAreas,
    follow_area,
    unfollow_areas,
)
from tickets.actions.intake import Place
from tickets.areas import MOST_AREAS
from tickets.models import AreaFollow, Ticket
from tickets.tests.factories import report_ticket
from tickets.tests.pages import LATITUDE, LONGITUDE, City, make_city

pytestmark = pytest.mark.django_db
HERE = {"latitude": str(LATITUDE), "longitude": str(LONGITUDE)}


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def thandi() -> User:
    return UserFactory.create(full_name="Thandi Mokoena")


def at(city: City, *, north: float = 0, east: float = 0) -> Ticket:
    """A ticket so many metres from Church Square."""
    wide = METRES_PER_DEGREE * math.cos(math.radians(LATITUDE))
    place = Place(latitude=LATITUDE + north / METRES_PER_DEGREE, longitude=LONGITUDE + east / wide)
    return report_ticket(city.category, place=place)


def around(radius: int, name: str = "") -> Area:
    return Area(latitude=LATITUDE, longitude=LONGITUDE, radius=radius, name=name)


def test_a_ward_a_suburb_and_a_point_hold_what_lies_in_them(city: City, thandi: User) -> None:
    ward = follow_area(city.organisation, Area(ward=city.ward), acting_user=thandi)
    suburb = follow_area(city.organisation, Area(suburb=city.suburb), acting_user=thandi)
    point = follow_area(city.organisation, around(1000, "Home"), acting_user=thandi)
    here, near, corner, far = (
        at(city),
        at(city, north=990),
        at(city, north=900, east=900),
        at(city, east=3000),
    )

    held = {
        area.name: [ticket for ticket in (here, near, corner, far) if area.covers(ticket)]
        for area in (ward, suburb, point)
    }

    # The corner lies in the square around the point, and not in the circle.
    assert held == {
        "Ward 56": [here, near, corner, far],
        "Hatfield": [here, near, corner],
        "Home": [here, near],
    }
    for ticket in (here, near, corner, far):
        found = set(AreaFollow.objects.around(ticket))
        assert {area for area in found if area.covers(ticket)} == {
            area for area in (ward, suburb, point) if area.covers(ticket)
        }


def test_a_ticket_without_place_and_ward_lies_in_no_area(city: City, thandi: User) -> None:
    follow_area(city.organisation, Area(ward=city.ward), acting_user=thandi)
    ticket = report_ticket(city.category, place=Place(address="Behind the school"))

    assert list(AreaFollow.objects.around(ticket)) == []


def test_following_again_counts_once_and_changes_name_and_radius(city: City, thandi: User) -> None:
    first = follow_area(city.organisation, around(500, "Home"), acting_user=thandi)
    again = follow_area(city.organisation, around(2000, "Our street"), acting_user=thandi)

    assert (again.pk, again.name, again.radius) == (first.pk, "Our street", 2000)
    assert AreaFollow.objects.by(thandi).count() == 1
    assert again.box is not None
    assert again.box.north > LATITUDE + 1900 / METRES_PER_DEGREE


def test_a_point_without_a_name_is_called_by_the_nearest_suburb(city: City, thandi: User) -> None:
    Suburb.objects.create(
        organisation=city.organisation, name="Arcadia", latitude=LATITUDE + 0.02, longitude=LONGITUDE
    )
    assert (
        follow_area(city.organisation, around(500), acting_user=thandi).name == "Around a place in Hatfield"
    )


def refused(city: City, thandi: User, area: Area) -> type[DomainError]:
    with pytest.raises(DomainError) as refusal:
        follow_area(city.organisation, area, acting_user=thandi)
    assert AreaFollow.objects.count() == 0
    return type(refusal.value)


def test_what_is_no_area_of_this_city_is_refused(city: City, thandi: User) -> None:
    elsewhere = make_city("elsewhere.example.org")

    assert refused(city, thandi, Area()) is NoArea
    assert refused(city, thandi, around(249)) is RadiusOutOfReach
    assert refused(city, thandi, around(5001)) is RadiusOutOfReach
    assert refused(city, thandi, Area(latitude=51.5, longitude=-0.1, radius=500)) is OutsideTheArea
    for foreign in (Area(ward=elsewhere.ward), Area(suburb=elsewhere.suburb)):
        assert refused(city, thandi, foreign).code == "not_found"


def test_twenty_areas_are_enough(city: City, thandi: User) -> None:
    for number in range(MOST_AREAS):
        area = Area(latitude=LATITUDE + number / 1000, longitude=LONGITUDE, radius=500)
        follow_area(city.organisation, area, acting_user=thandi)

    with pytest.raises(TooManyAreas):
        follow_area(city.organisation, Area(ward=city.ward), acting_user=thandi)
    follow_area(city.organisation, around(1000), acting_user=thandi)
    assert AreaFollow.objects.by(thandi).count() == MOST_AREAS


def test_nobody_stops_following_for_somebody_else(city: City, thandi: User) -> None:
    area = follow_area(city.organisation, Area(ward=city.ward), acting_user=thandi)

    assert unfollow_areas([area.pk], acting_user=UserFactory.create()) == 0
    assert list(AreaFollow.objects.by(thandi)) == [area]


@pytest.mark.parametrize("wrong", [{"radius": 10}, {"latitude": None}, {"south": None}, {"name": ""}])
def test_the_database_refuses_half_an_area(city: City, thandi: User, wrong: dict[str, object]) -> None:
    area = follow_area(city.organisation, around(500, "Home"), acting_user=thandi)
    with pytest.raises(IntegrityError), transaction.atomic():
        AreaFollow.objects.filter(pk=area.pk).update(**wrong)


def test_a_new_ticket_asks_two_indexes_and_no_more(city: City, thandi: User) -> None:
    follow_area(city.organisation, Area(suburb=city.suburb), acting_user=thandi)
    ticket = at(city)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = AreaFollow.objects.around(ticket).explain()

    assert "areafollow_box" in plan
    assert "areafollow_ward_id" in plan


# The pages


def test_near_by_offers_to_follow_the_ward_the_suburb_or_the_place_it_shows(city: City, thandi: User) -> None:
    client = city.client(thandi)
    assert client.get("/near-by/").context["area"] is None
    for query, values in (
        ("ward=56", {"ward": "56"}),
        ("suburb=Hatfield", {"suburb": "Hatfield"}),
        (urlencode(HERE), HERE),
    ):
        page = client.get(f"/near-by/?{query}")
        offer = page.context["area"]
        assert (offer.values, offer.followed) == (values, None)
        assert "Follow this area" in page.content.decode()

        answer = client.post("/near-by/follow/", {**values, "radius": "500"}, follow=True)
        followed = answer.context["area"].followed
        assert followed == AreaFollow.objects.order_by("-pk")[0]

        answer = client.post(f"/near-by/areas/{followed.pk}/unfollow/", follow=True)
        assert answer.context["area"].followed is None
    assert AreaFollow.objects.count() == 0


def test_a_visitor_is_asked_to_sign_in_and_comes_back(city: City) -> None:
    offer = city.client().get("/near-by/?ward=56").context["area"]
    assert offer.sign_in_url == "/accounts/login/?next=%2Fnear-by%2F%3Fward%3D56"
    answer = city.client().post("/near-by/follow/", {"ward": "56"})
    assert (answer.status_code, AreaFollow.objects.count()) == (302, 0)


@pytest.mark.parametrize(
    "typed",
    [
        {"ward": "999"},
        {"suburb": "\x00"},
        {"latitude": "north", "longitude": "1"},
        {"latitude": "1e999", "longitude": "1"},
        {"latitude": str(LATITUDE), "longitude": str(LONGITUDE), "radius": "7"},
        {"latitude": "51.5", "longitude": "-0.1", "radius": "500"},
        {"latitude": str(LATITUDE), "longitude": str(LONGITUDE), "radius": "500", "name": "x" * 81},
        {},
    ],
)
def test_nonsense_is_a_sentence_and_follows_nothing(city: City, thandi: User, typed: dict[str, str]) -> None:
    answer = city.client(thandi).post("/near-by/follow/", typed, follow=True)

    assert answer.status_code == 200
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert AreaFollow.objects.count() == 0


def test_my_areas_are_listed_with_a_way_out_and_as_many_questions_for_three_as_for_one(
    city: City, thandi: User
) -> None:
    client, counts = city.client(thandi), []
    for area in (Area(ward=city.ward), Area(suburb=city.suburb), around(2000, "<b>ماء</b>")):
        follow_area(city.organisation, area, acting_user=thandi)
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/my-tickets/?show=areas")
        counts.append(len(queries))

    rows = [(row.name, row.reach) for row in page.context["areas"]]
    assert rows == [("<b>ماء</b>", "2 km around"), ("Hatfield", ""), ("Ward 56", "")]
    assert "&lt;b&gt;ماء&lt;/b&gt;" in page.content.decode()
    assert counts[0] == counts[2]
    key = page.context["areas"][0].key
    answer = client.post(f"/near-by/areas/{key}/unfollow/", {"back": "areas"})
    assert answer["Location"] == "/my-tickets/?show=areas"
    assert AreaFollow.objects.by(thandi).count() == 2


def test_somebody_elses_area_is_not_there(city: City, thandi: User) -> None:
    area = follow_area(city.organisation, Area(ward=city.ward), acting_user=thandi)
    other = city.client(UserFactory.create())

    assert other.post(f"/near-by/areas/{area.pk}/unfollow/").status_code == 404
    assert other.post(f"/near-by/areas/{uuid.uuid4()}/unfollow/").status_code == 404
    assert other.get("/my-tickets/?show=areas").context["areas"] == []
    assert AreaFollow.objects.count() == 1


def test_areas_are_handed_out_and_forgotten_with_the_account(city: City, thandi: User) -> None:
    follow_area(city.organisation, around(500, "Home"), acting_user=thandi)

    (handed,) = own_data.export(thandi)["areas"]
    assert (handed["name"], handed["radius"]) == ("Home", 500)
    own_data.erase(thandi)
    assert AreaFollow.objects.count() == 0
