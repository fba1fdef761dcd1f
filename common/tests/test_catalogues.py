"""The catalogues of the five languages: whole, true to their sentences, and what gettext reads."""

from __future__ import annotations

import gettext
import os
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from django.conf import settings
from django.utils import translation

from common.catalogues.checking import faults_of
from common.catalogues.compiling import catalogue_files, compile_catalogues, is_current, main
from common.catalogues.extracting import FOR_STAFF, extract_catalogue
from common.catalogues.updating import (
    is_translated,
    messages_of,
    path_of,
    progress_of,
    read_catalogue,
    update_catalogue,
    write_catalogue,
)

LANGUAGES = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


@pytest.fixture(scope="module", params=LANGUAGES)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    return read_catalogue(request.param)


def test_no_translation_loses_what_its_sentence_holds(catalogue: Catalog) -> None:
    faults = [
        fault for message in messages_of(catalogue) for fault in faults_of(message, catalogue.num_plurals)
    ]

    assert faults == []


def test_what_is_compiled_says_what_the_catalogue_says_fuzzy_or_not(catalogue: Catalog) -> None:
    language = str(catalogue.locale)
    compiled = path_of(language).with_suffix(".mo")
    with compiled.open("rb") as source:
        spoken = gettext.GNUTranslations(source)

    written = {
        message.id: message.string
        for message in messages_of(catalogue)
        if isinstance(message.id, str) and message.string and not message.context
    }

    assert {sentence: spoken.gettext(sentence) for sentence in written} == written
    assert written


def test_one_and_many_are_told_apart(catalogue: Catalog) -> None:
    said_by_catalogue = catalogue["%(count)s other affected"].string

    with translation.override(str(catalogue.locale)):
        said = [
            translation.ngettext("%(count)s other affected", "%(count)s others affected", n) for n in (1, 2)
        ]

    assert tuple(said) == said_by_catalogue
    assert len(set(said)) == catalogue.num_plurals


def test_every_language_has_a_name_of_its_own() -> None:
    names = [translation.get_language_info(code)["name_local"] for code in LANGUAGES]

    assert names == ["Afrikaans", "isiZulu", "Sepedi", "Setswana", "Xitsonga"]


def write_source(root: Path, name: str, words: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(words, encoding="utf-8")


def test_sentences_are_found_in_code_and_templates(tmp_path: Path) -> None:
    write_source(
        tmp_path,
        "tickets/views/a.py",
        "from django.utils.translation import gettext as _, ngettext, pgettext\n"
        '_("In two "\n  "pieces")\nngettext("%(n)d day", "%(n)d days", n)\n'
        'pgettext("a month", "May")\n_(variable)\n',
    )
    write_source(
        tmp_path,
        "templates/a.html",
        '{% load i18n %}<p title="{% translate \'It is "so"\' %}">{{ _("In braces") }}</p>\n'
        "{% blocktranslate trimmed with name=person.name %}\n  Dear {{ name }},\n  hello 100%\n"
        "{% endblocktranslate %}"
        "{% blocktranslate count n=n %}one{% plural %}{{ n }} of them{% endblocktranslate %}"
        '{% translate "May" context "a month" %}',
    )
    write_source(tmp_path, "tickets/tests/test_a.py", "from x import gettext as _\n_('Never')\n")
    write_source(
        tmp_path, "tickets/admin/a.py", "from x import gettext as _\n_('For staff')\n_('In two pieces')\n"
    )

    found = extract_catalogue(tmp_path)

    assert {(message.id, message.context) for message in messages_of(found)} == {
        ("In two pieces", None),
        (("%(n)d day", "%(n)d days"), None),
        ("May", "a month"),
        ('It is "so"', None),
        ("In braces", None),
        ("Dear %(name)s, hello 100%%", None),
        (("one", "%(n)s of them"), None),
        ("For staff", None),
    }
    for_staff = [message.id for message in messages_of(found) if FOR_STAFF in message.auto_comments]
    assert for_staff == ["For staff"]


def test_an_update_keeps_translations_and_guesses_nothing(tmp_path: Path) -> None:
    before, after = Catalog(), Catalog()
    before.add("Kept")
    before.add("Changed a little")
    after.add("Kept")
    after.add("Changed a little bit")
    catalogue = update_catalogue("af", before, tmp_path)
    catalogue["Kept"].string, catalogue["Changed a little"].string = "Behou", "Bietjie anders"
    catalogue["Kept"].flags.add("fuzzy")
    write_catalogue("af", catalogue, tmp_path)

    update_catalogue("af", after, tmp_path)

    found = read_catalogue("af", tmp_path)
    assert [(message.id, message.string, message.fuzzy) for message in messages_of(found)] == [
        ("Kept", "Behou", True),
        ("Changed a little bit", "", False),
    ]
    assert [message.string for message in found.obsolete.values()] == ["Bietjie anders"]
    progress = progress_of("af", found)
    assert (progress.public_translated, progress.public, progress.fuzzy) == (1, 2, 1)


def test_an_update_without_news_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    template = Catalog()
    template.add("A sentence")
    update_catalogue("zu", template, tmp_path)
    was = path_of("zu", tmp_path).stat().st_mtime_ns

    update_catalogue("zu", template, tmp_path)

    assert path_of("zu", tmp_path).stat().st_mtime_ns == was


def test_only_what_has_changed_is_compiled_again(tmp_path: Path) -> None:
    template = Catalog()
    template.add("A sentence")
    for language in ("af", "zu"):
        update_catalogue(language, template, tmp_path)

    assert compile_catalogues(tmp_path) == catalogue_files(tmp_path)
    assert compile_catalogues(tmp_path) == []
    # Older than what was compiled: as after going back to an earlier commit.
    os.utime(path_of("zu", tmp_path), (1, 1))
    assert compile_catalogues(tmp_path) == [path_of("zu", tmp_path)]
    assert all(is_current(po) for po in catalogue_files(tmp_path))
    assert not list(tmp_path.rglob("*.new"))


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("Ward %(number)d", "Wyk"),
        ("Ward %(number)d", "Wyk %(nommer)d"),
        ("Ready: {size}", "Gereed: {grootte}"),
        ("Now: <strong>%(phone)s</strong>", "Nou: <b>%(phone)s</b>"),
        ("Follow it here: ", "Volg dit hier:"),
        (("%(n)d day", "%(n)d days"), ("%(n)d dag", "dae")),
        (("%(n)d day", "%(n)d days"), ("een dag", "")),
    ],
)
def test_a_translation_that_loses_something_is_found(
    sentence: str | tuple[str, str], words: str | tuple[str, str]
) -> None:
    catalogue = Catalog(locale="af")
    message = catalogue.add(sentence, words)

    assert len(faults_of(message, catalogue.num_plurals)) == 1


def test_a_translation_may_order_its_gaps_as_it_likes_and_say_one_in_words() -> None:
    catalogue = Catalog(locale="af")
    swapped = catalogue.add("%(a)s of %(b)s", "%(b)s se %(a)s")
    in_words = catalogue.add(("one day", "%(n)d days"), ("een dag", "%(n)d dae"))
    missing = catalogue.add("Nothing yet")

    assert [faults_of(message, 2) for message in (swapped, in_words, missing)] == [[], [], []]
    assert [is_translated(message) for message in (swapped, in_words, missing)] == [True, True, False]


def test_a_broken_catalogue_is_named_and_holds_nothing_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = path_of("af", tmp_path)
    path.parent.mkdir(parents=True)
    path.write_text('msgid "unfinished\n', encoding="utf-8")
    update_catalogue("zu", Catalog(), tmp_path)

    main(tmp_path)

    assert str(path) in capsys.readouterr().err
    assert not path.with_suffix(".mo").exists()
    assert is_current(path_of("zu", tmp_path))
