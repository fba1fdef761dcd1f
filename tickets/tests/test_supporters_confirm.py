"""In public space whoever has the problem too may say that it is fixed, without a code."""

from __future__ import annotations

import pytest

from accounts.models import User
from accounts.tests.factories import UserFactory
from common.errors import NotFound
from tickets.actions.answering import CodeNeeded, OwnWork
from tickets.actions.lifecycle import resolve_ticket
from tickets.actions.support import support_ticket
from tickets.actions.verification import NothingToVerify, verify_resolution
from tickets.enums import Answerer, EventKind, Outcome, Proof, Status, VerificationState
from tickets.models import Ticket, Verification
from tickets.tests.api import api_client
from tickets.tests.factories import report_ticket
from tickets.tests.pages import City, make_city
from tickets.tests.proof import refused
from tickets.verification import code_for, link_token
from tickets.workflow import TransitionNotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def neighbour(city: City) -> User:
    return UserFactory.create(full_name="Pieter Botha")


@pytest.fixture
def ticket(city: City, neighbour: User) -> Ticket:
    """Resolved, in public space, and the neighbour has it too."""
    reported = report_ticket(city.category)
    support_ticket(reported, acting_user=neighbour)
    return resolve_ticket(reported, note="New pipe.", acting_user=city.agent)


def answered(ticket: Ticket) -> tuple[str, str, str]:
    verification = ticket.verifications.get()
    return verification.state, verification.answered_as, verification.proof


def test_a_supporter_confirms_without_a_code(ticket: Ticket, neighbour: User) -> None:
    closed = verify_resolution(ticket, acting_user=neighbour)
    assert (closed.status, closed.outcome) == (Status.CLOSED, Outcome.VERIFIED)
    assert answered(ticket) == (VerificationState.CONFIRMED, Answerer.SUPPORTER, Proof.SIGNED_IN)
    event = ticket.events.get(kind=EventKind.VERIFIED)
    assert event.data == {"by": "supporter", "proof": "signed_in"}


def test_the_reporter_and_strangers_need_the_code_and_no_try_is_lost(ticket: Ticket) -> None:
    for person in (ticket.reporter, UserFactory.create(), None):
        with refused(ticket, CodeNeeded):
            verify_resolution(ticket, acting_user=person)


def test_outside_public_space_a_supporter_needs_the_code(city: City, ticket: Ticket, neighbour: User) -> None:
    city.category.is_public_space = False
    city.category.save(update_fields=["is_public_space"])
    with refused(ticket, CodeNeeded):
        verify_resolution(ticket, acting_user=neighbour)
    closed = verify_resolution(ticket, code=code_for(ticket.verifications.get()), acting_user=neighbour)
    assert closed.outcome == Outcome.VERIFIED
    assert answered(ticket)[1:] == (Answerer.SUPPORTER, Proof.CODE)


def test_whoever_may_not_see_the_ticket_learns_nothing(city: City) -> None:
    private = report_ticket(city.category, is_public=False)
    resolve_ticket(private, note="Done.", acting_user=city.agent)
    with refused(private, NotFound):
        verify_resolution(private, acting_user=UserFactory.create())


def test_who_works_on_it_is_not_the_proof_however_much_they_support_it(city: City, ticket: Ticket) -> None:
    support_ticket(ticket, acting_user=city.agent)
    with refused(ticket, OwnWork):
        verify_resolution(ticket, acting_user=city.agent)


def test_an_agent_who_types_the_residents_code_is_the_witness(city: City, ticket: Ticket) -> None:
    verify_resolution(ticket, code=code_for(ticket.verifications.get()), acting_user=city.agent)
    verification = ticket.verifications.get()
    assert answered(ticket) == (VerificationState.CONFIRMED, Answerer.REPORTER, Proof.READ_OUT)
    assert (verification.witness, verification.answered_by) == (city.agent, None)
    assert ticket.events.get(kind=EventKind.VERIFIED).data == {"by": "reporter", "proof": "read_out"}


def test_a_second_confirmation_is_too_late(ticket: Ticket, neighbour: User) -> None:
    code = code_for(ticket.verifications.get())
    verify_resolution(ticket, acting_user=neighbour)
    with refused(ticket, TransitionNotAllowed):
        verify_resolution(ticket, acting_user=neighbour)
    with refused(ticket, NothingToVerify):
        verify_resolution(ticket, code=code, acting_user=None)


# The pages


def test_the_page_of_the_ticket_lets_a_supporter_confirm_by_one_button(
    city: City, ticket: Ticket, neighbour: User
) -> None:
    client = city.client(neighbour)
    page = client.get(f"/t/{ticket.reference}/")
    assert page.context["confirms_without_code"] is True

    answer = client.post(f"/t/{ticket.reference}/verify/", {"answer": "confirm"})

    assert answer["Location"] == f"/v/{link_token(ticket.verifications.get())}/"
    assert Ticket.objects.get().outcome == Outcome.VERIFIED


def test_the_question_has_no_field_for_a_code_where_none_is_needed(
    city: City, ticket: Ticket, neighbour: User
) -> None:
    path = f"/t/{ticket.reference}/verify/"
    assert city.client(neighbour).get(path).context["shows_code"] is False
    assert city.client(ticket.reporter).get(path).context["shows_code"] is True


def test_looking_at_the_question_confirms_nothing(city: City, ticket: Ticket, neighbour: User) -> None:
    path = f"/t/{ticket.reference}/verify/"
    for method in ("get", "head"):
        getattr(city.client(neighbour), method)(path, {"answer": "confirm"})
    assert (Ticket.objects.get().status, answered(ticket)[0]) == (Status.RESOLVED, VerificationState.PENDING)


def test_the_story_says_which_kind_of_person_confirmed_and_not_who(
    city: City, ticket: Ticket, neighbour: User
) -> None:
    verify_resolution(ticket, acting_user=neighbour)
    page = city.client().get(f"/t/{ticket.reference}/").content.decode()
    assert "confirmed by somebody with the same problem" in page
    assert "Pieter" not in page


def test_codes_are_not_tried_without_end_from_one_address(
    city: City, ticket: Ticket, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.ACCOUNT_RATE_LIMITS, "try_code", "1/h/ip")  # type: ignore[attr-defined]
    path = f"/v/{link_token(ticket.verifications.get())}/"
    client = city.client()
    wrong = {"answer": "confirm", "code": "000000x"}
    client.post(path, wrong)
    answer = client.post(path, wrong)
    assert "too often in a short time" in answer.context["form"].non_field_errors()[0]
    assert Verification.objects.get().attempts == 1


# The API


def test_over_http_a_supporter_confirms_with_an_empty_body(ticket: Ticket, neighbour: User) -> None:
    answer = api_client(neighbour).post(f"/api/v1/tickets/{ticket.reference}/verification/", {})
    assert (answer.status_code, answer.json()["outcome"]) == (200, "verified")
    assert answered(ticket)[1] == Answerer.SUPPORTER


def test_over_http_the_reporter_is_asked_for_the_code(ticket: Ticket) -> None:
    with_nothing = api_client(ticket.reporter).post(f"/api/v1/tickets/{ticket.reference}/verification/", {})
    assert (with_nothing.status_code, with_nothing.json()["code"]) == (400, "code_needed")
    assert answered(ticket)[0] == VerificationState.PENDING
