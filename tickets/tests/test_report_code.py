"""Visitors show by a code that a number or an address is theirs, before anything is logged."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import Organisation
from accounts.tests.factories import UserFactory
from tests.inboxes import Inbox
from tickets.actions.drafting import KEPT_FOR, forget_old_drafts
from tickets.models import Attachment, DraftPhoto, ReportDraft, Ticket, TicketEvent
from tickets.tests.pages import City, jpeg, make_city
from tickets.tests.test_report_page import DETAILS, VISITOR, at_details

pytestmark = pytest.mark.django_db

PHONE, EMAIL = "+27821234567", "thabo@example.org"
BY_MAIL = {"name": "Thabo Nkosi", "phone": "", "email": EMAIL}
CONFIRM = "/report/confirm/"
MAIL_IS_DOWN = "The e-mail could not be sent just now. Please try again in a few minutes."


@pytest.fixture
def city(sms_inbox: Inbox, settings: LazySettings, tmp_path: Path) -> City:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.MEDIA_ROOT = str(tmp_path)
    city = make_city()
    Organisation.objects.filter(pk=city.organisation.pk).update(confirms_reporters=True)
    return city


def send_details(client: Client, city: City, who: dict[str, str] = BY_MAIL, **more: Any) -> Any:
    token = at_details(client, city.category, {"place": "Behind the taxi rank"})
    return client.post("/report/details/", {"token": token, **DETAILS, **who, **more})


def code_in_mail() -> str:
    found = re.search(r"^(\d{6})$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found is not None, mail.outbox[-1].body
    return found[1]


def code_in_sms(sms_inbox: Inbox) -> str:
    found = re.search(r"^(\d{6}) is your code", sms_inbox.to(PHONE)[0].text)
    assert found is not None, sms_inbox.to(PHONE)[0].text
    return found[1]


def nothing_was_logged() -> bool:
    return not (Ticket.objects.exists() or TicketEvent.objects.exists() or Attachment.objects.exists())


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_while_no_mail_can_be_sent_the_form_says_so_with_everything_still_in_it(
    city: City, mailbox: Inbox, settings: LazySettings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    client = city.client()
    with mailbox.refusing():
        answer = send_details(client, city)

    assert answer.status_code == 400
    assert MAIL_IS_DOWN in answer.content.decode()
    assert answer.context["form"]["title"].value() == DETAILS["title"]
    assert nothing_was_logged()
    assert (send_details(client, city)["Location"], len(mailbox.to(EMAIL))) == (CONFIRM, 1)


@pytest.mark.parametrize("who", [BY_MAIL, VISITOR], ids=["mail", "sms"])
def test_a_report_is_logged_once_its_code_is_typed(city: City, sms_inbox: Inbox, who: dict[str, str]) -> None:
    client = city.client()

    answer = send_details(client, city, who, photos=[jpeg()])

    assert (answer.status_code, answer["Location"]) == (302, CONFIRM)
    assert nothing_was_logged()
    assert (ReportDraft.objects.count(), DraftPhoto.objects.count()) == (1, 1)
    code = code_in_mail() if who is BY_MAIL else code_in_sms(sms_inbox)
    done = client.post(CONFIRM, {"code": f" {code[:3]} {code[3:]} "})
    ticket = Ticket.objects.get()
    assert (done.status_code, done["Location"]) == (302, f"/report/done/{ticket.reference}/")
    assert (ticket.title, ticket.category) == (DETAILS["title"], city.category)
    assert (ticket.reporter_name, ticket.reporter_email or ticket.reporter_phone) == (
        "Thabo Nkosi",
        EMAIL if who is BY_MAIL else PHONE,
    )
    assert Attachment.objects.get().width == 40
    assert (ReportDraft.objects.count(), DraftPhoto.objects.count()) == (0, 0)
    assert client.get(done["Location"]).status_code == 200


def test_where_both_are_given_the_number_is_confirmed(city: City, sms_inbox: Inbox) -> None:
    send_details(city.client(), city, {**VISITOR, "email": EMAIL})

    assert (len(sms_inbox.to(PHONE)), len(mail.outbox)) == (1, 0)


def test_without_sms_a_number_alone_is_no_way_and_the_address_is(city: City, settings: LazySettings) -> None:
    settings.TWILIO_ACCOUNT_SID = ""

    refused = send_details(city.client(), city, VISITOR)

    assert (refused.status_code, list(refused.context["form"].errors)) == (400, ["phone"])
    assert (nothing_was_logged(), ReportDraft.objects.count()) == (True, 0)
    assert send_details(city.client(), city, {**VISITOR, "email": EMAIL})["Location"] == CONFIRM
    assert len(mail.outbox) == 1


def test_a_browser_that_has_confirmed_is_not_asked_again_for_twelve_hours(city: City) -> None:
    client = city.client()
    send_details(client, city)
    client.post(CONFIRM, {"code": code_in_mail()})

    again = send_details(client, city)

    assert again["Location"].startswith("/report/done/")
    assert (Ticket.objects.count(), len(mail.outbox)) == (2, 1)
    assert send_details(city.client(), city)["Location"] == CONFIRM
    with time_machine.travel(timezone.now() + timedelta(hours=13)):
        assert send_details(client, city)["Location"] == CONFIRM


def test_somebody_signed_in_needs_no_code(city: City) -> None:
    client = city.client(UserFactory.create())
    token = at_details(client, city.category)

    answer = client.post("/report/details/", {"token": token, **DETAILS})

    assert answer["Location"].startswith("/report/done/")


def test_an_organisation_can_do_without(city: City) -> None:
    Organisation.objects.update(confirms_reporters=False)

    assert send_details(city.client(), city)["Location"].startswith("/report/done/")
    assert mail.outbox == []


@pytest.mark.parametrize("typed", ["", "000", "abcdef", "💧", "1" * 400, "\x00"])
def test_a_code_that_is_none_logs_nothing(city: City, typed: str) -> None:
    client = city.client()
    send_details(client, city)

    answer = client.post(CONFIRM, {"code": typed})

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["code"])
    assert (nothing_was_logged(), ReportDraft.objects.count()) == (True, 1)


def test_five_tries_end_a_code_even_for_the_right_one(city: City) -> None:
    client = city.client()
    send_details(client, city)
    code = code_in_mail()
    for _try in range(5):
        assert client.post(CONFIRM, {"code": wrong(code)}).status_code == 400

    assert client.post(CONFIRM, {"code": code}).status_code == 400
    assert nothing_was_logged()
    client.post(CONFIRM, {"again": "1"})
    assert client.post(CONFIRM, {"code": code_in_mail()})["Location"].startswith("/report/done/")


def test_a_code_works_for_ten_minutes_and_only_the_newest(city: City) -> None:
    client = city.client()
    send_details(client, city)
    first = code_in_mail()
    client.post(CONFIRM, {"again": "1"})
    second = code_in_mail()

    assert first == second or client.post(CONFIRM, {"code": first}).status_code == 400
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert client.post(CONFIRM, {"code": second}).status_code == 400
    assert nothing_was_logged()


def test_a_code_of_another_report_and_in_another_browser_opens_nothing(city: City) -> None:
    mine, theirs = city.client(), city.client()
    send_details(mine, city)
    code = code_in_mail()
    send_details(theirs, city, {**BY_MAIL, "email": "somebody@example.org"})

    assert theirs.post(CONFIRM, {"code": code}).status_code == 400
    assert city.client().post(CONFIRM, {"code": code}).status_code == 410
    assert nothing_was_logged()


def test_codes_are_limited_with_the_same_answer_whoever_has_the_address(city: City) -> None:
    UserFactory.create(email=EMAIL)
    client = city.client()
    send_details(client, city)
    for _time in range(4):
        assert client.post(CONFIRM, {"again": "1"}).status_code == 200

    answer = client.post(CONFIRM, {"again": "1"})

    assert (answer.status_code, answer["Retry-After"], len(mail.outbox)) == (429, "3600", 5)
    assert "several codes" in answer.content.decode()


def test_details_sent_again_are_the_same_report_and_keep_their_photos(city: City) -> None:
    client = city.client()
    token = at_details(client, city.category)
    form = {"token": token, **DETAILS, **BY_MAIL}
    client.post("/report/details/", {**form, "photos": [jpeg()]})

    client.post("/report/details/", {**form, "title": "Burst main", "email": "other@example.org"})

    draft = ReportDraft.objects.get()
    assert (draft.title, draft.reporter_email, draft.photos.count()) == ("Burst main", "other@example.org", 1)
    page = client.get("/report/details/").context["form"]
    assert (page["title"].value(), page["email"].value()) == ("Burst main", "other@example.org")
    client.post(CONFIRM, {"code": code_in_mail()})
    assert (Ticket.objects.count(), Attachment.objects.count()) == (1, 1)


def test_photos_stay_when_the_report_is_sent_by_another_way_after_all(city: City) -> None:
    client, resident = city.client(), UserFactory.create()
    form = {"token": at_details(client, city.category, {"place": "At the rank"}), **DETAILS}
    client.post("/report/details/", {**form, **BY_MAIL, "photos": [jpeg()]})

    client.force_login(resident)
    client.post("/report/details/", form)

    assert (Ticket.objects.get().reporter, Attachment.objects.count()) == (resident, 1)


def test_a_code_sent_twice_makes_one_ticket(city: City) -> None:
    client = city.client()
    send_details(client, city)
    form = {"code": code_in_mail(), "token": ReportDraft.objects.get().token}

    first, second = client.post(CONFIRM, form), client.post(CONFIRM, form)

    assert (Ticket.objects.count(), second["Location"]) == (1, first["Location"])


def test_a_report_that_waited_for_a_day_is_forgotten_with_its_photos(city: City) -> None:
    client = city.client()
    send_details(client, city, photos=[jpeg()])
    photo = DraftPhoto.objects.get().file
    code = code_in_mail()
    assert forget_old_drafts(acting_user=None) == 0

    with time_machine.travel(timezone.now() + KEPT_FOR + timedelta(minutes=1)):
        assert forget_old_drafts(acting_user=None) == 1
        page = client.post(CONFIRM, {"code": code})

    assert page.status_code == 410
    assert "What you typed is still on this phone" in page.content.decode()
    assert (ReportDraft.objects.count(), DraftPhoto.objects.count()) == (0, 0)
    assert photo.name
    assert nothing_was_logged()


def test_what_cannot_be_logged_any_more_is_said_and_kept(city: City) -> None:
    client = city.client()
    send_details(client, city)
    city.category.is_active = False
    city.category.save()

    answer = client.post(CONFIRM, {"code": code_in_mail()})

    assert (answer.status_code, nothing_was_logged(), ReportDraft.objects.count()) == (400, True, 1)
    assert "not in use any more" in answer.content.decode()
