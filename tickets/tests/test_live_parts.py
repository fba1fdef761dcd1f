"""What a page asks for when the stream says that something happened."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from departments.tests.factories import staff_member
from tickets.actions.conversation import add_message, add_note
from tickets.actions.lifecycle import resolve_ticket
from tickets.actions.support import support_ticket
from tickets.models import Seen, Ticket
from tickets.tests.factories import report_ticket
from tickets.tests.pages import City, make_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def ticket(city: City) -> Ticket:
    return report_ticket(city.category)


def version(ticket: Ticket) -> int:
    return int(Ticket.objects.values_list("version", flat=True).get(pk=ticket.pk))


def test_a_page_that_has_the_present_version_is_told_nothing(city: City, ticket: Ticket) -> None:
    for person, path in (
        (ticket.reporter, f"/t/{ticket.reference}/live/"),
        (city.agent, f"/console/tickets/ticket/{ticket.pk}/live/"),
    ):
        answer = city.client(person).get(f"{path}?version={version(ticket)}")
        assert (answer.status_code, answer.content) == (204, b"")


def test_both_sides_get_the_new_words_and_how_it_stands(city: City, ticket: Ticket) -> None:
    before = version(ticket)
    add_message(ticket, body="On our way.", acting_user=city.agent)
    mine = city.client(ticket.reporter).get(f"/t/{ticket.reference}/live/?version={before}")
    theirs = city.client(city.agent).get(f"/console/tickets/ticket/{ticket.pk}/live/?version={before}")
    for answer, said in ((mine, "Message from the department"), (theirs, "Message")):
        page = answer.content.decode()
        assert (answer.context["said"], "On our way." in page, "<form" in page) == (said, True, False)
        assert f'data-version="{before + 1}"' in page
    assert Seen.objects.get().version == before + 1


def test_the_question_appears_when_the_ticket_is_resolved(city: City, ticket: Ticket) -> None:
    resolve_ticket(ticket, note="New pipe.", acting_user=city.agent)
    page = city.client(ticket.reporter).get(f"/t/{ticket.reference}/live/?version=1").content.decode()
    assert "Is it really fixed?" in page


def test_others_hear_nothing_of_what_is_said_between_two(city: City, ticket: Ticket) -> None:
    neighbour = UserFactory.create()
    support_ticket(ticket, acting_user=neighbour)
    add_message(ticket, body="My number is 082.", acting_user=ticket.reporter)
    add_note(ticket, body="Careful.", acting_user=city.agent)
    for person in (None, neighbour, UserFactory.create()):
        page = city.client(person).get(f"/t/{ticket.reference}/live/?version=1").content.decode()
        assert ("082" in page, "Careful" in page) == (False, False)


@pytest.mark.parametrize("nonsense", ["", "x", "-1", "9" * 40, "%00"])
def test_a_version_that_makes_no_sense_is_an_old_one(city: City, ticket: Ticket, nonsense: str) -> None:
    answer = city.client(ticket.reporter).get(f"/t/{ticket.reference}/live/?version={nonsense}")
    assert answer.status_code == 200


def test_what_may_not_be_seen_is_not_found(city: City) -> None:
    private = report_ticket(city.category, is_public=False)
    assert city.client().get(f"/t/{private.reference}/live/").status_code == 404
    outside = staff_member(make_city("elsewhere.example.org").category.department)
    assert city.client(outside).get(f"/console/tickets/ticket/{private.pk}/live/").status_code in {302, 404}


def test_the_page_follows_live_for_those_who_have_to_do_with_it(city: City, ticket: Ticket) -> None:
    path = f"/t/{ticket.reference}/"
    follows = [
        bool(city.client(person).get(path).context["live_url"])
        for person in (ticket.reporter, city.agent, UserFactory.create(), None)
    ]
    assert follows == [True, True, False, False]


def test_three_messages_take_as_many_queries_as_one(city: City, ticket: Ticket) -> None:
    client, counts = city.client(ticket.reporter), []
    for more in (1, 2):
        for _message in range(more):
            add_message(ticket, body="Here.", acting_user=city.agent)
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/t/{ticket.reference}/live/?version=1")
        counts.append(len(queries))
    assert counts[0] == counts[1]
