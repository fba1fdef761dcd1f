"""Messages, notes, me too, the proof and the timeline over HTTP."""

from __future__ import annotations

import pytest

from accounts.models import User
from tickets.actions.conversation import add_message, add_note
from tickets.actions.lifecycle import resolve_ticket, start_work
from tickets.enums import EventKind, Outcome, Status, VerificationState
from tickets.models import Ticket
from tickets.tests.api import api_client, assert_problem, last_kind, path_of, state_of
from tickets.verification import code_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def resolved(ticket: Ticket, agent: User) -> Ticket:
    resolve_ticket(ticket, note="New coupling fitted.", acting_user=agent)
    ticket.refresh_from_db()
    return ticket


def code_of(ticket: Ticket) -> str:
    return code_for(ticket.verifications.get(state=VerificationState.PENDING))


# Messages


def test_reporter_and_agent_talk_and_nobody_else_listens(
    ticket: Ticket, resident: User, agent: User, neighbour: User
) -> None:
    said = api_client(resident).post(path_of(ticket, "messages"), {"body": "Ngiyabonga 🙏\nHurry please."})
    assert said.status_code == 201, said.content
    assert (said.json()["by"], said.json()["body"]) == ("reporter", "Ngiyabonga 🙏\nHurry please.")
    assert last_kind(ticket) == EventKind.MESSAGE_ADDED
    api_client(agent).post(path_of(ticket, "messages"), {"body": "On our way."})

    def bodies(user: User | None) -> list[tuple[str, str]]:
        page = api_client(user).get(path_of(ticket, "messages")).json()
        return [(row["by"], row["body"]) for row in page["results"]]

    conversation = [("reporter", "Ngiyabonga 🙏\nHurry please."), ("staff", "On our way.")]
    assert bodies(resident) == bodies(agent) == conversation
    assert bodies(neighbour) == []
    assert_problem(api_client().get(path_of(ticket, "messages")), 401)


def test_a_neighbour_cannot_speak_on_the_ticket(ticket: Ticket, neighbour: User) -> None:
    before = state_of(ticket)
    answer = api_client(neighbour).post(path_of(ticket, "messages"), {"body": "Me too!"})
    assert_problem(answer, 403, "not_allowed")
    assert state_of(ticket) == before


def test_a_note_is_for_staff(ticket: Ticket, agent: User, resident: User) -> None:
    response = api_client(agent).post(path_of(ticket, "notes"), {"body": "Key at the depot."})
    assert (response.status_code, response.json()["visibility"]) == (201, "staff")
    assert last_kind(ticket) == EventKind.NOTE_ADDED

    assert len(api_client(agent).get(path_of(ticket, "messages")).json()["results"]) == 1
    assert api_client(resident).get(path_of(ticket, "messages")).json()["results"] == []
    assert_problem(api_client(resident).post(path_of(ticket, "notes"), {"body": "Hm."}), 403, "not_allowed")


def test_residents_do_not_read_who_among_the_staff_spoke(ticket: Ticket, resident: User, agent: User) -> None:
    add_message(ticket, body="On our way.", acting_user=agent)
    assert api_client(resident).get(path_of(ticket, "messages")).json()["results"][0]["author"] is None
    shown = api_client(agent).get(path_of(ticket, "messages")).json()["results"][0]["author"]
    assert shown == {"id": str(agent.pk), "full_name": agent.full_name}


# Me too


def test_support_counts_once_and_can_be_taken_back(ticket: Ticket, neighbour: User) -> None:
    client = api_client(neighbour)
    for _time in range(2):
        response = client.put(path_of(ticket, "support"))
        assert (response.status_code, response.json()["supports"]) == (200, 1)
    assert ticket.events.filter(kind=EventKind.SUPPORTED).count() == 1

    for _time in range(2):
        assert client.delete(path_of(ticket, "support")).status_code == 204
    assert client.get(path_of(ticket)).json()["supports"] == 0
    assert ticket.events.filter(kind=EventKind.SUPPORT_WITHDRAWN).count() == 1


def test_ones_own_ticket_needs_no_support(
    ticket: Ticket, resident: User, outside_agent: User, private_ticket: Ticket
) -> None:
    before = state_of(ticket), state_of(private_ticket)
    assert_problem(api_client(resident).put(path_of(ticket, "support")), 409, "own_ticket")
    assert_problem(api_client().put(path_of(ticket, "support")), 401)
    assert_problem(api_client(outside_agent).put(path_of(private_ticket, "support")), 404)
    assert_problem(api_client(outside_agent).delete(path_of(private_ticket, "support")), 404)
    assert (state_of(ticket), state_of(private_ticket)) == before


# The proof


@pytest.mark.parametrize("who", ["resident", "visitor"])
def test_the_code_closes_the_ticket_as_verified(resolved: Ticket, resident: User, who: str) -> None:
    if who == "visitor":
        # Logged for somebody who has no account: the code and the reference are all they have.
        Ticket.objects.filter(pk=resolved.pk).update(reporter=None)
    client = api_client(resident if who == "resident" else None)
    code = code_of(resolved)

    response = client.post(path_of(resolved, "verification"), {"code": f"{code[:3]} {code[3:]}"})

    assert response.status_code == 200, response.content
    resolved.refresh_from_db()
    assert (resolved.status, resolved.outcome) == (Status.CLOSED, Outcome.VERIFIED)
    assert last_kind(resolved) == EventKind.VERIFIED
    assert response.json()["outcome"] == "verified"


def test_a_wrong_code_changes_nothing_and_five_use_it_up(resolved: Ticket, resident: User) -> None:
    client = api_client(resident)
    wrong = "000000" if code_of(resolved) != "000000" else "111111"
    before = state_of(resolved)
    for _time in range(5):
        problem = assert_problem(
            client.post(path_of(resolved, "verification"), {"code": wrong}), 400, "wrong_code"
        )
        assert list(problem["errors"]) == ["code"]
    right = client.post(path_of(resolved, "verification"), {"code": code_of(resolved)})
    assert_problem(right, 409, "code_used_up")
    assert state_of(resolved) == before

    renewed = client.post(path_of(resolved, "verification/new-code"))
    assert (renewed.status_code, set(renewed.json())) == (200, {"state", "issued_at", "expires_at"})
    assert client.post(path_of(resolved, "verification"), {"code": code_of(resolved)}).status_code == 200


def test_a_dispute_sends_the_ticket_back_to_work(resolved: Ticket, resident: User) -> None:
    answer = api_client(resident).post(
        path_of(resolved, "verification/dispute"), {"reason": "It still leaks."}
    )

    assert answer.status_code == 200, answer.content
    resolved.refresh_from_db()
    assert (resolved.status, last_kind(resolved)) == (Status.IN_PROGRESS, EventKind.DISPUTED)


def test_others_can_neither_confirm_nor_dispute(
    resolved: Ticket, neighbour: User, outside_agent: User
) -> None:
    before = state_of(resolved)
    for user in (neighbour, outside_agent, None):
        client = api_client(user)
        dispute = client.post(path_of(resolved, "verification/dispute"), {"reason": "No."})
        assert_problem(dispute, 403, "not_allowed")
        confirm = client.post(path_of(resolved, "verification"), {"code": code_of(resolved)})
        assert_problem(confirm, 403, "not_allowed")
    assert_problem(api_client(neighbour).post(path_of(resolved, "verification/new-code")), 403)
    assert state_of(resolved) == before
    assert resolved.verifications.get().attempts == 0


def test_a_private_tickets_proof_is_out_of_reach_for_others(
    private_ticket: Ticket, agent: User, outside_agent: User
) -> None:
    resolve_ticket(private_ticket, note="Done.", acting_user=agent)
    body = {"code": code_of(private_ticket), "reason": "x"}
    before = state_of(private_ticket)
    for user in (outside_agent, None):
        client = api_client(user)
        confirm = client.post(path_of(private_ticket, "verification"), {"code": body["code"]})
        assert_problem(confirm, 404, "not_found")
        assert_problem(client.post(path_of(private_ticket, "verification/dispute"), body), 404, "not_found")
    assert state_of(private_ticket) == before


def test_nothing_to_verify_is_said_so(ticket: Ticket, resident: User) -> None:
    before = state_of(ticket)
    answer = api_client(resident).post(path_of(ticket, "verification"), {"code": "123456"})
    assert_problem(answer, 409, "nothing_to_verify")
    assert state_of(ticket) == before


# The timeline


def test_each_reader_gets_their_part_of_the_timeline(
    ticket: Ticket, agent: User, resident: User, neighbour: User
) -> None:
    start_work(ticket, acting_user=agent)
    add_message(ticket, body="On our way.", acting_user=agent)
    add_note(ticket, body="Key at the depot.", acting_user=agent)

    def kinds(user: User | None) -> list[str]:
        page = api_client(user).get(path_of(ticket, "timeline")).json()
        return [event["kind"] for event in page["results"]]

    public = [EventKind.CREATED, EventKind.ASSIGNED, EventKind.STARTED]
    assert kinds(None) == kinds(neighbour) == public
    assert kinds(resident) == [*public, EventKind.MESSAGE_ADDED]
    assert kinds(agent) == [*public, EventKind.MESSAGE_ADDED, EventKind.NOTE_ADDED]


def test_the_public_timeline_names_nobody(ticket: Ticket, agent: User, resident: User) -> None:
    start_work(ticket, acting_user=agent)
    text = api_client().get(path_of(ticket, "timeline")).content.decode()
    for secret in (agent.full_name, str(agent.pk), resident.full_name, str(resident.pk), resident.email):
        assert str(secret) not in text


def test_the_timeline_pages_in_order(ticket: Ticket, agent: User) -> None:
    start_work(ticket, acting_user=agent)
    client = api_client(agent)
    first = client.get(path_of(ticket, "timeline") + "?page_size=2").json()
    second = client.get(first["next"]).json()
    kinds = [event["kind"] for event in first["results"] + second["results"]]
    assert kinds == [EventKind.CREATED, EventKind.ASSIGNED, EventKind.STARTED]
    assert second["next"] is None
    assert_problem(client.get(path_of(ticket, "timeline") + "?colour=red"), 400)
