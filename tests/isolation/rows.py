"""Which rows are an organisation's own, how they stand now, and by what they would be recognised."""

from __future__ import annotations

from collections import deque
from typing import Any

from django.apps import apps
from django.db.models import ForeignKey, Model, QuerySet

from accounts.models import Organisation, User
from common.tests.snapshot import Rows, Snapshot
from tests.isolation.world import Neighbour
from tickets.models import Attachment

OURS = ("accounts", "departments", "articles", "tickets", "notifications", "accountability", "reports")
# Packages' tables that belong to people; the others know neither people nor organisations.
OF_PEOPLE = ("account.EmailAddress", "mfa.Authenticator", "token_blacklist.OutstandingToken")
# Places in the feed, providers and numbers that said STOP belong to the installation.
OF_NOBODY = frozenset(
    {"accountability.FeedPlace", "notifications.Circuit", "notifications.SuppressedAddress"}
)
# What the public pages of a public organisation show by id.
PUBLIC_MODELS = frozenset(
    {
        "Organisation",
        "Region",
        "Ward",
        "Suburb",
        "Department",
        "Stage",
        "Category",
        "Article",
        "Attachment",
        "Ticket",
    }
)


def models_of_ours() -> list[type[Model]]:
    """Every model of our apps whose rows belong to an organisation or a person."""
    registered = [model for label in OURS for model in apps.get_app_config(label).get_models()]
    return [model for model in registered if model._meta.label not in OF_NOBODY]


def owned_models() -> list[type[Model]]:
    """Every model of ours, and packages' models about people."""
    ours = models_of_ours()
    linked: list[Any] = [
        field.remote_field.through for model in ours for field in model._meta.local_many_to_many
    ]
    return [*dict.fromkeys([*ours, *linked]), *(apps.get_model(label) for label in OF_PEOPLE)]


def rows_of(model: type[Model], one: Neighbour) -> QuerySet[Any]:
    """The organisation's rows of a model, found by the shortest way of foreign keys."""
    rows = model._default_manager.all()
    if model._meta.label in OF_NOBODY:
        return rows.none()
    if model is Organisation:
        return rows.filter(pk=one.organisation.pk)
    if model is User:
        return rows.filter(email__endswith=f"@{one.hidden}.example")
    way, target = way_to_owner(model)
    if target is User:
        return rows.filter(**{f"{way}__email__endswith": f"@{one.hidden}.example"})
    return rows.filter(**{way: one.organisation.pk})


def way_to_owner(model: type[Model]) -> tuple[str, type[Model]]:
    """The lookup from a model to its organisation, else to its person."""
    for target in (Organisation, User):
        way = _way(model, target)
        if way is not None:
            return way, target
    raise AssertionError(
        f"{model._meta.label} has no way of foreign keys to an organisation or a person. "
        "Say in tests/isolation/rows.py whose its rows are."
    )


def _way(model: type[Model], target: type[Model]) -> str | None:
    waiting: deque[tuple[type[Model], str]] = deque([(model, "")])
    seen = {model}
    while waiting:
        here, way = waiting.popleft()
        for field in here._meta.get_fields():
            if not isinstance(field, ForeignKey):
                continue
            there, name = field.related_model, f"{way}{field.name}"
            if there is target:
                return name
            # People belong to several organisations: a way through them says nothing.
            if there is not User and there not in seen:
                seen.add(there)
                waiting.append((there, f"{name}__"))
    return None


def state_of(one: Neighbour) -> Rows:
    """Every row of the organisation with every value."""
    if one.snapshot is None:
        one.snapshot = Snapshot({model._meta.label: rows_of(model, one) for model in owned_models()})
    return one.snapshot()


def marks_of(one: Neighbour) -> frozenset[str]:
    """What must never be read by others: marked words, keys, references and phone numbers."""
    marks = {one.hidden, *(ticket.reference for ticket in one.private), *map(str, _keys(one))}
    marks |= {str(ticket.pk) for ticket in one.private}
    marks |= {str(photo.pk) for photo in rows_of(Attachment, one).filter(waits_since__isnull=False)}
    marks |= {user.phone for user in rows_of(User, one) if user.phone}
    if not one.organisation.public_reports:
        marks |= {one.shown, one.organisation.slug}
    return frozenset(marks)


def _keys(one: Neighbour) -> list[Any]:
    is_public = one.organisation.public_reports
    return [
        row.pk
        for model in owned_models()
        if not (is_public and model.__name__ in PUBLIC_MODELS)
        for row in rows_of(model, one)
        # Small numbers stand in every page.
        if not isinstance(row.pk, int)
    ]
