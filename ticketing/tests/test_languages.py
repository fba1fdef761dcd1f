"""Whose language a page is in, and that it really is."""

from __future__ import annotations

from functools import cache
from html import escape

import pytest
from babel.messages.catalog import Catalog
from django.conf import settings
from django.test import Client, override_settings
from django.utils import timezone, translation
from django.utils.formats import date_format, number_format

from accounts.models import User
from accounts.tests.factories import UserFactory
from common.catalogues.updating import read_catalogue
from tickets.models import Ticket
from tickets.tests.factories import report_ticket
from tickets.tests.pages import City, make_city

pytestmark = pytest.mark.django_db

LANGUAGES = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
ASKED = "What needs fixing?"


@cache
def catalogue(language: str) -> Catalog:
    return read_catalogue(language)


def said(language: str, sentence: str) -> str:
    message = catalogue(language).get(sentence) if language != "en" else None
    return str(message.string) if message else sentence


def in_language(language: str, sentence: str) -> str:
    """As a page writes it."""
    return escape(said(language, sentence))


@pytest.fixture
def city() -> City:
    return make_city()


def page(client: Client, path: str = "/", accept: str = "") -> str:
    headers = {"accept-language": accept} if accept else {}
    return client.get(path, headers=headers).content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_visitor_reads_the_language_that_the_browser_asks_for(city: City, language: str) -> None:
    home = page(city.client(), accept=f"{language}-ZA,{language};q=0.9,en;q=0.5")

    assert f'<html lang="{language}"' in home
    assert in_language(language, ASKED) in home
    assert in_language(language, ASKED) != ASKED


@pytest.mark.parametrize("accept", ["", "fr-FR,fr;q=0.9", "*", ";;;q=x"])
def test_a_visitor_whose_language_we_do_not_speak_reads_english(city: City, accept: str) -> None:
    home = page(city.client(), accept=accept)

    assert '<html lang="en"' in home
    assert ASKED in home


def choose(client: Client, language: str, path: str = "/near-by/?status=all") -> None:
    answer = client.post("/i18n/setlang/", {"language": language, "next": path})
    assert (answer.status_code, answer["Location"]) == (302, path)


def test_what_a_visitor_chooses_stays_and_comes_before_the_browser(city: City) -> None:
    client = city.client()

    choose(client, "nso")

    assert in_language("nso", ASKED) in page(client, accept="zu")
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME]["max-age"] == 365 * 24 * 60 * 60


def test_every_page_offers_every_language_under_its_own_name(city: City) -> None:
    found = city.client().get("/near-by/?status=all").content.decode()

    offered = [part.split("<")[0].split(">")[-1] for part in found.split('name="language"')[1:]]
    assert offered == ["English", "Afrikaans", "isiZulu", "Sepedi", "Setswana", "Xitsonga"]
    assert '<input type="hidden" name="next" value="/near-by/?status=all">' in found
    assert 'value="en" lang="en" aria-current="true"' in found


def test_the_language_of_an_account_comes_before_cookie_and_browser(city: City) -> None:
    client = city.client(UserFactory.create(language="zu"))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "ts"

    home = page(client, accept="af")

    assert '<html lang="zu"' in home
    assert in_language("zu", ASKED) in home


def test_the_console_speaks_english_throughout_until_it_is_translated(city: City) -> None:
    report_ticket(city.category)
    User.objects.filter(pk=city.agent.pk).update(language="zu")
    client = city.client(city.agent)

    console = page(client, "/console/tickets/ticket/")

    assert '<html lang="en"' in console
    assert in_language("zu", "open") not in console
    assert '<html lang="zu"' in page(client)
    with override_settings(CONSOLE_LANGUAGES=["en", "zu"]):
        assert '<html lang="zu"' in page(client, "/console/tickets/ticket/")


def test_who_is_signed_in_chooses_for_messages_too(city: City) -> None:
    person: User = UserFactory.create(language="en")
    client = city.client(person)

    choose(client, "tn")

    person.refresh_from_db()
    assert person.language == "tn"
    assert in_language("tn", ASKED) in page(client)


@pytest.mark.parametrize("language", ["", "xx", "zu" * 40, "../af", "\x00"])
def test_a_language_that_there_is_not_changes_nothing(city: City, language: str) -> None:
    person: User = UserFactory.create(language="af")
    client = city.client(person)

    client.post("/i18n/setlang/", {"language": language, "next": "/"})

    person.refresh_from_db()
    assert person.language == "af"
    assert settings.LANGUAGE_COOKIE_NAME not in client.cookies


def test_choosing_a_language_leads_nowhere_else(city: City) -> None:
    answer = city.client().post("/i18n/setlang/", {"language": "af", "next": "https://evil.example/"})

    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_looking_at_the_address_of_the_choice_changes_nothing(city: City) -> None:
    assert city.client().get("/i18n/setlang/?language=af").status_code == 405


@pytest.fixture
def ticket(city: City) -> Ticket:
    return report_ticket(city.category)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_residents_works_in_every_language(city: City, ticket: Ticket, language: str) -> None:
    paths = [
        "/",
        "/near-by/",
        "/report/",
        f"/t/{ticket.reference}/",
        "/how-we-are-doing/",
        "/accounts/login/",
    ]

    answers = [city.client().get(path, headers={"accept-language": language}) for path in paths]

    assert [answer.status_code for answer in answers] == [200] * len(paths)
    assert all(f'<html lang="{language}"' in answer.content.decode() for answer in answers)
    assert in_language(language, "What has happened") in answers[3].content.decode()


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_dates_and_numbers_are_written_as_south_africans_do(language: str) -> None:
    moment = timezone.now().replace(year=2026, month=11, day=26, hour=12, minute=5)

    with translation.override(language):
        assert date_format(moment, "l j F").split() == [
            said(language, "Thursday"),
            "26",
            said(language, "November"),
        ]
        day, month, year = date_format(moment, "SHORT_DATE_FORMAT").split()
        assert (day, month, year) == ("26", date_format(moment, "M"), "2026")
        assert date_format(moment, "TIME_FORMAT") == "12:05"
        assert number_format(7, 1)[-1] == "0"
