"""The real servers behind the tests do what the tests rely on."""

from __future__ import annotations

import time

import pytest
from celery import shared_task
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives, send_mail
from django.test import Client
from playwright.sync_api import Page
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client as TwilioClient

from demo.postoffice import PostOffice
from tests.inboxes import Inbox


@shared_task(name="tests.note", queue="sweeps")
def note(*, word: str) -> None:
    cache.set("noted", word, timeout=30)


def test_mail_arrives_by_smtp_with_its_letters(mailbox: Inbox) -> None:
    mail = EmailMultiAlternatives(
        "Lokiša: 1 kaartjie", "Dankie, Thándi", "city@example.org", ["Thandi@Example.org"]
    )
    mail.attach_alternative("<p>Dankie</p>", "text/html")
    mail.send()
    [found] = mailbox.to("thandi@example.org")
    assert (found.subject, found.text.strip(), found.html.strip()) == (
        "Lokiša: 1 kaartjie",
        "Dankie, Thándi",
        "<p>Dankie</p>",
    )


def twilio(office: PostOffice, token: str = "") -> TwilioClient:
    """Twilio's own client, led to the stand-in as the notifications do it."""

    class ToStandIn(TwilioHttpClient):
        def request(self, method: str, url: str, *args: object, **kwargs: object) -> object:
            return super().request(
                method, url.replace("https://api.twilio.com", office.twilio_base_url), *args, **kwargs
            )

    return TwilioClient(office.account_sid, token or office.auth_token, http_client=ToStandIn())


def test_sms_arrives_through_twilios_own_client(post_office: PostOffice, sms_inbox: Inbox) -> None:
    message = twilio(post_office).messages.create(to="+27821234567", from_="+27120000000", body="Code 123456")
    assert (message.status, message.sid[:2]) == ("queued", "SM")
    [found] = sms_inbox.to("+27821234567")
    assert found.text == "Code 123456"


@pytest.mark.parametrize(
    ("to", "body", "code"),
    [("nonsense", "hi", 21211), ("+27821234567", "", 21602), ("+27821234567", "x" * 1601, 21617)],
)
def test_stand_in_refuses_what_twilio_refuses(
    post_office: PostOffice, sms_inbox: Inbox, to: str, body: str, code: int
) -> None:
    with pytest.raises(TwilioRestException) as refusal:
        twilio(post_office).messages.create(to=to, from_="+27120000000", body=body)
    assert (refusal.value.code, sms_inbox.messages()) == (code, [])


def test_stand_in_refuses_a_wrong_token(post_office: PostOffice, sms_inbox: Inbox) -> None:
    with pytest.raises(TwilioRestException) as refusal:
        twilio(post_office, token="wrong").messages.create(to="+27821234567", from_="+27120000000", body="hi")
    assert (refusal.value.status, sms_inbox.messages()) == (401, [])


def test_worker_does_what_is_enqueued(celery_worker_running: None) -> None:
    note.delay(word="done")
    deadline = time.monotonic() + 10
    while cache.get("noted") is None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert cache.get("noted") == "done"


@pytest.mark.django_db
def test_mailbox_page_shows_mail_and_says_that_it_is_the_demos(client: Client, mailbox: Inbox) -> None:
    send_mail(
        "Your code", "It is <b>123456</b>. See https://example.org/t/1", "city@example.org", ["a@example.org"]
    )
    page = client.get("/demo/messages/").content.decode()
    assert "Nothing here was really sent" in page
    assert "It is &lt;b&gt;123456&lt;/b&gt;" in page
    assert '<a href="https://example.org/t/1"' in page


@pytest.mark.django_db(transaction=True)
def test_browser_opens_a_page_of_the_running_site(page: Page) -> None:
    response = page.goto("/healthz")
    assert response is not None
    assert response.ok
