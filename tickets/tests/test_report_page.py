from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.tests.factories import UserFactory
from departments.models import Category
from departments.tests.factories import CategoryFactory
from tickets.enums import Source
from tickets.models import Attachment, Ticket, TicketEvent
from tickets.tests.factories import report_ticket
from tickets.tests.pages import LATITUDE, LONGITUDE, City, jpeg, make_city

pytestmark = pytest.mark.django_db

PIN = {"latitude": LATITUDE, "longitude": LONGITUDE}
DETAILS = {"title": "Burst pipe in Church Street", "description": "Since this morning."}
VISITOR = {"name": "Thabo Nkosi", "phone": "082 123 4567", "email": ""}


@pytest.fixture
def city() -> City:
    return make_city()


def at_details(client: Client, category: Category, where: dict[str, Any] | None = None) -> str:
    """Go through steps one and two; the token of step three's form."""
    first = client.post("/report/", {"words": "A burst pipe. Water everywhere", "category": category.pk})
    assert (first.status_code, first["Location"]) == (302, "/report/where/")
    second = client.post("/report/where/", where or PIN)
    assert (second.status_code, second["Location"]) == (302, "/report/details/")
    token: str = client.get("/report/details/").context["form"].initial["token"]
    return token


def nothing_was_reported() -> bool:
    return (
        not Ticket.objects.exists() and not TicketEvent.objects.exists() and not Attachment.objects.exists()
    )


def test_a_visitor_reports_in_three_steps_and_gets_a_reference(city: City) -> None:
    client = city.client()
    token = at_details(client, city.category)

    answer = client.post("/report/details/", {"token": token, **DETAILS, **VISITOR})

    ticket = Ticket.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/report/done/{ticket.reference}/")
    assert (ticket.title, ticket.description, ticket.category) == (*DETAILS.values(), city.category)
    assert (ticket.ward, ticket.latitude, ticket.longitude) == (city.ward, LATITUDE, LONGITUDE)
    assert (ticket.reporter, ticket.reporter_name, ticket.reporter_phone) == (
        None,
        "Thabo Nkosi",
        "+27821234567",
    )
    assert (ticket.source, ticket.is_public) == (Source.WEB, True)
    done = client.get(answer["Location"]).content.decode()
    assert ticket.reference in done
    assert "We promise to fix this by" in done


def test_somebody_signed_in_is_the_reporter_and_is_asked_for_no_contact(city: City) -> None:
    resident = UserFactory.create(email="lerato@example.org")
    client = city.client(resident)
    token = at_details(client, city.category)
    assert "name" not in client.get("/report/details/").context["form"].fields

    client.post("/report/details/", {"token": token, **DETAILS})

    ticket = Ticket.objects.get()
    assert (ticket.reporter, ticket.reporter_email) == (resident, "lerato@example.org")


def test_words_propose_kinds_of_problems_before_anything_else_is_asked(city: City) -> None:
    CategoryFactory.create(department=city.category.department, name="Fallen tree", keywords="tree")

    answer = city.client().post("/report/", {"words": "a burst pipe near the school"})

    assert answer.status_code == 200
    assert [choice.name for choice in answer.context["proposals"]] == ["Burst pipe"]
    assert [group.categories[0].name for group in answer.context["category_groups"]] == ["Fallen tree"]


def test_words_that_say_nothing_open_all_kinds(city: City) -> None:
    answer = city.client().post("/report/", {"words": "qwertz"})

    assert (answer.context["proposals"], answer.context["show_all"]) == ([], True)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"words": "", "category": ""}, "words"),
        ({"words": "a pipe", "category": "", "looked": "1"}, "category"),
        ({"words": "a pipe", "category": "nonsense"}, "category"),
        ({"words": "bell \x07", "category": ""}, "words"),
        ({"words": "x" * 501, "category": ""}, "words"),
    ],
)
def test_step_one_refuses_with_a_sentence_by_the_field(city: City, typed: dict[str, str], field: str) -> None:
    answer = city.client().post("/report/", typed)

    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]
    assert city.client().get("/report/details/")["Location"] == "/report/"


def test_a_kind_of_another_organisation_cannot_be_chosen(city: City) -> None:
    elsewhere = make_city("elsewhere.example.org")

    answer = city.client().post("/report/", {"words": "pipe", "category": elsewhere.category.pk})

    assert list(answer.context["form"].errors) == ["category"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({}, "__all__"),
        ({"latitude": "91", "longitude": "28"}, "latitude"),
        ({"latitude": "north", "longitude": "28"}, "latitude"),
        ({"latitude": "nan", "longitude": "28"}, "latitude"),
        ({"latitude": LATITUDE}, "latitude"),
        ({"latitude": "-33.9", "longitude": "18.4"}, "latitude"),
        ({"suburb": "nonsense"}, "suburb"),
        ({"place": "x" * 151}, "place"),
    ],
)
def test_step_two_refuses_with_a_sentence_by_the_field(city: City, typed: dict[str, Any], field: str) -> None:
    client = city.client()
    client.post("/report/", {"words": "pipe", "category": city.category.pk})

    answer = client.post("/report/where/", typed)

    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]
    assert client.get("/report/details/")["Location"] == "/report/where/"


def test_a_suburb_alone_tells_the_ward(city: City) -> None:
    client = city.client()
    token = at_details(client, city.category, {"suburb": city.suburb.pk, "place": "Duncan Street"})

    client.post("/report/details/", {"token": token, **DETAILS, **VISITOR})

    ticket = Ticket.objects.get()
    assert (ticket.ward, ticket.address) == (city.ward, "Duncan Street, Hatfield")


def test_a_description_alone_is_a_place_without_a_pin(city: City) -> None:
    client = city.client()
    token = at_details(client, city.category, {"place": "Behind the taxi rank"})

    client.post("/report/details/", {"token": token, **DETAILS, **VISITOR})

    ticket = Ticket.objects.get()
    assert (ticket.latitude, ticket.ward, ticket.address) == (None, None, "Behind the taxi rank")


def test_an_open_ticket_of_the_same_kind_near_by_is_offered_first(city: City) -> None:
    other = report_ticket(city.category, title="Pipe burst at the square")
    client = city.client(UserFactory.create())
    client.post("/report/", {"words": "pipe", "category": city.category.pk})

    answer = client.post("/report/where/", PIN, follow=True)

    assert answer.redirect_chain == [("/report/near-by/", 302)]
    assert [card.reference for card in answer.context["cards"]] == [other.reference]
    assert f"/t/{other.reference}/me-too/" in answer.content.decode()


def test_the_promise_stands_on_the_page_before_sending(city: City) -> None:
    client = city.client()
    at_details(client, city.category)

    promise = client.get("/report/details/").context["promise"]

    assert promise.word.startswith("We promise to fix this by ")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"title": "Bell \x07 here"}, "title"),
        ({"description": "x" * 4001}, "description"),
        ({"name": ""}, "name"),
        ({"phone": "", "email": ""}, "phone"),
        ({"phone": "12"}, "phone"),
        ({"phone": "", "email": "thabo at home"}, "email"),
    ],
)
def test_step_three_refuses_with_a_sentence_by_the_field(
    city: City, change: dict[str, str], field: str
) -> None:
    client = city.client()
    token = at_details(client, city.category)

    answer = client.post("/report/details/", {"token": token, **DETAILS, **VISITOR, **change})

    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]
    assert nothing_was_reported()


def test_the_same_form_sent_twice_makes_one_ticket(city: City) -> None:
    client = city.client()
    form = {"token": at_details(client, city.category), **DETAILS, **VISITOR}

    first, second = client.post("/report/details/", form), client.post("/report/details/", form)

    assert Ticket.objects.count() == 1
    assert first["Location"] == second["Location"]


def test_the_same_form_sent_twice_at_the_same_moment_makes_one_ticket(city: City) -> None:
    client = city.client()
    form = {"token": at_details(client, city.category), **DETAILS, **VISITOR}
    draft = dict(client.session["report"])
    first = client.post("/report/details/", form)
    # The second request read the session before the first one wrote it.
    session = client.session
    session["report"] = draft
    session["reports_sent"] = {}
    session.save()

    second = client.post("/report/details/", form)

    assert Ticket.objects.count() == 1
    assert first["Location"] == second["Location"]


def test_photos_are_kept_upright_and_without_what_the_camera_hid(city: City) -> None:
    client = city.client()
    token = at_details(client, city.category)
    exif = Image.Exif()
    exif[0x0112] = 6  # held sideways
    exif[0x010F] = "A camera that tells"

    client.post("/report/details/", {"token": token, **DETAILS, **VISITOR, "photos": [jpeg(exif=exif)]})

    attachment = Attachment.objects.get()
    with attachment.file.open() as file:
        content = file.read()
    with Image.open(io.BytesIO(content)) as kept:
        assert (kept.size, dict(kept.getexif())) == ((20, 40), {})
    assert b"A camera that tells" not in content


@pytest.mark.parametrize(
    "photos",
    [
        [SimpleUploadedFile("pipe.jpg", b"<script>alert(1)</script>", content_type="image/jpeg")],
        [SimpleUploadedFile("pipe.jpg", b"", content_type="image/jpeg")],
        [jpeg(), SimpleUploadedFile("pipe.gif", b"GIF89a\x01\x00\x01\x00", content_type="image/png")],
        [jpeg(f"{number}.jpg") for number in range(6)],
    ],
    ids=["not a picture", "empty", "one of them is not one", "too many"],
)
def test_what_is_not_a_picture_is_refused_and_nothing_is_reported(
    city: City, photos: list[SimpleUploadedFile]
) -> None:
    client = city.client()
    token = at_details(client, city.category)

    answer = client.post("/report/details/", {"token": token, **DETAILS, **VISITOR, "photos": photos})

    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == ["photos"]
    assert nothing_was_reported()


def test_the_reference_is_shown_only_where_it_was_sent_from(city: City) -> None:
    client = city.client()
    client.post("/report/details/", {"token": at_details(client, city.category), **DETAILS, **VISITOR})
    reference = Ticket.objects.get().reference

    assert client.get(f"/report/done/{reference}/").status_code == 200
    assert city.client().get(f"/report/done/{reference}/").status_code == 404


@pytest.mark.parametrize("path", ["/report/where/", "/report/near-by/", "/report/details/"])
def test_a_later_step_without_the_first_goes_back_to_it(city: City, path: str) -> None:
    assert city.client().get(path, follow=True).redirect_chain[-1] == ("/report/", 302)


def test_a_private_kind_makes_a_ticket_that_nobody_else_sees(city: City) -> None:
    city.category.is_public_space = False
    city.category.save(update_fields=["is_public_space"])
    client = city.client()
    token = at_details(client, city.category)

    answer = client.post("/report/details/", {"token": token, **DETAILS, **VISITOR}, follow=True)

    reference = Ticket.objects.get().reference
    assert answer.context["ticket_url"] == ""
    assert city.client().get(f"/t/{reference}/").status_code == 404
