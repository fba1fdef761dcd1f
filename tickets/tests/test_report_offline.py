"""Reports that were written without a network arrive once, in one request."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail
from django.test import Client

from accounts.models import Organisation
from accounts.tests.factories import UserFactory
from tickets.models import Attachment, ReportDraft, Ticket, TicketEvent
from tickets.tests.pages import LATITUDE, LONGITUDE, City, jpeg, make_city

pytestmark = pytest.mark.django_db

KEPT = "/report/kept/"


@pytest.fixture
def city(settings: LazySettings) -> City:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return make_city()


def report(city: City, **change: Any) -> dict[str, Any]:
    return {
        "token": uuid.uuid4().hex,
        "words": "Water is running down the street. It began at noon",
        "category": str(city.category.pk),
        "latitude": LATITUDE,
        "longitude": LONGITUDE,
        "place": "Church Street",
        "name": "Thabo Nkosi",
        "email": "thabo@example.org",
        **change,
    }


def sentences(client: Client, form: dict[str, Any]) -> list[str]:
    answer = client.post(KEPT, form)
    assert answer.status_code == 400
    said: list[str] = answer.json()["sentences"]
    return said


def nothing_was_logged() -> bool:
    return not (Ticket.objects.exists() or TicketEvent.objects.exists() or ReportDraft.objects.exists())


def test_a_kept_report_becomes_a_ticket_with_its_photos(city: City) -> None:
    client = city.client()

    answer = client.post(KEPT, report(city, photos=[jpeg()])).json()

    ticket = Ticket.objects.get()
    assert answer == {"url": f"/report/done/{ticket.reference}/", "reference": ticket.reference}
    assert (ticket.title, ticket.description) == (
        "Water is running down the street",
        "Water is running down the street. It began at noon",
    )
    assert (ticket.latitude, ticket.ward, ticket.address) == (LATITUDE, city.ward, "Church Street")
    assert (ticket.reporter_email, Attachment.objects.count()) == ("thabo@example.org", 1)
    assert client.get(answer["url"]).status_code == 200


def test_sent_again_it_is_the_same_ticket_from_whatever_page(city: City) -> None:
    client, form = city.client(), report(city)

    answers = [browser.post(KEPT, form).json() for browser in (client, client, city.client())]

    assert answers[0] == answers[1] == answers[2]
    assert Ticket.objects.count() == 1


def test_a_report_in_whose_last_step_the_network_went_away_is_the_one_that_was_sent(city: City) -> None:
    client = city.client()
    client.post("/report/", {"words": "A burst pipe", "category": city.category.pk})
    client.post("/report/where/", {"latitude": LATITUDE, "longitude": LONGITUDE})
    token = client.get("/report/details/").context["form"].initial["token"]
    kept = client.post(KEPT, report(city, token=token, title="Burst pipe", description="At the gate")).json()

    sent = client.post("/report/details/", {"token": token, "title": "Burst pipe"})

    assert sent["Location"] == kept["url"]
    assert (Ticket.objects.get().title, Ticket.objects.get().description) == ("Burst pipe", "At the gate")


def test_a_visitor_is_asked_for_the_code_afterwards(city: City) -> None:
    Organisation.objects.update(confirms_reporters=True)
    client, form = city.client(), report(city)

    first, second = client.post(KEPT, form).json(), client.post(KEPT, form).json()

    assert first == second == {"url": "/report/confirm/"}
    assert (Ticket.objects.count(), ReportDraft.objects.count()) == (0, 1)
    found = re.search(r"^(\d{6})$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found is not None
    done = client.post("/report/confirm/", {"code": found[1]})
    ticket = Ticket.objects.get()
    assert done["Location"] == f"/report/done/{ticket.reference}/"
    assert client.post(KEPT, form).json()["reference"] == ticket.reference


def test_somebody_signed_in_needs_no_contact(city: City) -> None:
    resident = UserFactory.create()

    city.client(resident).post(KEPT, report(city, name="", email=""))

    assert Ticket.objects.get().reporter == resident


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"token": "x"}, "This report did not arrive whole. Send it again."),
        ({"token": ""}, "This report did not arrive whole. Send it again."),
        ({"words": ""}, "This field is required."),
        ({"words": "x" * 501}, "Ensure this value has at most 500 characters (it has 501)."),
        ({"words": "💧💧💧💧💧💧"}, "Say it in words as well: pictures alone find no team."),
        ({"category": ""}, "Choose the kind of problem."),
        ({"category": str(uuid.UUID(int=1))}, "Choose one of the kinds below."),
        (
            {"latitude": "", "longitude": "", "place": ""},
            "Tell us where: put a pin, choose a suburb or describe the place.",
        ),
        ({"email": ""}, "A mobile number or an e-mail address, so that we can tell you."),
        ({"website": "https://buy.example"}, "Leave this field empty, then send it again."),
        ({"photos": [jpeg(f"{number}.jpg") for number in range(6)]}, "At most 5 pictures, please."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_logged(
    city: City, change: dict[str, Any], sentence: str
) -> None:
    assert sentence in sentences(city.client(), report(city, **change))
    assert nothing_was_logged()


def test_too_many_are_asked_to_wait_and_kept_on_the_phone(city: City, settings: LazySettings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "report_here": "1/h/ip"}
    city.client().post(KEPT, report(city))

    answer = city.client().post(KEPT, report(city))

    assert (answer.status_code, answer["Retry-After"], Ticket.objects.count()) == (429, "3600", 1)
    assert "url" not in answer.json()


def test_without_the_token_of_a_form_nothing_is_taken(city: City) -> None:
    client = Client(headers={"host": city.organisation.domain}, enforce_csrf_checks=True)
    form = report(city)

    assert client.post(KEPT, form).status_code == 403
    csrf = client.get("/report/offline/token.json").json()["csrf"]
    assert client.post(KEPT, form, headers={"x-csrftoken": csrf}).status_code == 200
    assert Ticket.objects.count() == 1


def test_the_page_that_phones_keep_is_the_same_for_everybody(city: City) -> None:
    page = city.client().get("/report/offline/")

    assert "csrfmiddlewaretoken" not in page.content.decode()
    assert "sessionid" not in page.cookies
    assert [group.categories[0].name for group in page.context["category_groups"]] == ["Burst pipe"]
