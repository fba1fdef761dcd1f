"""To follow a ticket: whoever may see it may, and is counted nowhere."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actions.deletion import delete_account, export_own_data
from accounts.models import User
from accounts.tests.factories import PASSWORD, UserFactory
from common.errors import NotFound
from departments.models import Category
from tickets.actions.following import follow_ticket, unfollow_ticket
from tickets.actions.lifecycle import reject_ticket, withdraw_ticket
from tickets.actions.support import support_ticket
from tickets.enums import EventKind, Visibility
from tickets.models import Follow, Ticket
from tickets.tests.api import ROOT, api_client, assert_problem, path_of
from tickets.tests.factories import burst_pipe_category, report_ticket
from tickets.tests.pages import City, make_city
from tickets.tests.proof import assert_books_agree, everything_about, refused
from tickets.tests.together import all_at_once, refusals

pytestmark = pytest.mark.django_db


@pytest.fixture
def neighbour() -> User:
    return UserFactory.create(full_name="Pieter Botha")


def events(ticket: Ticket) -> list[str]:
    return list(ticket.events.order_by("pk").values_list("kind", flat=True))


# The action


def test_following_twice_counts_once_and_is_no_update_of_the_ticket(ticket: Ticket, neighbour: User) -> None:
    updated_at = Ticket.objects.get(pk=ticket.pk).updated_at
    follow_ticket(ticket, acting_user=neighbour)
    follow_ticket(ticket, acting_user=neighbour)

    ticket.refresh_from_db()
    assert [follow.user for follow in ticket.follows.all()] == [neighbour]
    assert events(ticket)[-1:] == [EventKind.FOLLOWED]
    assert events(ticket).count(EventKind.FOLLOWED) == 1
    assert ticket.events.latest("pk").visibility == Visibility.STAFF
    assert (ticket.updated_at, ticket.support_count) == (updated_at, 0)
    assert_books_agree()


def test_who_stops_hears_no_more_and_stopping_again_changes_nothing(ticket: Ticket, neighbour: User) -> None:
    follow_ticket(ticket, acting_user=neighbour)
    unfollow_ticket(ticket, acting_user=neighbour)
    before = everything_about(ticket)
    unfollow_ticket(ticket, acting_user=neighbour)

    assert everything_about(ticket) == before
    assert (events(ticket)[-1], ticket.follows.count()) == (EventKind.UNFOLLOWED, 0)


def test_a_closed_ticket_can_be_followed_because_it_may_be_opened_again(
    ticket: Ticket, agent: User, neighbour: User
) -> None:
    reject_ticket(ticket, reason="A private pipe.", acting_user=agent)
    follow_ticket(ticket, acting_user=neighbour)
    assert ticket.follows.get().user == neighbour


def test_who_may_not_see_a_ticket_does_not_follow_it(
    private_ticket: Ticket, ticket: Ticket, neighbour: User, department_admin: User
) -> None:
    with refused(private_ticket, NotFound):
        follow_ticket(private_ticket, acting_user=neighbour)
    withdraw_ticket(ticket, acting_user=department_admin)
    with refused(ticket, NotFound):
        follow_ticket(ticket, acting_user=neighbour)


@pytest.mark.django_db(transaction=True)
def test_eight_times_at_once_is_one_follow() -> None:
    ticket, person = report_ticket(burst_pipe_category()), UserFactory.create()
    answers = all_at_once([partial(follow_ticket, ticket, acting_user=person) for _try in range(8)])
    assert refusals(answers) == []
    assert (ticket.follows.count(), events(ticket).count(EventKind.FOLLOWED)) == (1, 1)
    assert_books_agree()


def test_who_leaves_follows_nothing_any_more_and_took_the_list_along(ticket: Ticket) -> None:
    person = UserFactory.create(password=PASSWORD)
    follow_ticket(ticket, acting_user=person)
    follow_ticket(ticket, acting_user=UserFactory.create())
    exported = export_own_data(person)["tickets"]["follows"]

    delete_account(person, password=PASSWORD, acting_user=person)

    assert [row["ticket"] for row in exported] == [ticket.reference]
    assert Follow.objects.count() == 1


# The API


def test_a_resident_follows_and_stops_over_http(ticket: Ticket, neighbour: User) -> None:
    client = api_client(neighbour)
    assert client.get(path_of(ticket)).json()["is_followed"] is False
    followed = client.put(path_of(ticket, "follow"))
    assert (followed.status_code, followed.json()["is_followed"]) == (200, True)
    assert followed.json()["supports"] == 0
    listed = client.get(f"{ROOT}/tickets/", {"followed": "true"}).json()["results"]
    assert [row["reference"] for row in listed] == [ticket.reference]

    for _time in range(2):
        assert client.delete(path_of(ticket, "follow")).status_code == 204
    assert client.get(f"{ROOT}/tickets/", {"followed": "true"}).json()["results"] == []


def test_a_visitor_signs_in_before_following(ticket: Ticket) -> None:
    before = everything_about(ticket)
    for method in ("put", "delete"):
        assert_problem(getattr(api_client(), method)(path_of(ticket, "follow")), 401)
    assert_problem(api_client().get(f"{ROOT}/tickets/", {"followed": "true"}), 401)
    assert everything_about(ticket) == before


def test_nobody_but_staff_reads_who_follows(ticket: Ticket, neighbour: User, agent: User) -> None:
    follow_ticket(ticket, acting_user=neighbour)

    def told(user: Any) -> list[str]:
        rows = api_client(user).get(path_of(ticket, "timeline")).json()["results"]
        return [row["by"] for row in rows if row["kind"] == EventKind.FOLLOWED]

    assert (told(None), told(ticket.reporter), told(agent)) == ([], [], ["resident"])


# The residents' pages


@pytest.fixture
def town() -> City:
    return make_city()


def test_the_page_offers_to_follow_to_who_has_no_other_way_to_hear(town: City, neighbour: User) -> None:
    ticket = report_ticket(town.category)
    client = town.client(neighbour)
    page = client.get(reverse("tickets:ticket", args=[ticket.reference]))
    assert (page.context["can_follow"], page.context["is_follower"]) == (True, False)

    client.post(reverse("tickets:follow", args=[ticket.reference]), {"follow": "yes"})
    page = client.get(reverse("tickets:ticket", args=[ticket.reference]))
    assert page.context["is_follower"] is True
    assert "You follow it. We keep you informed." in page.content.decode()

    client.post(reverse("tickets:follow", args=[ticket.reference]), {"follow": "no"})
    assert ticket.follows.count() == 0
    support_ticket(ticket, acting_user=neighbour)
    for person in (neighbour, ticket.reporter):
        page = town.client(person).get(reverse("tickets:ticket", args=[ticket.reference]))
        assert page.context["can_follow"] is False
    assert (
        town.client().get(reverse("tickets:ticket", args=[ticket.reference])).context["can_follow"] is False
    )


def test_my_tickets_lists_what_i_follow_in_as_many_queries_for_three_as_for_one(
    town: City, neighbour: User
) -> None:
    client, counts = town.client(neighbour), []
    assert "Nothing followed yet" in client.get("/my-tickets/?show=followed").content.decode()
    for more in (1, 2):
        for _one in range(more):
            follow_ticket(report_ticket(town.category), acting_user=neighbour)
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/my-tickets/?show=followed")
        counts.append((len(page.context["cards"]), len(queries)))
    assert counts == [(1, counts[0][1]), (3, counts[0][1])]


# The console


def test_an_agent_follows_by_one_button_that_says_what_it_does(
    category: Category, ticket: Ticket, agent: User, client: Any
) -> None:
    client.force_login(agent)
    workspace = reverse("admin:tickets_ticket_change", args=[ticket.pk])

    def button() -> Any:
        page = client.get(workspace)
        (found,) = [row for row in page.context["other_buttons"] if row.row.slug == "follow"]
        return found

    def press() -> None:
        form = {field.name: field.value() for field in button().form.hidden_fields()}
        sent = {name: value for name, value in form.items() if value}
        client.post(reverse("admin:tickets_ticket_verb", args=[ticket.pk, "follow"]), sent)

    assert str(button().label) == "Follow"
    press()
    assert (str(button().label), ticket.follows.get().user) == ("Follow no more", agent)
    press()
    assert ticket.follows.count() == 0
