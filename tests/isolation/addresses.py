"""Every address of the resolver, its blanks filled with the keys of another organisation's rows."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accountability.models import Breach, PointsAppeal
from accounts.models import ApiKey, User
from articles.models import Article
from departments.models import Calendar, Category, Department, Leave, Stage, Standard, Ward
from tests.isolation.rows import models_of_ours, rows_of
from tests.isolation.world import Neighbour
from tickets.admin.verbs import CONSOLE_VERBS
from tickets.models import Attachment, Callback, ImportRun, Project, Support, Ticket, Verification
from tickets.verification import link_token, short_key

# Patterns written as regular expressions, whose blanks nobody can name.
REGULAR = {
    "console/^(?P<app_label>": ["console/tickets/"],
    "console/(?P<url>.*)$": ["console/nothing/here"],
    "accounts/^password/reset/key/": ["accounts/password/reset/key/1-sample/"],
}
A_JOB = "tickets.expire_due"
_BLANK = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
_CONSOLE = re.compile(r"^console/(?P<app>\w+)/(?P<model>\w+)/")


@dataclass(frozen=True)
class Address:
    route: str
    path: str


def all_routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    for pattern in (resolver or get_resolver()).url_patterns:
        route = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from all_routes(pattern, route)


def all_addresses(one: Neighbour) -> list[Address]:
    """Each route once for every key of the organisation that could stand in it."""
    return [Address(route, f"/{path}") for route in sorted(set(all_routes())) for path in filled(route, one)]


def filled(route: str, one: Neighbour) -> list[str]:
    """The route's paths. An AssertionError tells what to add for blanks that nobody knows yet."""
    for beginning, samples in REGULAR.items():
        if route.startswith(beginning):
            return samples
    blanks = [(match["kind"] or "str", match["name"], match[0]) for match in _BLANK.finditer(route)]
    assert "(" not in route, f"Add samples for the regular expression {route} to REGULAR in {__name__}."
    paths = []
    for values in itertools.product(*(_values(route, kind, name, one) for kind, name, _text in blanks)):
        path = route
        for (_kind, _name, text), value in zip(blanks, values, strict=True):
            path = path.replace(text, str(value), 1)
        paths.append(path)
    return paths


def _values(route: str, kind: str, name: str, one: Neighbour) -> list[Any]:
    finder = FINDERS.get(name)
    if finder is not None:
        return finder(route, one)
    # A key of whatever: one row of every model is tried.
    if kind == "uuid" or name in {"key", "id", "pk"}:
        return _one_key_of_each(one)
    raise AssertionError(
        f"Nobody knows what to put for <{kind}:{name}> in {route}. "
        f"Add a line for {name!r} to FINDERS in {__name__} that finds values in the organisation."
    )


def _one_key_of_each(one: Neighbour) -> list[Any]:
    rows = [row for model in models_of_ours() for row in rows_of(model, one).order_by("pk")[:1]]
    return [row.pk for row in rows]


def _names(_route: str, one: Neighbour) -> list[str]:
    return [one.private[0].reference, str(one.private[-1].pk)]


def _references(_route: str, one: Neighbour) -> list[str]:
    return [one.private[0].reference, one.private[-1].reference]


def _console_objects(route: str, one: Neighbour) -> list[Any]:
    found = _CONSOLE.match(route)
    if found is None:
        # "View on site", by the number of a type: that of tickets is tried.
        return [one.private[0].pk]
    model = apps.get_model(found["app"], found["model"])
    return [row.pk for row in rows_of(model, one).order_by("pk")[:1]]


def _keys(route: str, one: Neighbour) -> list[Any]:
    if "photo" in route or "attachments" in route:
        # Of the ticket that comes first among the names.
        return [row.pk for row in rows_of(Attachment, one).filter(ticket=one.private[0])[:1]]
    if route.startswith("console/"):
        return _console_objects(route, one)
    return _of_named_model(route, one) or _one_key_of_each(one)


def _of_named_model(route: str, one: Neighbour) -> list[Any]:
    """Rows of the model that the address names: `wards/<uuid:key>/` is a ward."""
    named = route.partition("<")[0].rstrip("/").rpartition("/")[2]
    model = MODELS.get(named)
    return [row.pk for row in rows_of(model, one).order_by("pk")[:2]] if model else []


def _ticket_keys(_route: str, one: Neighbour) -> list[Any]:
    return [ticket.pk for ticket in (one.private[0], one.private[-1])]


def _leave(_route: str, one: Neighbour) -> list[Any]:
    """What is not over yet: nothing else can be moved or cancelled."""
    return [row.pk for row in rows_of(Leave, one).filter(ends_on__gte=timezone.localdate())]


def _slugs(route: str, one: Neighbour) -> list[Any]:
    if route.startswith("help/"):
        return [article.slug for article in rows_of(Article, one)]
    return list(CONSOLE_VERBS)


def _members(_route: str, one: Neighbour) -> list[Any]:
    return list(one.department.members.values_list("pk", flat=True))


def _types(_route: str, one: Neighbour) -> list[Any]:
    return [ContentType.objects.get_for_model(Ticket).pk]


def _tokens(route: str, one: Neighbour) -> list[str]:
    if route.startswith("m/"):
        return [short_key(row.pk) for row in rows_of(Support, one).exclude(contact="")]
    return [link_token(row) for row in rows_of(Verification, one)]


# What the API calls its lists. For others, a row of every model is tried.
MODELS: dict[str, type[Model]] = {
    "departments": Department,
    "categories": Category,
    "stages": Stage,
    "wards": Ward,
    "articles": Article,
    "calendars": Calendar,
    "standards": Standard,
    "projects": Project,
    "import": ImportRun,
    "agents": User,
    "keys": ApiKey,
    "callbacks": Callback,
    "breaches": Breach,
    "appeals": PointsAppeal,
}
FINDERS: dict[str, Callable[[str, Neighbour], list[Any]]] = {
    "name": _names,
    "reference": _references,
    "key": _keys,
    "object_id": _console_objects,
    "ticket_id": _ticket_keys,
    "leave": _leave,
    "member_id": _members,
    "slug": _slugs,
    "ending": lambda _route, _one: ["csv", "jsonl"],
    "tag": lambda _route, one: [one.hidden],
    "answer": lambda _route, _one: ["take", "done", "not-reached"],
    "content_type_id": _types,
    "token": _tokens,
    # None names a row of an organisation: the version of the map's places, a second factor's number.
    "task": lambda _route, _one: [A_JOB],
    "version": lambda _route, _one: ["sample"],
    "side": lambda _route, _one: ["320"],
    "pk": lambda _route, _one: ["1"],
}


def console_models() -> list[type[Model]]:
    return list(admin.site._registry)
