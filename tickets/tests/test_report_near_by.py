"""What is open near by: shown as soon as the pin stands, and supported by who is led to sign in first."""

from __future__ import annotations

import pytest

from accounts.tests.factories import UserFactory
from tickets.models import Support, Ticket
from tickets.tests.factories import report_ticket
from tickets.tests.pages import LATITUDE, LONGITUDE, City, make_city

pytestmark = pytest.mark.django_db

PIN = {"latitude": LATITUDE, "longitude": LONGITUDE}
LIVE = {"HX-Request": "true"}


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def other(city: City) -> Ticket:
    return report_ticket(city.category, title="Pipe burst at the square")


def test_open_tickets_come_as_soon_as_the_pin_stands(city: City, other: Ticket) -> None:
    client = city.client()
    client.post("/report/", {"words": "pipe", "category": city.category.pk})

    answer = client.post("/report/where/", PIN, headers=LIVE)

    assert answer.templates[0].name == "tickets/_report_similar.html"
    assert [card.reference for card in answer.context["cards"]] == [other.reference]
    assert f'formaction="/t/{other.reference}/me-too/"' in answer.content.decode()
    # Nothing is kept before somebody goes on.
    assert client.get("/report/details/")["Location"] == "/report/where/"


def test_who_has_seen_them_is_not_asked_again(city: City, other: Ticket) -> None:
    client = city.client()
    client.post("/report/", {"words": "pipe", "category": city.category.pk})

    assert client.post("/report/where/", {**PIN, "seen": "1"})["Location"] == "/report/details/"


def test_a_pin_elsewhere_is_told_while_it_is_put(city: City, other: Ticket) -> None:
    client = city.client()
    client.post("/report/", {"words": "pipe", "category": city.category.pk})

    answer = client.post("/report/where/", {"latitude": "-33.9", "longitude": "18.4"}, headers=LIVE)

    assert (answer.status_code, answer.context["cards"]) == (200, [])
    assert "its teams do not go there" in answer.content.decode()


def test_a_visitor_who_says_me_too_signs_in_and_comes_back_with_it_done(city: City, other: Ticket) -> None:
    client, address = city.client(), f"/t/{other.reference}/me-too/"

    led = client.post(address, {"support": "yes"})
    assert led["Location"] == f"{address}contact/"
    assert client.get(led["Location"]).context["sign_in_url"] == f"/accounts/login/?next={address}"
    assert Support.objects.count() == 0
    resident = UserFactory.create()
    client.force_login(resident)
    back = client.get(address)

    assert back["Location"] == f"/t/{other.reference}/"
    assert Support.objects.get().user == resident
    client.get(address)
    assert Support.objects.count() == 1


def test_a_link_alone_supports_nothing(city: City, other: Ticket) -> None:
    address = f"/t/{other.reference}/me-too/"

    for client in (city.client(), city.client(UserFactory.create())):
        assert client.get(address)["Location"] == f"/t/{other.reference}/"

    assert Support.objects.count() == 0
