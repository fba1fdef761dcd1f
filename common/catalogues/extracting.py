"""Every translatable sentence of the code and the templates, those that residents read first."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from django.utils.translation.template import templatize

FOR_STAFF = "Read by staff and programmers only."
_KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_ELSEWHERE = {"tests", "migrations", "benchmarks", "node_modules"}
# Where only staff and programmers read. A place that nobody has thought of is the residents'.
_STAFF = (
    *("*/admin/*", "*/admin.py", "*_admin.py", "*/models/*", "*/models.py", "*/api/*", "*/exchange/*"),
    *("*/management/*", "*/settings/*", "*/stream/*", "*/console/*", "*/unfold/*", "*/monthly.*"),
    *("accountability/*", "demo/*", "departments/*", "jobs/*", "reports/tables.py"),
    *("accounts/actions/keys.py", "accounts/actions/organisations.py"),
    *("notifications/inbound/enums.py", "notifications/previews.py", "notifications/wording/own.py"),
    *("notifications/actions/rules.py", "notifications/actions/sending_again.py"),
    *("tickets/calendar_uses.py", "tickets/actions/[ghmnopt]*.py", "tickets/actions/assignment.py"),
    *("tickets/actions/relocation.py", "tickets/actions/agents.py", "tickets/actions/bulk*.py"),
    *("tickets/actions/importing.py", "tickets/actions/erasure.py", "tickets/actions/updating.py"),
)
# Among these, what residents read all the same: why a promise was missed, what the API refuses them.
_EVERYBODY = (
    *("accountability/enums.py", "departments/enums.py", "common/api/*", "accounts/api/authentication.py"),
    "accounts/models/person.py",
    *(f"tickets/api/views/{name}.py" for name in ("attachments", "verification")),
)
_LITERAL = r"""u?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_Message = str | tuple[str, ...]
_CALL = re.compile(rf"(?<!\w)(n?p?gettext|_)\(\s*({_LITERAL}(?:\s*,\s*{_LITERAL})*)")


def extract_catalogue(root: Path, *, for_staff: bool = True) -> Catalog:
    """The template that the catalogues of all languages are brought up to; or only what residents read."""
    catalogue = Catalog(charset="utf-8")
    files = [
        path
        for path in _files(root)
        if (for_staff or not is_for_staff(path.relative_to(root))) and _may_speak(path)
    ]
    for path in sorted(files, key=lambda path: (is_for_staff(path.relative_to(root)), path)):
        name = path.relative_to(root)
        comments = [FOR_STAFF] if is_for_staff(name) else []
        for message, context in _messages(path):
            known = catalogue.get(message, context)
            shared = known.auto_comments if known else comments
            catalogue.add(message, locations=[(name.as_posix(), 0)], auto_comments=shared, context=context)
    return catalogue


def is_for_staff(name: Path | PurePosixPath) -> bool:
    """By where a sentence stands."""
    return _is_in(name, _STAFF) and not _is_in(name, _EVERYBODY)


def _is_in(name: Path | PurePosixPath, places: tuple[str, ...]) -> bool:
    return any(fnmatch(name.as_posix(), place) for place in places)


def _files(root: Path) -> Iterator[Path]:
    for folder in sorted(path for path in root.iterdir() if path.is_dir() and path.name[0] not in "._"):
        for path in sorted(folder.rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and not _ELSEWHERE & set(path.relative_to(root).parts):
                yield path


def _may_speak(path: Path) -> bool:
    words = path.read_text(encoding="utf-8", errors="replace")
    return "gettext" in words if path.suffix == ".py" else "{% load" in words or "{%" in words


def _messages(path: Path) -> Iterator[tuple[_Message, str | None]]:
    if path.suffix != ".py":
        yield from messages_of_template(path.read_text(encoding="utf-8"))
        return
    for _line, message, _comments, context in extract_from_file("python", path, keywords=_KEYWORDS):
        yield message, context


def messages_of_template(source: str) -> Iterator[tuple[_Message, str | None]]:
    """Django writes a template as calls of gettext among noise; the calls are read here."""
    for name, arguments in _CALL.findall(templatize(source)):
        words = list(ast.literal_eval(f"({arguments},)"))
        context = words.pop(0) if "p" in name.removesuffix("gettext") else None
        yield (tuple(words[:2]) if name.startswith("n") else words[0]), context
