"""Twenty photos at once: refused by a sentence, and none of them kept, wherever they are sent to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.tests.factories import UserFactory
from tickets.models import Attachment, ReportDraft, Ticket
from tickets.tests.api import api_client, assert_problem, path_of
from tickets.tests.factories import report_ticket
from tickets.tests.pages import City, jpeg, make_city
from tickets.tests.proof import everything_about
from tickets.tests.test_report_offline import report, sentences
from tickets.tests.test_report_page import DETAILS, VISITOR, at_details

pytestmark = pytest.mark.django_db
SENTENCE = "At most 5 pictures, please."


@pytest.fixture
def city(settings: Any, tmp_path: Path) -> City:
    settings.MEDIA_ROOT = str(tmp_path)
    return make_city()


def twenty() -> list[SimpleUploadedFile]:
    return [jpeg(f"{number}.jpg") for number in range(20)]


def kept(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_report_with_twenty_photos_is_refused_with_everything_else_still_in_the_form(
    city: City, tmp_path: Path
) -> None:
    client = city.client()
    token = at_details(client, city.category)
    form = {"token": token, **DETAILS, **VISITOR}
    answer = client.post("/report/details/", {**form, "photos": twenty()})
    assert answer.status_code == 400
    assert answer.context["form"].errors["photos"] == [SENTENCE]
    page = answer.content.decode()
    assert [words in page for words in (SENTENCE, "Please choose the photos once more.")] == [True, True]
    assert answer.context["form"]["title"].value() == DETAILS["title"]
    assert (Ticket.objects.exists(), ReportDraft.objects.exists(), kept(tmp_path)) == (False, False, [])

    client.post("/report/details/", {**form, "photos": twenty()[:5]})
    assert Attachment.objects.filter(ticket=Ticket.objects.get()).count() == 5


def test_a_report_that_waited_on_a_phone_is_refused_with_the_sentence(city: City, tmp_path: Path) -> None:
    assert sentences(city.client(), report(city, photos=twenty())) == [SENTENCE]
    assert (Ticket.objects.exists(), ReportDraft.objects.exists(), kept(tmp_path)) == (False, False, [])


def test_a_message_and_the_api_refuse_twenty_and_keep_none(city: City, tmp_path: Path) -> None:
    ticket = report_ticket(city.category, reporter=UserFactory.create())
    before = everything_about(ticket)
    message = {"body": "See", "photos": twenty()}
    page = city.client(ticket.reporter).post(f"/t/{ticket.reference}/message/", message)
    assert (page.status_code, page.context["message_form"].errors["photos"]) == (400, [SENTENCE])
    sent = api_client(ticket.reporter).post(
        path_of(ticket, "attachments"), {"files": twenty()}, format="multipart"
    )
    problem = assert_problem(sent, 400, "too_many_pictures")
    assert list(problem["errors"]) == ["files"]
    assert (everything_about(ticket), kept(tmp_path)) == (before, [])


def test_every_form_for_photos_can_say_which_of_too_many_it_takes(city: City) -> None:
    """A browser with scripts takes the first five, and says so where the form has the place and the words."""
    client = city.client(UserFactory.create())
    at_details(client, city.category)
    ticket = report_ticket(city.category, reporter=UserFactory.create())
    pages = [
        client.get("/report/details/"),
        client.get("/report/offline/"),
        city.client(ticket.reporter).get(f"/t/{ticket.reference}/"),
    ]
    said = [
        ('data-most="5"' in words, "data-photos-status" in words, "Only the first five photos" in words)
        for words in (page.content.decode() for page in pages)
    ]
    assert said == [(True, True, True)] * 3
