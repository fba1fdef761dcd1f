"""Bringing locale/ up to what the code says, and saying how much of it is translated."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from common.catalogues.compiling import LOCALE_DIR
from common.catalogues.extracting import FOR_STAFF

WIDTH = 110
_HEADER = """# Lokisa in {name}.
#
# Entries marked "fuzzy" were written by a machine and are in use. Correct the words, delete the word
# "fuzzy", run bin/catalogues: docs/languages.md says how, and has the glossary.
# The sentences that residents read come first; those of the console are in English until somebody
# translates them.
#"""


@dataclass(frozen=True)
class Progress:
    """How much of a language there is: residents' sentences, staff's sentences, those of a machine."""

    language: str
    public: int
    public_translated: int
    staff: int
    staff_translated: int
    fuzzy: int

    def __str__(self) -> str:
        return (
            f"{self.language:4} residents {self.public_translated} of {self.public}, "
            f"staff {self.staff_translated} of {self.staff}, not yet corrected {self.fuzzy}"
        )


def read_catalogue(language: str, folder: Path = LOCALE_DIR) -> Catalog:
    path = path_of(language, folder)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8", fuzzy=False)
    with path.open("rb") as source:
        return read_po(source, locale=language, abort_invalid=True)


def path_of(language: str, folder: Path = LOCALE_DIR) -> Path:
    return folder / language / "LC_MESSAGES" / "django.po"


def update_catalogue(language: str, template: Catalog, folder: Path = LOCALE_DIR) -> Catalog:
    """Keeps what is translated. A sentence that has changed is a new one: no guess at it is ever shown,
    and the old words stay at the end of the file for whoever translates it.
    """
    catalogue = read_catalogue(language, folder)
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    write_catalogue(language, catalogue, folder)
    return catalogue


def write_catalogue(language: str, catalogue: Catalog, folder: Path = LOCALE_DIR) -> None:
    """Leaves a file alone that says the same already."""
    catalogue.project, catalogue.version = "Lokisa", "0"
    catalogue.header_comment = _HEADER.format(
        name=catalogue.locale.english_name if catalogue.locale else language
    )
    written = io.BytesIO()
    write_po(written, catalogue, width=WIDTH, include_lineno=False)
    path = path_of(language, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_bytes() != written.getvalue():
        path.write_bytes(written.getvalue())


def progress_of(language: str, catalogue: Catalog) -> Progress:
    staff = [message for message in messages_of(catalogue) if FOR_STAFF in message.auto_comments]
    public = [message for message in messages_of(catalogue) if FOR_STAFF not in message.auto_comments]
    return Progress(
        language,
        public=len(public),
        public_translated=sum(map(is_translated, public)),
        staff=len(staff),
        staff_translated=sum(map(is_translated, staff)),
        fuzzy=sum(message.fuzzy for message in [*public, *staff]),
    )


def messages_of(catalogue: Catalog) -> Iterator[Message]:
    """Without the header."""
    return (message for message in catalogue if message.id)


def is_translated(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, (list, tuple)) else bool(message.string)
