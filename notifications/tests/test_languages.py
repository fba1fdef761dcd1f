"""Mails, SMS and answers to SMS speak the language of whom they are for."""

from __future__ import annotations

import re
from functools import cache

import pytest
from babel.messages.catalog import Catalog
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import Organisation
from accounts.tests.factories import OrganisationFactory
from common.catalogues.updating import read_catalogue
from notifications.actions.route import route_event
from notifications.bundles import bundle_of
from notifications.gsm import SEGMENTS, parts_of, to_gsm
from notifications.inbound.keywords import Intent
from notifications.inbound.words import understand
from notifications.models import MessageTemplate, Notification
from notifications.previews import previews_of
from notifications.rendering import Message, write_message
from notifications.tests.factories import last_event, resident
from notifications.wording.residents import RESIDENT_WORDS
from tickets.actions.intake import Report, Reporter, create_ticket
from tickets.enums import EventKind, Source
from tickets.tests.factories import PRETORIA, burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db

ASKS = "Reported as fixed. Reply YES if it is, or NO and what is still wrong."
HELPS = "To report a problem: %(link)s. To ask how it goes: STATUS and your reference. To end messages: STOP."
LANGUAGES = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


@cache
def catalogue(language: str) -> Catalog:
    return read_catalogue(language)


def in_language(language: str, sentence: str, **values: str) -> str:
    message = catalogue(language).get(sentence)
    assert message is not None
    assert message.string not in ("", sentence)
    return str(message.string) % values if values else str(message.string)


@pytest.fixture
def city() -> Organisation:
    organisation: Organisation = OrganisationFactory.create(language="af")
    return organisation


def message_of(**fields: object) -> Message:
    message = write_message(bundle_of(Notification.objects.for_sending().get(**fields)))
    assert message is not None
    return message


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_reports_without_an_account_is_told_in_the_language_of_the_report(
    city: Organisation, language: str
) -> None:
    ticket = create_ticket(
        city,
        Report(title="Burst pipe", category=burst_pipe_category(city), place=PRETORIA),
        reporter=Reporter(email="thandi@example.org", phone="+27821234501", language=language),
        source=Source.WEB,
        acting_user=None,
    )
    route_event(last_event(ticket, EventKind.CREATED).pk)

    letter, line = message_of(channel="email"), message_of(channel="sms")

    headline = in_language(language, "We have your report")
    assert letter.subject == f"[{ticket.reference}] {headline}: Burst pipe"
    assert in_language(language, "You get this because you reported this problem.") in letter.text
    assert f'<html lang="{language}"' in letter.html
    said = in_language(language, "we have your report: %(title)s. Follow it here:", title="Burst pipe")
    assert line.sms.startswith(f"{ticket.reference}: {to_gsm(said)} ")


def test_the_language_of_an_account_is_that_of_its_messages(city: Organisation) -> None:
    ticket = report_ticket(burst_pipe_category(city), reporter=resident(language="ts"))
    route_event(last_event(ticket, EventKind.CREATED).pk)

    assert in_language("ts", "We have your report") in message_of(channel="email").subject


def test_who_named_no_language_is_told_in_that_of_the_city(city: Organisation) -> None:
    ticket = create_ticket(
        city,
        Report(title="Burst pipe", category=burst_pipe_category(city), place=PRETORIA),
        reporter=Reporter(email="thandi@example.org", language=""),
        source=Source.WEB,
        acting_user=None,
    )
    route_event(last_event(ticket, EventKind.CREATED).pk)

    assert in_language("af", "We have your report") in message_of(channel="email").subject


@pytest.mark.parametrize("kind", sorted(RESIDENT_WORDS))
def test_every_sms_fits_into_two_parts_and_keeps_its_link_in_every_language(
    city: Organisation, kind: EventKind
) -> None:
    typed = MessageTemplate(organisation=city, kind=kind, language="en")

    previews = previews_of(city, kind, typed)

    assert [preview.language for preview in previews] == [code for code, _name in settings.LANGUAGES]
    for preview in previews:
        assert parts_of(preview.sms).parts <= SEGMENTS, preview.sms
        assert re.search(r"https?://\S+/$", preview.sms), preview.sms


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_code_fits_into_one_part_and_other_sms_about_accounts_into_two(language: str) -> None:
    words = {
        "code": "123456",
        "site_name": settings.SITE_NAME,
        "host": "lokisa.tshwane.gov.za",
        "organisation": "City of Tshwane Metropolitan Municipality",
        "reference": "TSH-4K7-M2X",
        "password_reset_url": "https://lokisa.tshwane.gov.za/accounts/password/reset/",
        "signup_url": "https://lokisa.tshwane.gov.za/accounts/signup/",
        "what": in_language(language, "Your mobile number was changed"),
    }
    folder = settings.BASE_DIR / "templates" / "account" / "sms"

    with translation.override(language):
        parts = {
            path.stem: parts_of(to_gsm(render_to_string(f"account/sms/{path.name}", words).strip())).parts
            for path in folder.glob("*.txt")
        }

    assert {name: count for name, count in parts.items() if name.endswith("code") and count > 1} == {}
    assert max(parts.values()) <= SEGMENTS


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_that_we_ask_for_are_those_that_we_understand(language: str) -> None:
    yes, no = re.findall(r"\b[A-Z]+(?:-[A-Z]+)*\b", in_language(language, ASKS))
    status, stop = re.findall(r"\b[A-Z]{3,}\b", in_language(language, HELPS))

    assert [understand(word).intent for word in (yes, no, status, stop)] == [
        Intent.YES,
        Intent.NO,
        Intent.STATUS,
        Intent.STOP,
    ]
