"""What a public form on the open internet gets."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from accounts.models import Organisation
from accounts.tests.factories import UserFactory
from tickets.models import Attachment, Ticket, TicketEvent
from tickets.tests.pages import LATITUDE, LONGITUDE, City, jpeg, make_city
from tickets.tests.test_report_page import DETAILS, VISITOR, at_details

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


def send(client: Client, city: City, **change: Any) -> Any:
    # Without a pin nothing is near by, so that each way through the steps is the same.
    token = at_details(client, city.category, {"place": "Behind the taxi rank"})
    return client.post("/report/details/", {"token": token, **DETAILS, **VISITOR, **change})


def nothing_was_reported() -> bool:
    return not (Ticket.objects.exists() or TicketEvent.objects.exists() or Attachment.objects.exists())


def test_a_program_that_fills_in_every_field_is_refused(city: City) -> None:
    answer = send(city.client(), city, website="https://buy.example")

    assert answer.status_code == 400
    assert "Leave this field empty" in answer.content.decode()
    assert nothing_was_reported()


@pytest.mark.parametrize("began", ["", "report:1:forged", "\x00", "x" * 300])
def test_a_form_that_nobody_opened_is_refused(city: City, settings: LazySettings, began: str) -> None:
    settings.REPORT_MINIMUM_SECONDS = 3

    answer = send(city.client(), city, began=began)

    assert (answer.status_code, nothing_was_reported()) == (400, True)


def test_a_form_that_was_filled_in_faster_than_anybody_types_is_refused_until_it_is_sent_again(
    city: City, settings: LazySettings
) -> None:
    settings.REPORT_MINIMUM_SECONDS = 3
    client = city.client()
    token = at_details(client, city.category)
    began = client.get("/report/details/").context["form"]["began"].value()
    form = {"token": token, "began": began, **DETAILS, **VISITOR}

    quick = client.post("/report/details/", form)

    assert ("That was very quick" in quick.content.decode(), nothing_was_reported()) == (True, True)
    with time_machine.travel(timezone.now() + timedelta(seconds=5)):
        assert client.post("/report/details/", form).status_code == 302
    assert Ticket.objects.count() == 1


def test_ten_reports_an_hour_from_one_number_then_a_page_that_says_so(city: City) -> None:
    for _number in range(10):
        assert send(city.client(), city).status_code == 302

    answer = send(city.client(), city)

    assert (answer.status_code, answer["Retry-After"]) == (429, "3600")
    assert "Many reports came from you" in answer.content.decode()
    assert answer.context["form"]["title"].value() == DETAILS["title"]
    assert Ticket.objects.count() == 10
    assert send(city.client(), city, phone="083 111 2222").status_code == 302


def test_somebody_signed_in_is_limited_by_who_they_are(city: City, settings: LazySettings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "report": "1/h/key"}
    client = city.client(UserFactory.create())

    assert [send(client, city).status_code for _number in range(2)] == [302, 429]
    assert send(city.client(UserFactory.create()), city).status_code == 302


def test_reports_from_one_address_of_the_network_are_limited_too(city: City, settings: LazySettings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "report_here": "1/h/ip"}

    assert send(city.client(), city).status_code == 302
    assert send(city.client(), city, phone="083 111 2222").status_code == 429
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize("field", ["title", "description", "name", "email", "phone"])
def test_enormous_text_is_refused_by_its_field(city: City, field: str) -> None:
    answer = send(city.client(), city, **{field: "x" * 50_000})

    assert (answer.status_code, field in answer.context["form"].errors) == (400, True)
    assert nothing_was_reported()


def test_a_body_of_megabytes_of_text_is_refused_before_it_is_read(city: City) -> None:
    answer = send(city.client(), city, description="x" * 3_000_000)

    assert (answer.status_code, nothing_was_reported()) == (400, True)


# Where


def put_pin(city: City, latitude: float, longitude: float) -> Any:
    client = city.client()
    client.post("/report/", {"words": "pipe", "category": city.category.pk})
    return client.post("/report/where/", {"latitude": latitude, "longitude": longitude})


def test_a_pin_far_outside_is_refused_with_who_looks_after_that_place(city: City) -> None:
    Organisation.objects.update(contact_phone="012 358 9999")

    answer = put_pin(city, -33.92, 18.42)

    [sentence] = answer.context["form"].errors["latitude"]
    assert answer.status_code == 400
    assert "km away: its teams do not go there" in sentence
    assert "“municipality”" in sentence
    assert sentence.endswith("Not sure? Call 012 358 9999.")


def test_a_pin_a_little_outside_is_a_street_at_the_border(city: City) -> None:
    west, _south, _east, _north = bounds(city)
    half_a_kilometre = 0.005

    assert put_pin(city, LATITUDE, west - half_a_kilometre).status_code == 302
    assert put_pin(city, LATITUDE, west - 4 * half_a_kilometre).status_code == 400


def bounds(city: City) -> tuple[float, float, float, float]:
    ring = city.ward.shape["coordinates"][0]  # type: ignore[index]
    longitudes, latitudes = [point[0] for point in ring], [point[1] for point in ring]
    return min(longitudes), min(latitudes), max(longitudes), max(latitudes)


def test_without_ward_shapes_every_pin_is_taken(city: City) -> None:
    city.ward.delete()

    assert put_pin(city, -33.92, 18.42).status_code == 302
    assert put_pin(city, LATITUDE, LONGITUDE).status_code == 302


# Words


@pytest.mark.parametrize("title", ["💧💧💧💧💧", "🚰 🚰 🚰", "!!!!!", "…………"])
def test_a_title_without_a_word_is_refused(city: City, title: str) -> None:
    answer = send(city.client(), city, title=title)

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["title"])
    assert nothing_was_reported()


@pytest.mark.parametrize(
    "title",
    ["Leak 💧 at the gate", "צינור התפוצץ", "ماسورة مكسورة", '<b>Leak</b> & "more"', "水管爆裂了啊"],
)
def test_words_of_every_script_are_kept_as_they_were_typed_and_shown_harmless(city: City, title: str) -> None:
    client = city.client()

    send(client, city, title=title, description="<script>alert(1)</script>")

    ticket = Ticket.objects.get()
    assert (ticket.title, ticket.description) == (title, "<script>alert(1)</script>")
    page = client.get(f"/t/{ticket.reference}/").content.decode()
    assert "<script>alert(1)" not in page
    assert "<b>Leak" not in page


def test_the_fields_of_the_report_write_in_the_direction_of_their_text(city: City) -> None:
    client = city.client()
    at_details(client, city.category)

    form = client.get("/report/details/").context["form"]

    assert {form.fields[name].widget.attrs["dir"] for name in ("title", "description", "name")} == {"auto"}


# Photos


def test_twenty_photos_are_refused_with_the_number_that_is_taken(city: City) -> None:
    answer = send(city.client(), city, photos=[jpeg(f"{number}.jpg") for number in range(20)])

    assert answer.context["form"].errors["photos"] == ["At most 5 pictures, please."]
    assert nothing_was_reported()


def test_a_picture_of_more_than_sixty_megapixels_is_refused_unread(city: City) -> None:
    written = io.BytesIO()
    Image.new("1", (8000, 7600)).save(written, "PNG")
    bomb = SimpleUploadedFile("wall.png", written.getvalue(), content_type="image/png")

    answer = send(city.client(), city, photos=[bomb])

    assert answer.context["form"].errors["photos"] == ["This picture has too many pixels."]
    assert nothing_was_reported()


# What waited too long


def test_details_of_a_draft_that_is_gone_get_a_kind_page(city: City) -> None:
    client = city.client()
    token = at_details(client, city.category)
    client.session.flush()
    client.cookies.clear()

    page = client.post("/report/details/", {"token": token, **DETAILS, **VISITOR})

    assert page.status_code == 410
    assert "What you typed is still on this phone" in page.content.decode()
    assert nothing_was_reported()
