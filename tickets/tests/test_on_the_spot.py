"""The QR code at the door: that a phone was there, not whose word it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from departments.tests.factories import staff_member
from tickets.actions.answering import CodeNeeded, OwnWork
from tickets.actions.lifecycle import resolve_ticket
from tickets.actions.support import support_ticket
from tickets.actions.verification import verify_resolution
from tickets.enums import Answerer, EventKind, Outcome, Proof, Status
from tickets.models import Ticket, Verification
from tickets.tests.factories import report_ticket
from tickets.tests.pages import City, make_city
from tickets.tests.proof import refused
from tickets.verification import MAX_ATTEMPTS, Spot, code_for, link_token, spot_of_token, spot_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def ticket(city: City) -> Ticket:
    return resolve_ticket(report_ticket(city.category), note="New pipe.", acting_user=city.agent)


def asked() -> Verification:
    return Verification.objects.get()


def page_of(ticket: Ticket) -> str:
    return f"/console/tickets/ticket/{ticket.pk}/on-the-spot/"


def scanned(client: Client, city: City) -> str:
    """What the client's browser opens after scanning what the agent shows now."""
    answer = client.get(f"/q/{spot_token(asked(), city.agent.pk)}/")
    assert answer.status_code == 302
    return str(answer["Location"])


def test_the_code_is_renewed_without_the_page_around_it(city: City, ticket: Ticket) -> None:
    part = city.client(city.agent).get(f"{page_of(ticket)}now/").content.decode()
    assert ("<svg" in part, "<html" in part, "<form" in part) == (True, False, False)
    verify_resolution(ticket, code=code_for(asked()), acting_user=ticket.reporter)
    assert "Confirmed. Thank you!" in city.client(city.agent).get(f"{page_of(ticket)}now/").content.decode()


def test_it_is_shown_by_those_who_did_the_work_only(city: City, ticket: Ticket) -> None:
    call_centre = staff_member(city.category.department, role=Role.CALL_CENTRE)
    other_city = staff_member(make_city("elsewhere.example.org").category.department)
    paths = (page_of(ticket), f"{page_of(ticket)}now/")
    answers = {
        person.pk: [city.client(person).get(path).status_code for path in paths]
        for person in (city.agent, call_centre, other_city)
    }
    assert answers[city.agent.pk] == [200, 200]
    assert answers[call_centre.pk] == [403, 403]
    assert set(answers[other_city.pk]) <= {302, 404}


def test_the_reporter_who_scans_it_confirms_without_a_code(city: City, ticket: Ticket) -> None:
    client = city.client(ticket.reporter)
    path = scanned(client, city)
    assert client.get(path).context["shows_code"] is False

    client.post(path, {"answer": "confirm"})

    verification = asked()
    assert Ticket.objects.get().outcome == Outcome.VERIFIED
    assert (verification.answered_as, verification.proof) == (Answerer.REPORTER, Proof.ON_THE_SPOT)
    assert (verification.answered_by, verification.witness) == (ticket.reporter, city.agent)
    assert ticket.events.get(kind=EventKind.VERIFIED).data == {"by": "reporter", "proof": "on_the_spot"}


def test_a_supporter_who_scans_it_is_on_record_as_having_been_there(city: City, ticket: Ticket) -> None:
    neighbour = UserFactory.create()
    support_ticket(ticket, acting_user=neighbour)
    client = city.client(neighbour)
    client.post(scanned(client, city), {"answer": "confirm"})
    assert (asked().answered_as, asked().proof) == (Answerer.SUPPORTER, Proof.ON_THE_SPOT)


@pytest.mark.parametrize("signed_in", [True, False])
def test_a_passer_by_who_scans_it_still_needs_the_code(city: City, ticket: Ticket, signed_in: bool) -> None:
    client = city.client(UserFactory.create() if signed_in else None)
    path = scanned(client, city)
    answer = client.post(path, {"answer": "confirm"})
    assert list(answer.context["form"].errors) == ["code"]
    assert (Ticket.objects.get().status, asked().attempts) == (Status.RESOLVED, 0)

    client.post(path, {"answer": "confirm", "code": code_for(asked())})

    assert (asked().answered_as, asked().proof) == (Answerer.REPORTER, Proof.ON_THE_SPOT)


def test_who_shows_it_and_colleagues_are_refused_even_with_the_code(city: City, ticket: Ticket) -> None:
    colleague = staff_member(city.category.department)
    spot = Spot(asked().pk, city.agent.pk)
    for person in (city.agent, colleague):
        with refused(ticket, OwnWork):
            verify_resolution(ticket, code=code_for(asked()), spot=spot, acting_user=person)
    client = city.client(city.agent)
    client.post(scanned(client, city), {"answer": "confirm", "code": code_for(asked())})
    assert Ticket.objects.get().status == Status.RESOLVED


def test_who_fixed_their_own_report_does_not_confirm_it_by_their_own_code(city: City) -> None:
    own = report_ticket(city.category, reporter=city.agent)
    resolve_ticket(own, note="Done.", acting_user=city.agent)
    with refused(own, OwnWork):
        verify_resolution(own, spot=Spot(asked().pk, city.agent.pk), acting_user=city.agent)
    with refused(own, CodeNeeded):
        verify_resolution(own, acting_user=city.agent)


def test_looking_at_what_the_code_opens_answers_nothing_and_uses_nothing_up(
    city: City, ticket: Ticket
) -> None:
    token = spot_token(asked(), city.agent.pk)
    for _scanner in range(3):
        city.client().get(f"/q/{token}/", follow=True)
    assert (Ticket.objects.get().status, asked().attempts) == (Status.RESOLVED, 0)
    client = city.client(ticket.reporter)
    client.post(client.get(f"/q/{token}/")["Location"], {"answer": "confirm"})
    assert Ticket.objects.get().outcome == Outcome.VERIFIED


def test_after_the_answer_the_codes_are_worthless(city: City, ticket: Ticket) -> None:
    token = spot_token(asked(), city.agent.pk)
    client = city.client(ticket.reporter)
    path = scanned(client, city)
    client.post(path, {"answer": "dispute", "reason": "Still wet."})
    resolve_ticket(Ticket.objects.get(), note="Now.", acting_user=city.agent)
    page = client.get(f"/q/{token}/", follow=True).content.decode()
    assert "it goes on" in page
    client.post(path, {"answer": "confirm"})
    assert Ticket.objects.get().status == Status.RESOLVED


def test_an_old_code_opens_nothing(city: City, ticket: Ticket) -> None:
    token = spot_token(asked(), city.agent.pk)
    with time_machine.travel(timezone.now() + timedelta(seconds=185), tick=False):
        answer = city.client(ticket.reporter).get(f"/q/{token}/")
    assert (answer.status_code, "too old" in answer.content.decode()) == (410, True)


def test_whoever_scanned_it_has_a_quarter_of_an_hour(city: City, ticket: Ticket) -> None:
    client = city.client(ticket.reporter)
    path = scanned(client, city)
    with time_machine.travel(timezone.now() + timedelta(minutes=14), tick=False):
        assert client.get(path).context["shows_code"] is False
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False):
        assert client.get(path).context["shows_code"] is True


@pytest.mark.parametrize("token", ["x", "a" * 44, "a:b:c", "%00", "é", "A" * 44 + ":1tXXXX:" + "b" * 43])
def test_a_forged_code_opens_nothing(city: City, ticket: Ticket, token: str) -> None:
    assert spot_of_token(token) is None
    assert city.client().get(f"/q/{token}/").status_code == 404


def test_a_code_of_another_city_is_not_found(city: City, ticket: Ticket) -> None:
    elsewhere = make_city("elsewhere.example.org")
    answer = elsewhere.client().get(f"/q/{spot_token(asked(), city.agent.pk)}/")
    assert answer.status_code == 404


# The code that is read out


def test_the_agent_types_the_code_that_the_resident_reads_out(city: City, ticket: Ticket) -> None:
    code = code_for(asked())
    answer = city.client(city.agent).post(page_of(ticket), {"code": f"{code[:3]} {code[3:]}"})
    assert answer["Location"] == page_of(ticket)
    assert Ticket.objects.get().outcome == Outcome.VERIFIED
    assert (asked().proof, asked().witness, asked().answered_by) == (Proof.READ_OUT, city.agent, None)
    assert "Confirmed" in city.client(city.agent).get(page_of(ticket)).content.decode()


def test_wrong_codes_count_against_the_same_five_tries(city: City, ticket: Ticket) -> None:
    wrong = "000000" if code_for(asked()) != "000000" else "111111"
    client = city.client(city.agent)
    for _try in range(MAX_ATTEMPTS):
        assert client.post(page_of(ticket), {"code": wrong}).status_code == 400
    city.client().post(f"/v/{link_token(asked())}/", {"answer": "confirm", "code": code_for(asked())})
    assert (Ticket.objects.get().status, asked().attempts) == (Status.RESOLVED, MAX_ATTEMPTS)


def test_a_page_without_a_question_takes_no_code(city: City) -> None:
    ticket = report_ticket(city.category)
    answer = city.client(city.agent).post(page_of(ticket), {"code": "123456"})
    assert answer.status_code == 400
    assert "<svg viewBox" not in city.client(city.agent).get(f"{page_of(ticket)}now/").content.decode()


def test_the_workspace_leads_there_and_says_afterwards_how_it_was_proved(city: City, ticket: Ticket) -> None:
    workspace = f"/console/tickets/ticket/{ticket.pk}/change/"
    assert page_of(ticket) in city.client(city.agent).get(workspace).content.decode()
    verify_resolution(ticket, code=code_for(asked()), rating=4, words="Fine.", acting_user=city.agent)
    page = city.client(city.agent).get(workspace).content.decode()
    assert page_of(ticket) not in page
    assert ("code read out at the door" in page, "Rated 4 of 5" in page) == (True, True)
