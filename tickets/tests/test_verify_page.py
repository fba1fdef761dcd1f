from __future__ import annotations

import pytest

from accounts.tests.factories import UserFactory
from tickets.actions.intake import Report, Reporter, create_ticket
from tickets.actions.lifecycle import resolve_ticket
from tickets.actions.support import support_ticket
from tickets.enums import AttachmentKind, Outcome, Source, Status, VerificationState
from tickets.models import Attachment, Ticket, TicketEvent, Verification
from tickets.tests.factories import report_ticket
from tickets.tests.pages import City, jpeg, make_city
from tickets.verification import MAX_ATTEMPTS, code_for, link_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def ticket(city: City) -> Ticket:
    return resolve_ticket(report_ticket(city.category), note="New pipe.", acting_user=city.agent)


def link(ticket: Ticket) -> str:
    return f"/v/{link_token(ticket.verifications.get())}/"


def code(ticket: Ticket) -> str:
    return code_for(ticket.verifications.get())


def wrong(ticket: Ticket) -> str:
    return "000000" if code(ticket) != "000000" else "111111"


def still_waits() -> bool:
    return Ticket.objects.get().status == Status.RESOLVED and Verification.objects.pending().count() == 1


def test_the_link_of_the_message_and_its_code_confirm_the_fix(city: City, ticket: Ticket) -> None:
    client = city.client()
    page = client.get(link(ticket)).content.decode()
    assert ("Yes, it is fixed" in page, "No, it is not fixed" in page) == (True, True)

    answer = client.post(
        link(ticket), {"answer": "confirm", "code": f" {code(ticket)[:3]} {code(ticket)[3:]}"}
    )

    assert (answer.status_code, answer["Location"]) == (302, link(ticket))
    closed = Ticket.objects.get()
    assert (closed.status, closed.outcome) == (Status.CLOSED, Outcome.VERIFIED)
    assert "it is verified" in client.get(answer["Location"]).content.decode()


def test_the_qr_code_brings_its_code_along(city: City, ticket: Ticket) -> None:
    answer = city.client().get(f"{link(ticket)}?code={code(ticket)}")

    assert answer.context["form"].initial == {"code": code(ticket)}


def test_looking_at_the_link_answers_nothing(city: City, ticket: Ticket) -> None:
    city.client().get(f"{link(ticket)}?code={code(ticket)}&answer=confirm")

    assert still_waits()


def test_a_wrong_code_is_refused_by_its_field_with_the_tries_left(city: City, ticket: Ticket) -> None:
    answer = city.client().post(link(ticket), {"answer": "confirm", "code": wrong(ticket)})

    assert answer.status_code == 400
    assert answer.context["form"].errors == {"code": ["This code is not right. Tries left: 4."]}
    assert still_waits()


def test_a_code_tried_too_often_is_worthless(city: City, ticket: Ticket) -> None:
    client = city.client()
    for _attempt in range(MAX_ATTEMPTS):
        client.post(link(ticket), {"answer": "confirm", "code": wrong(ticket)})

    answer = client.post(link(ticket), {"answer": "confirm", "code": code(ticket)})

    assert "tried too often" in answer.context["form"].errors["code"][0]
    assert still_waits()


def test_no_asks_for_a_reason_before_anything_happens(city: City, ticket: Ticket) -> None:
    answer = city.client().post(link(ticket), {"answer": "object", "code": code(ticket)})

    assert (answer.status_code, answer.context["is_disputing"]) == (200, True)
    assert answer.context["form"].initial == {"code": code(ticket)}
    assert still_waits()


def test_a_dispute_with_reason_and_photo_sends_the_ticket_back_to_work(city: City, ticket: Ticket) -> None:
    answer = city.client().post(
        link(ticket),
        {"answer": "dispute", "code": code(ticket), "reason": "Still dripping.", "photo": jpeg()},
    )

    assert answer.status_code == 302
    again = Ticket.objects.get()
    assert (again.status, again.reopened_count) == (Status.IN_PROGRESS, 1)
    verification = Verification.objects.get()
    assert (verification.state, verification.reason) == (VerificationState.DISPUTED, "Still dripping.")
    assert Attachment.objects.get().kind == AttachmentKind.DISPUTE
    assert "it goes on" in city.client().get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ({"answer": "confirm", "code": ""}, ["code"]),
        ({"answer": "confirm", "code": "1" * 21}, ["code"]),
        ({"answer": "dispute", "code": "", "reason": "Still wet."}, ["code"]),
        ({"answer": "dispute", "code": "RIGHT", "reason": "  "}, ["reason"]),
        ({"answer": "dispute", "code": "RIGHT", "reason": "x" * 2001}, ["reason"]),
        ({"answer": "dispute", "code": "RIGHT", "reason": "bell \x07"}, ["reason"]),
    ],
)
def test_an_answer_without_sense_is_refused_by_the_field(
    city: City, ticket: Ticket, typed: dict[str, str], fields: list[str]
) -> None:
    sent = {name: code(ticket) if value == "RIGHT" else value for name, value in typed.items()}
    events = TicketEvent.objects.count()

    answer = city.client().post(link(ticket), sent)

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, fields)
    assert (still_waits(), TicketEvent.objects.count()) == (True, events)


def test_the_signed_in_reporter_disputes_without_a_code(city: City, ticket: Ticket) -> None:
    client = city.client(ticket.reporter)

    client.post(f"/t/{ticket.reference}/verify/", {"answer": "dispute", "reason": "Still dripping."})

    assert Ticket.objects.get().status == Status.IN_PROGRESS


def test_a_supporter_of_a_public_fault_may_dispute_too(city: City) -> None:
    neighbour = UserFactory.create()
    ticket = report_ticket(city.category)
    support_ticket(ticket, acting_user=neighbour)
    resolve_ticket(ticket, note="New pipe.", acting_user=city.agent)

    city.client(neighbour).post(f"/t/{ticket.reference}/verify/", {"answer": "dispute", "reason": "No."})

    assert Ticket.objects.get().status == Status.IN_PROGRESS


def test_a_stranger_cannot_use_up_the_tries_of_a_reporter_who_can_sign_in(city: City, ticket: Ticket) -> None:
    path = f"/t/{ticket.reference}/verify/"

    visitor = city.client().post(path, {"answer": "confirm", "code": wrong(ticket)})
    stranger = city.client(UserFactory.create()).post(path, {"answer": "confirm", "code": wrong(ticket)})

    assert visitor["Location"] == f"/accounts/login/?next={path}"
    assert stranger["Location"] == f"/t/{ticket.reference}/"
    assert Verification.objects.get().attempts == 0


def test_a_reporter_without_an_account_confirms_by_reference_and_code(city: City) -> None:
    ticket = create_ticket(
        city.organisation,
        Report(title="Burst pipe", category=city.category),
        reporter=Reporter(name="Thabo", phone="082 123 4567"),
        source=Source.WEB,
        acting_user=None,
    )
    resolve_ticket(ticket, note="New pipe.", acting_user=city.agent)

    city.client().post(f"/t/{ticket.reference}/verify/", {"answer": "confirm", "code": code(ticket)})

    assert Ticket.objects.get().outcome == Outcome.VERIFIED


@pytest.mark.parametrize("token", ["x", "A" * 22, "A" * 200, "%00"])
def test_a_link_to_nothing_is_not_found(city: City, token: str) -> None:
    assert city.client().get(f"/v/{token}/").status_code == 404


def test_a_link_of_another_city_is_not_found(city: City, ticket: Ticket) -> None:
    elsewhere = make_city("elsewhere.example.org")

    answer = elsewhere.client().post(link(ticket), {"answer": "confirm", "code": code(ticket)})

    assert answer.status_code == 404
    assert still_waits()


def test_a_ticket_that_waits_for_nothing_leads_to_its_page(city: City) -> None:
    ticket = report_ticket(city.category)

    assert city.client().get(f"/t/{ticket.reference}/verify/")["Location"] == f"/t/{ticket.reference}/"


# Another code


def test_the_reporter_gets_a_new_code_and_the_old_one_is_worthless(city: City, ticket: Ticket) -> None:
    old, client = code(ticket), city.client(ticket.reporter)
    assert f"/t/{ticket.reference}/new-code/" in client.get(link(ticket)).content.decode()

    answer = client.post(f"/t/{ticket.reference}/new-code/")

    assert answer["Location"] == f"/t/{ticket.reference}/verify/"
    assert ticket.verifications.get().code_serial == 2
    assert client.post(link(ticket), {"answer": "confirm", "code": old}).status_code == 400


def test_strangers_get_no_code(city: City, ticket: Ticket) -> None:
    for person in (None, UserFactory.create()):
        city.client(person).post(f"/t/{ticket.reference}/new-code/")

    assert ticket.verifications.get().code_serial == 1


def test_there_is_no_new_code_where_nothing_waits_for_one(city: City) -> None:
    ticket = report_ticket(city.category)

    answer = city.client(ticket.reporter).post(f"/t/{ticket.reference}/new-code/", follow=True)

    assert "does not wait for a confirmation" in answer.content.decode()
    assert not Verification.objects.exists()
