"""An organisation's own words: written and looked at in the console, said in mails and SMS once in use."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Role
from accounts.models import Organisation
from departments.models import Category
from departments.tests.factories import staff_member
from notifications.models import MessageTemplate
from notifications.routing import RESIDENT_KINDS
from notifications.tests.factories import resident, tell
from notifications.tests.test_delivery_log import signed_in
from notifications.wording.residents import RESIDENT_WORDS
from tests.inboxes import Inbox
from tickets.actions.lifecycle import resolve_ticket, start_work
from tickets.enums import EventKind
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db
LIST = "/console/notifications/messagetemplate/"


@pytest.fixture
def category() -> Category:
    return burst_pipe_category()


def own_words(organisation: Organisation, **fields: Any) -> MessageTemplate:
    given = {"kind": EventKind.STARTED, "language": "en", "is_in_use": True, **fields}
    return MessageTemplate.objects.create(organisation=organisation, **given)


def form_of(organisation: Organisation, **fields: str) -> dict[str, str]:
    return {
        "organisation": str(organisation.pk),
        "kind": "ticket.started",
        "language": "en",
        "headline": "Our team is at {title}",
        "body": "",
        "sms": "",
        **fields,
    }


def test_there_are_words_of_ours_for_everything_that_can_be_replaced() -> None:
    assert set(RESIDENT_KINDS) == set(RESIDENT_WORDS)


def test_words_in_use_are_said_and_others_are_not(
    category: Category, mailbox: Inbox, sms_inbox: Inbox
) -> None:
    city, agent = category.organisation, staff_member(category.department)
    own_words(
        city,
        headline="Our team is on its way",
        body="Please keep the gate open.",
        sms="{reference} team is on its way: {title} {link}",
    )
    own_words(city, kind=EventKind.RESOLVED, headline="A draft", is_in_use=False)
    thandi = resident()
    ticket = report_ticket(category, reporter=thandi, title="Burst pipe")
    tell(start_work(ticket, acting_user=agent), EventKind.STARTED)
    mail = mailbox.to(str(thandi.email))[0]
    assert mail.subject == f"[{ticket.reference}] Our team is on its way: Burst pipe"
    assert "Please keep the gate open." in mail.text
    assert "Please keep the gate open." in mail.html
    assert sms_inbox.to(str(thandi.phone))[0].text.startswith(f"{ticket.reference} team is on its way: Burst")

    tell(resolve_ticket(ticket, note="Fixed.", acting_user=agent), EventKind.RESOLVED)
    assert "A draft" not in mailbox.to(str(thandi.email))[0].subject


def test_words_of_another_organisation_or_language_are_not_said(category: Category, mailbox: Inbox) -> None:
    own_words(burst_pipe_category().organisation, headline="Theirs")
    own_words(category.organisation, language="zu", headline="Ngesizulu")
    thandi = resident(language="en")
    ticket = report_ticket(category, reporter=thandi)
    tell(start_work(ticket, acting_user=staff_member(category.department)), EventKind.STARTED)
    assert "Work is in progress" in mailbox.to(str(thandi.email))[0].subject


def test_an_admin_writes_words_looks_at_them_and_puts_them_in_use(category: Category) -> None:
    city = category.organisation
    client = signed_in(city, Role.ORGANISATION_ADMIN)
    answer = client.post(f"{LIST}add/", form_of(city, sms="Šala: {reference} {link}") | {"_continue": "1"})
    (template,) = MessageTemplate.objects.all()
    assert (answer.status_code, template.is_in_use) == (302, False)
    page = client.get(answer["Location"]).content.decode()
    assert "Our team is at Burst pipe in Church Street" in page
    # In the network's alphabet, with what it would have cost with its accent.
    assert f"Sala: {city.reference_prefix}-234-567" in page
    assert "1 of at most 2 parts" in page
    assert "UCS-2" in page
    assert page.count("<iframe") == 6
    # The whole mail is the frame's own document, quotes and all.
    assert page.count('srcdoc="&lt;!doctype html&gt;') == 6
    assert "<h1 style=" not in page

    change = reverse("admin:notifications_messagetemplate_change", args=[template.pk])
    client.post(change, {"language": "en", "headline": "Changed", "body": "", "sms": "", "is_in_use": "on"})
    template.refresh_from_db()
    assert (template.headline, template.is_in_use) == ("Changed", True)


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("body", "Dear {name}", "There is no {name}."),
        ("headline", "{title.organisation}", "There is no {title.organisation}."),
        ("sms", "{reference} is done", "must say {link}"),
        ("language", "tlh", "Select a valid choice"),
        ("headline", "", "Write a headline, a text or an SMS"),
    ],
)
def test_what_could_not_be_sent_is_not_kept(category: Category, field: str, text: str, sentence: str) -> None:
    client = signed_in(category.organisation, Role.ORGANISATION_ADMIN)
    answer = client.post(f"{LIST}add/", form_of(category.organisation, **{field: text}))
    assert sentence in answer.content.decode()
    assert not MessageTemplate.objects.exists()


def test_there_is_one_text_for_a_kind_and_language(category: Category) -> None:
    own_words(category.organisation, headline="First")
    client = signed_in(category.organisation, Role.ORGANISATION_ADMIN)
    answer = client.post(f"{LIST}add/", form_of(category.organisation))
    assert "There are words for this in that language already." in answer.content.decode()
    assert list(MessageTemplate.objects.values_list("headline", flat=True)) == ["First"]


@pytest.mark.parametrize("role", [Role.DEPARTMENT_ADMIN, Role.AGENT, Role.AUDITOR, Role.CALL_CENTRE])
def test_only_who_looks_after_the_organisation_writes_its_words(category: Category, role: Role) -> None:
    template = own_words(category.organisation, headline="Ours")
    client = signed_in(category.organisation, role)
    change = reverse("admin:notifications_messagetemplate_change", args=[template.pk])
    for address in (change, f"{LIST}add/"):
        assert client.post(address, form_of(category.organisation)).status_code in {403, 404}
    assert list(MessageTemplate.objects.values_list("headline", flat=True)) == ["Ours"]


def test_the_list_takes_the_same_queries_for_one_and_three(
    category: Category, django_assert_num_queries: Any
) -> None:
    reader = signed_in(category.organisation, Role.ORGANISATION_ADMIN)
    own_words(category.organisation, headline="One")
    reader.get(LIST)
    with CaptureQueriesContext(connection) as one:
        reader.get(LIST)
    for language in ("af", "zu"):
        own_words(category.organisation, language=language, headline="More")
    with django_assert_num_queries(len(one)):
        reader.get(LIST)
