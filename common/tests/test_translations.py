"""Every sentence that residents read is said in every language, and in its own words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import allauth
import pytest
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from babel.messages.catalog import Catalog
from django.conf import settings
from rest_framework.exceptions import APIException

from common.catalogues.extracting import extract_catalogue, messages_of_template
from common.catalogues.updating import is_translated, messages_of, read_catalogue

LANGUAGES = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
# Names and signs, the same everywhere.
SAID_BY_ALL = {
    *("API", "CSV", "GeoJSON", "Open311", "RSS", "SMS", "WhatsApp", "{km} km", "{metres} m"),
    *("[%(reference)s] %(headline)s: %(title)s", "%(field)s: %(old)s → %(new)s"),
}
# Where a word is that of English.
SAID_ALIKE = {
    "af": {
        *("April", "September", "November", "jan", "feb", "apr", "jun", "jul", "aug", "sep", "nov"),
        *("%(num)d week", "My data", "Status", "agent", "In E.164: +27821234567."),
    },
    "zu": {"jan", "feb", "jun", "jul", "sep", "nov"},
    "nso": {"June", "jan", "feb", "jun", "jul"},
    "tn": set(),
    "ts": set(),
}
# Pages of allauth's that no way leads to: confirming is by code, and a passkey comes after the account.
NO_WAY_THERE = {
    *("account/email_change.html", "account/email_confirm.html", "account/password_reset_done.html"),
    *("account/signup_by_passkey.html", "account/verification_sent.html"),
    *("account/verified_email_required.html", "account/email/password_reset_key_message.txt"),
    *("account/email/password_reset_key_subject.txt", "mfa/trust.html", "mfa/webauthn/signup_form.html"),
}


@pytest.fixture(scope="module")
def spoken() -> Catalog:
    """What residents read, as the code has it now."""
    return extract_catalogue(settings.BASE_DIR, for_staff=False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_residents_is_translated(spoken: Catalog, language: str) -> None:
    catalogue = read_catalogue(language)

    in_english = [
        message.id
        for message in messages_of(spoken)
        if not (said := catalogue.get(message.id, message.context)) or not is_translated(said)
    ]

    assert in_english == []
    assert len(spoken) > 1000


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_a_copy_of_the_english(language: str) -> None:
    copies = {
        sentence
        for message in messages_of(read_catalogue(language))
        for sentence, said in zip(_forms(message.id), _forms(message.string), strict=False)
        if sentence == said
    }

    assert copies - SAID_BY_ALL == SAID_ALIKE[language]


def test_what_allauth_says_on_its_own_pages_and_in_its_mails_is_translated_too(spoken: Catalog) -> None:
    theirs, ours = Path(allauth.__file__).parent / "templates", settings.BASE_DIR / "templates"
    names = [
        path.relative_to(theirs).as_posix()
        for folder in ("account", "mfa")
        for path in (theirs / folder).rglob("*.*")
        if not (ours / path.relative_to(theirs)).exists()
    ]

    unknown = {
        name: missing
        for name in set(names) - NO_WAY_THERE
        if (missing := [said for said, _context in _messages(theirs / name) if said not in spoken])
    }

    assert unknown == {}
    assert set(names) >= NO_WAY_THERE


def test_what_allauth_and_the_rest_framework_refuse_is_translated_too(spoken: Catalog) -> None:
    refusals = [
        *DefaultAccountAdapter.error_messages.items(),
        *DefaultMFAAdapter.error_messages.items(),
        *((kind.__name__, kind.default_detail) for kind in APIException.__subclasses__()),
    ]

    unknown = {name for name, sentence in refusals if str(sentence) not in spoken}

    # Nobody has a user name here, and of too many requests we speak ourselves.
    assert {name for name in unknown if not name.startswith("username_")} == {"Throttled"}


def _forms(words: Any) -> tuple[str, ...]:
    """Of one and of many; a translation that is missing is empty."""
    return (words,) if isinstance(words, str) else tuple(words or ())


def _messages(template: Path) -> list[tuple[str | tuple[str, ...], str | None]]:
    return list(messages_of_template(template.read_text(encoding="utf-8")))
