from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.tests.factories import UserFactory
from tickets.actions.conversation import add_message, add_note
from tickets.actions.lifecycle import start_work, withdraw_ticket
from tickets.actions.support import support_ticket
from tickets.models import Seen
from tickets.tests.factories import report_ticket
from tickets.tests.pages import City, make_city
from tickets.views import pages

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


def unread(answer: object) -> dict[str, bool]:
    return {card.reference: card.unread for card in answer.context["cards"]}  # type: ignore[attr-defined]


def test_news_that_nobody_has_looked_at_is_marked_until_the_page_is_opened(
    city: City, resident: User
) -> None:
    ticket = report_ticket(city.category, reporter=resident)
    client = city.client(resident)
    assert unread(client.get("/my-tickets/")) == {ticket.reference: False}
    start_work(ticket, acting_user=city.agent)
    assert unread(client.get("/my-tickets/")) == {ticket.reference: True}
    assert "New since you last looked:" in client.get("/my-tickets/").content.decode()

    client.get(f"/t/{ticket.reference}/")

    assert unread(client.get("/my-tickets/")) == {ticket.reference: False}


def test_what_one_did_oneself_and_notes_of_staff_are_no_news(city: City, resident: User) -> None:
    ticket = report_ticket(city.category, reporter=resident)
    add_message(ticket, body="Any news?", acting_user=resident)
    add_note(ticket, body="Ask Sipho.", acting_user=city.agent)
    assert unread(city.client(resident).get("/my-tickets/")) == {ticket.reference: False}


def test_a_word_to_the_reporter_is_news_to_them_and_not_to_supporters(city: City, resident: User) -> None:
    neighbour = UserFactory.create()
    ticket = report_ticket(city.category, reporter=resident)
    support_ticket(ticket, acting_user=neighbour)
    add_message(ticket, body="On our way.", acting_user=city.agent)
    assert unread(city.client(resident).get("/my-tickets/")) == {ticket.reference: True}
    assert unread(city.client(neighbour).get("/my-tickets/?show=supported")) == {ticket.reference: False}


def test_the_newest_news_comes_first_on_every_page(
    city: City, resident: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    tickets = [report_ticket(city.category, reporter=resident) for _ticket in range(5)]
    start_work(tickets[1], acting_user=city.agent)
    start_work(tickets[0], acting_user=city.agent)
    monkeypatch.setattr(pages.news_page, "__kwdefaults__", {"size": 2})
    client, found, path = city.client(resident), [], "/my-tickets/"
    while path:
        answer = client.get(path)
        found.append(references(answer))
        path = f"/my-tickets/{answer.context['page'].next}" if answer.context["page"].next else ""
    order = [tickets[0], tickets[1], tickets[4], tickets[3], tickets[2]]
    assert found == [[ticket.reference for ticket in order[at : at + 2]] for at in (0, 2, 4)]


def test_a_stranger_who_looks_leaves_no_trace(city: City, resident: User) -> None:
    ticket = report_ticket(city.category)
    for person in (None, resident, city.agent):
        city.client(person).get(f"/t/{ticket.reference}/")
    assert not Seen.objects.exists()


def test_a_visitor_signs_in_first(city: City) -> None:
    assert city.client().get("/my-tickets/")["Location"] == "/accounts/login/?next=/my-tickets/"


def test_an_empty_page_says_what_to_do(city: City, resident: User) -> None:
    assert "Nothing reported yet" in city.client(resident).get("/my-tickets/").content.decode()
    assert "No me too yet" in city.client(resident).get("/my-tickets/?show=supported").content.decode()
