from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from tickets.actions.lifecycle import resolve_ticket
from tickets.actions.support import support_ticket
from tickets.actions.verification import verify_resolution
from tickets.tests.factories import burst_pipe_category, report_ticket
from tickets.tests.pages import City, make_city
from tickets.verification import code_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


def test_the_home_page_counts_what_residents_have_confirmed(city: City) -> None:
    verified = resolve_ticket(report_ticket(city.category), note="Done.", acting_user=city.agent)
    verify_resolution(verified, code=code_for(verified.verifications.get()), acting_user=verified.reporter)
    resolve_ticket(report_ticket(city.category), note="Done, they say.", acting_user=city.agent)
    report_ticket(city.category)

    figures = city.client().get("/").context["figures"]

    assert [(stat.number, stat.word) for stat in figures] == [
        ("1", "verified fix this month"),
        ("0", "overdue right now"),
        ("1", "open or in progress"),
    ]


def test_what_affects_many_stands_apart(city: City) -> None:
    report_ticket(city.category)
    many = report_ticket(city.category)
    for _neighbour in range(3):
        support_ticket(many, acting_user=UserFactory.create())

    assert [card.reference for card in city.client().get("/").context["outages"]] == [many.reference]


def test_the_home_page_asks_as_often_for_three_tickets_as_for_one(city: City) -> None:
    counts = []
    for more in (1, 2):
        for _one in range(more):
            report_ticket(city.category)
        with CaptureQueriesContext(connection) as queries:
            city.client().get("/")
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("ward 56", "/near-by/?ward=56"),
        ("56", "/near-by/?ward=56"),
        ("hatf", "/near-by/?suburb=Hatfield"),
        ("HATFIELD", "/near-by/?suburb=Hatfield"),
        ("Hatfeild", "/near-by/?suburb=Hatfield"),
        ("hatfieldd", "/near-by/?suburb=Hatfield"),
        ("heat", "/near-by/?q=heat"),
        ("ward 999", "/near-by/?q=ward+999"),
        ("burst pipe", "/near-by/?q=burst+pipe"),
        ("  ", "/near-by/"),
        ("\x00", "/near-by/"),
    ],
)
def test_the_one_box_finds_wards_suburbs_and_words(city: City, typed: str, address: str) -> None:
    answer = city.client().get("/find/", {"q": typed})

    assert (answer.status_code, answer["Location"]) == (302, address)


def test_words_of_tickets_are_words_though_a_suburb_begins_like_them(city: City) -> None:
    report_ticket(city.category, title="The hat shop has no light")

    assert city.client().get("/find/", {"q": "hat"})["Location"] == "/near-by/?q=hat"
    assert city.client().get("/find/", {"q": "hatfield"})["Location"] == "/near-by/?suburb=Hatfield"

    answer = city.client().get("/near-by/", {"q": "hat"})
    assert answer.context["suburbs"] == ["Hatfield"]
    assert len(answer.context["cards"]) == 1


def test_the_one_box_finds_a_reference_however_it_is_typed(city: City) -> None:
    ticket = report_ticket(city.category)

    for typed in (ticket.reference, ticket.reference.lower(), ticket.reference.replace("-", " ")):
        assert city.client().get("/find/", {"q": typed})["Location"] == f"/t/{ticket.reference}/"


def test_a_mistyped_reference_is_recognised_as_mistyped(city: City) -> None:
    reference = report_ticket(city.category).reference
    mistyped = reference[:-1] + ("3" if reference[-1] != "3" else "4")

    answer = city.client().get("/find/", {"q": mistyped})

    assert answer.status_code == 404
    assert answer.context["refusal"].startswith("This reference has a typing error.")


def test_a_private_reference_and_one_of_another_city_sound_like_none(city: City) -> None:
    private = burst_pipe_category(city.organisation)
    private.is_public_space = False
    private.save(update_fields=["is_public_space"])
    ticket = report_ticket(private)

    answer = city.client().get("/find/", {"q": ticket.reference})

    assert answer.status_code == 404
    assert answer.context["refusal"].startswith("There is no ticket with this reference")


def test_each_host_shows_its_own_city(city: City) -> None:
    elsewhere = make_city("elsewhere.example.org")
    ticket = report_ticket(elsewhere.category)

    assert [card.reference for card in elsewhere.client().get("/").context["cards"]] == [ticket.reference]
    assert city.client().get("/").context["cards"] == []


def test_without_any_organisation_there_is_nothing_and_no_error(client: Client) -> None:
    assert client.get("/").status_code == 404


def test_pages_have_no_inline_script_or_style_and_a_strict_policy(city: City) -> None:
    ticket = report_ticket(city.category)
    for path in ("/", "/near-by/", "/report/", f"/t/{ticket.reference}/", "/accounts/signup/"):
        answer = city.client().get(path)
        page = answer.content.decode()
        assert "unsafe" not in answer["Content-Security-Policy"], path
        assert " style=" not in page, path
        assert "<style" not in page, path
        assert "<script>" not in page, path
