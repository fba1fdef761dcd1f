"""Tags: added and removed one by one, the same in every case, and none lost by two at once."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from common.errors import InvalidInput, NotAllowed, StaleVersion
from departments.tests.factories import staff_member
from tickets.actions.lifecycle import reject_ticket
from tickets.actions.tags import change_tags
from tickets.enums import EventKind
from tickets.models import Ticket
from tickets.tests.api import ROOT, api_client, assert_problem, last_kind, path_of, state_of
from tickets.tests.factories import burst_pipe_category, report_ticket
from tickets.tests.proof import assert_books_agree, everything_about, refused
from tickets.tests.together import all_at_once, refusals
from tickets.workflow import TransitionNotAllowed

pytestmark = pytest.mark.django_db


def tags_of(ticket: Ticket) -> list[str]:
    return Ticket.objects.values_list("tags", flat=True).get(pk=ticket.pk)


def test_a_tag_is_the_same_in_every_case_and_kept_folded(ticket: Ticket, agent: User) -> None:
    change_tags(ticket, add=["  Burst   MAIN ", "Straße", "burst main"], acting_user=agent)
    assert tags_of(ticket) == ["burst main", "strasse"]
    change_tags(ticket, add=["STRASSE"], remove=["Burst Main"], acting_user=agent)
    assert tags_of(ticket) == ["strasse"]
    event = ticket.events.latest("pk")
    assert (event.kind, event.changes) == (
        EventKind.EDITED,
        {"tags": [["burst main", "strasse"], ["strasse"]]},
    )


def test_what_is_there_already_or_not_there_changes_nothing(ticket: Ticket, agent: User) -> None:
    change_tags(ticket, add=["school"], acting_user=agent)
    before = everything_about(ticket)
    change_tags(ticket, add=["SCHOOL"], acting_user=agent)
    change_tags(ticket, remove=["hospital"], acting_user=agent)
    assert everything_about(ticket) == before


@pytest.mark.parametrize(
    "tags", [["x" * 41], [f"tag {n}" for n in range(21)], ["bell\x07"]], ids=["long", "many", "control"]
)
def test_tags_that_cannot_be_kept_are_refused(ticket: Ticket, agent: User, tags: list[str]) -> None:
    with refused(ticket, InvalidInput) as caught:
        change_tags(ticket, add=tags, acting_user=agent)
    assert caught.value.field == "tags"


def test_the_twenty_first_tag_is_refused_and_the_twenty_stay(ticket: Ticket, agent: User) -> None:
    change_tags(ticket, add=[f"tag {n}" for n in range(20)], acting_user=agent)
    with refused(ticket, InvalidInput):
        change_tags(ticket, add=["one more"], acting_user=agent)
    change_tags(ticket, add=["one more"], remove=["tag 3"], acting_user=agent)
    assert len(tags_of(ticket)) == 20


def test_residents_stale_versions_and_closed_tickets_are_refused(
    ticket: Ticket, agent: User, neighbour: User
) -> None:
    with refused(ticket, NotAllowed):
        change_tags(ticket, add=["mine"], acting_user=neighbour)
    with refused(ticket, StaleVersion):
        change_tags(ticket, add=["old"], acting_user=agent, expected_version=ticket.version - 1)
    reject_ticket(ticket, reason="Not ours.", acting_user=agent)
    with refused(ticket, TransitionNotAllowed):
        change_tags(ticket, add=["late"], acting_user=agent)


@pytest.mark.django_db(transaction=True)
def test_of_eight_agents_who_add_different_tags_at_once_none_loses_theirs() -> None:
    category = burst_pipe_category()
    team = [staff_member(category.department) for _agent in range(8)]
    ticket = report_ticket(category)
    answers = all_at_once(
        [partial(change_tags, ticket, add=[f"tag {n}"], acting_user=agent) for n, agent in enumerate(team)]
    )
    assert refusals(answers) == []
    assert sorted(tags_of(ticket)) == [f"tag {n}" for n in range(8)]
    assert_books_agree()


# The API


def test_tags_are_listed_added_and_removed_over_http(ticket: Ticket, agent: User) -> None:
    client = api_client(agent)
    added = client.post(path_of(ticket, "tags"), {"tags": ["School", "a/b"]})
    assert (added.status_code, added.json()["tags"]) == (200, ["school", "a/b"]), added.content
    assert last_kind(ticket) == EventKind.EDITED
    assert client.get(path_of(ticket, "tags")).json() == {"tags": ["school", "a/b"]}
    assert client.get(f"{ROOT}/tickets/", {"tag": "SCHOOL"}).json()["results"][0]["tags"] == ["school", "a/b"]

    for tag in ("a/b", "A%2FB", "School"):
        assert client.delete(path_of(ticket, f"tags/{tag}")).status_code == 204
    assert client.get(path_of(ticket, "tags")).json() == {"tags": []}


def test_a_stale_if_match_keeps_the_tags_as_they_are(ticket: Ticket, agent: User) -> None:
    change_tags(ticket, add=["school"], acting_user=agent)
    before, client = state_of(ticket), api_client(agent)
    stale = {"If-Match": '"1"'}
    assert_problem(client.post(path_of(ticket, "tags"), {"tags": ["x"]}, headers=stale), 412)
    assert_problem(client.delete(path_of(ticket, "tags/school"), headers=stale), 412)
    assert state_of(ticket) == before


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"tags": []},
        {"tags": "school"},
        {"tags": [1, {}]},
        {"tags": ["x" * 41]},
        {"tags": ["bell\x07"]},
        {"tags": ["a"] * 21},
        {"tags": ["a"], "more": 1},
    ],
    ids=str,
)
def test_bodies_that_make_no_sense_change_nothing(ticket: Ticket, agent: User, body: Any) -> None:
    before = state_of(ticket)
    assert_problem(api_client(agent).post(path_of(ticket, "tags"), body), 400)
    assert state_of(ticket) == before


def test_only_staff_and_the_reporter_read_tags_and_only_staff_write_them(
    ticket: Ticket, agent: User, resident: User, neighbour: User
) -> None:
    change_tags(ticket, add=["vip"], acting_user=agent)
    assert api_client(resident).get(path_of(ticket, "tags")).json() == {"tags": ["vip"]}
    assert api_client(neighbour).get(path_of(ticket, "tags")).json() == {"tags": []}
    before = state_of(ticket)
    for user in (resident, neighbour):
        assert_problem(api_client(user).post(path_of(ticket, "tags"), {"tags": ["x"]}), 403, "not_allowed")
        assert_problem(api_client(user).delete(path_of(ticket, "tags/vip")), 403, "not_allowed")
    assert_problem(api_client().get(path_of(ticket, "tags")), 401)
    assert state_of(ticket) == before


# The console


def test_the_workspace_adds_some_and_takes_others_away(ticket: Ticket, agent: User, client: Any) -> None:
    change_tags(ticket, add=["school", "main"], acting_user=agent)
    client.force_login(agent)
    address = reverse("admin:tickets_ticket_verb", args=[ticket.pk, "tags"])
    # Looked at before somebody else added one: that one stays.
    change_tags(ticket, add=["meanwhile"], acting_user=agent)
    client.post(address, {"version": ticket.version, "add": "Leak, , hot spot", "remove": ["main"]})
    assert tags_of(ticket) == ["school", "meanwhile", "leak", "hot spot"]

    before = everything_about(ticket)
    assert client.post(address, {"add": " , "}).status_code == 409
    assert everything_about(ticket) == before
