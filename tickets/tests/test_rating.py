"""How good a confirmed fix is: by whom it can be said, when, and who reads it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import UserFactory
from common.errors import InvalidInput, NotAllowed
from tickets.actions.lifecycle import reopen_ticket, resolve_ticket
from tickets.actions.rating import NothingToRate, RatingOutOfRange, RatingOver, rate_resolution
from tickets.actions.support import support_ticket
from tickets.actions.verification import verify_resolution
from tickets.enums import EventKind, Outcome, Visibility
from tickets.models import Ticket, Verification
from tickets.tests.api import api_client
from tickets.tests.factories import report_ticket
from tickets.tests.pages import City, make_city
from tickets.tests.proof import refused
from tickets.verification import code_for, link_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def resolved(city: City) -> Ticket:
    return resolve_ticket(report_ticket(city.category), note="New pipe.", acting_user=city.agent)


@pytest.fixture
def verified(resolved: Ticket) -> Ticket:
    return confirm(resolved, resolved.reporter)


def confirm(ticket: Ticket, person: User | None, **said: Any) -> Ticket:
    code = code_for(ticket.verifications.pending().get())
    return verify_resolution(ticket, code=code, acting_user=person, **said)


def rated(ticket: Ticket) -> tuple[int | None, str]:
    verification = ticket.verifications.latest("issued_at")
    return verification.rating, verification.rating_words


def test_a_rating_comes_with_the_confirmation(resolved: Ticket) -> None:
    confirm(resolved, resolved.reporter, rating=5, words="  Quick and clean. ")
    assert rated(resolved) == (5, "Quick and clean.")
    event = resolved.events.get(kind=EventKind.RATED)
    assert (event.data, event.note) == ({"rating": 5, "by": "reporter"}, "Quick and clean.")
    assert event.visibility == Visibility.STAFF


@pytest.mark.parametrize("rating", [0, 6, -1])
def test_a_rating_out_of_range_confirms_nothing(resolved: Ticket, rating: int) -> None:
    with refused(resolved, RatingOutOfRange):
        confirm(resolved, resolved.reporter, rating=rating)


def test_a_bell_in_the_words_confirms_nothing(resolved: Ticket) -> None:
    with refused(resolved, InvalidInput):
        confirm(resolved, resolved.reporter, rating=5, words="ding \x07")


def test_it_can_be_said_afterwards_and_otherwise_within_a_day(verified: Ticket) -> None:
    person = verified.reporter
    with time_machine.travel(timezone.now() + timedelta(days=6), tick=False) as travel:
        rate_resolution(verified, rating=2, acting_user=person)
        travel.shift(timedelta(hours=24))
        rate_resolution(verified, rating=4, words="Better.", acting_user=person)
        assert rated(verified) == (4, "Better.")
        travel.shift(timedelta(seconds=1))
        with refused(verified, RatingOver):
            rate_resolution(verified, rating=1, acting_user=person)
    assert [
        event.data["rating"] for event in verified.events.filter(kind=EventKind.RATED).order_by("pk")
    ] == [
        2,
        4,
    ]


def test_after_a_week_it_is_too_late_to_say_it_first(verified: Ticket) -> None:
    late = timezone.now() + timedelta(days=7, seconds=1)
    with time_machine.travel(late, tick=False), refused(verified, RatingOver):
        rate_resolution(verified, rating=3, acting_user=verified.reporter)


def test_the_same_twice_is_told_once(verified: Ticket) -> None:
    for _time in range(2):
        rate_resolution(verified, rating=4, words="Good.", acting_user=verified.reporter)
    assert verified.events.filter(kind=EventKind.RATED).count() == 1


def test_only_who_confirmed_it_rates_it(city: City, resolved: Ticket) -> None:
    neighbour = UserFactory.create()
    support_ticket(resolved, acting_user=neighbour)
    verify_resolution(resolved, acting_user=neighbour)
    for person in (resolved.reporter, UserFactory.create(), city.agent, None):
        with refused(resolved, NotAllowed):
            rate_resolution(resolved, rating=1, acting_user=person, by_link=True)
    rate_resolution(resolved, rating=3, acting_user=neighbour)
    assert rated(resolved) == (3, "")


def test_what_was_confirmed_by_nobody_with_an_account_is_rated_by_the_link(resolved: Ticket) -> None:
    confirm(resolved, None)
    with refused(resolved, NotAllowed):
        rate_resolution(resolved, rating=1, acting_user=None)
    rate_resolution(resolved, rating=5, acting_user=None, by_link=True)
    assert rated(resolved) == (5, "")


def test_what_was_not_confirmed_is_not_rated(city: City, resolved: Ticket) -> None:
    with refused(resolved, NothingToRate):
        rate_resolution(resolved, rating=5, acting_user=resolved.reporter)
    confirm(resolved, resolved.reporter)
    reopen_ticket(resolved, reason="Again.", acting_user=city.agent)
    with refused(resolved, NothingToRate):
        rate_resolution(resolved, rating=5, acting_user=resolved.reporter)


def test_the_database_refuses_ratings_that_cannot_be(resolved: Ticket) -> None:
    for fields in ({"rating": 5, "rated_at": timezone.now()}, {"rating_words": "Good."}, {"rating": 9}):
        with (
            pytest.raises(IntegrityError, match="verification_rating_is_of_a_confirmed_fix"),
            transaction.atomic(),
        ):
            Verification.objects.update(**fields)


# The page


def test_the_page_that_says_thank_you_asks_how_good_it_is(city: City, verified: Ticket) -> None:
    client = city.client(verified.reporter)
    path = f"/v/{link_token(verified.verifications.get())}/"
    assert client.get(path).context["rating_form"] is not None
    answer = client.post(path, {"answer": "rate", "rating": "4", "words": "Well done."})
    assert (answer.status_code, answer["Location"]) == (302, path)
    assert rated(verified) == (4, "Well done.")
    assert client.get(path).context["rating"] == 4


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({}, "rating"),
        ({"rating": "6"}, "rating"),
        ({"rating": "five"}, "rating"),
        ({"rating": "5", "words": "x" * 1001}, "words"),
        ({"rating": "5", "words": "ding \x07"}, "words"),
    ],
)
def test_a_rating_without_sense_is_refused_by_its_field(
    city: City, verified: Ticket, typed: dict[str, str], field: str
) -> None:
    path = f"/v/{link_token(verified.verifications.get())}/"
    answer = city.client(verified.reporter).post(path, {"answer": "rate", **typed})
    assert (answer.status_code, list(answer.context["rating_form"].errors)) == (400, [field])
    assert rated(verified) == (None, "")


def test_others_who_come_by_the_link_are_not_asked(city: City, verified: Ticket) -> None:
    path = f"/v/{link_token(verified.verifications.get())}/"
    for person in (None, city.agent):
        assert city.client(person).get(path).context["rating_form"] is None
        assert city.client(person).post(path, {"answer": "rate", "rating": "1"}).status_code == 400
    assert rated(verified) == (None, "")


def test_a_rating_is_on_no_public_page_and_staff_read_it_without_a_name(city: City, resolved: Ticket) -> None:
    confirm(resolved, resolved.reporter, rating=1, words="Left a hole behind.")
    assert "Left a hole" not in city.client().get(f"/t/{resolved.reference}/").content.decode()
    workspace = city.client(city.agent).get(f"/console/tickets/ticket/{resolved.pk}/change/")
    told = [item for item in workspace.context["timeline"] if item.text == "Left a hole behind."]
    assert [item.headline for item in told] == ["Fix rated: 1 of 5"]


# The API


def test_over_http_the_rating_comes_with_the_code(resolved: Ticket) -> None:
    code = code_for(resolved.verifications.get())
    body = {"code": code, "rating": 4, "words": "Good."}
    answer = api_client(resolved.reporter).post(f"/api/v1/tickets/{resolved.reference}/verification/", body)
    assert (answer.status_code, answer.json()["outcome"]) == (200, Outcome.VERIFIED)
    assert rated(resolved) == (4, "Good.")


@pytest.mark.parametrize("rating", [0, 6, "five", None, 2.5, [5]])
def test_over_http_a_rating_without_sense_confirms_nothing(resolved: Ticket, rating: Any) -> None:
    body = {"code": code_for(resolved.verifications.get()), "rating": rating}
    before = resolved.events.count()
    answer = api_client(resolved.reporter).post(f"/api/v1/tickets/{resolved.reference}/verification/", body)
    assert (answer.status_code, resolved.events.count()) == (400, before)
