"""What another organisation's people would try: each address, filter, search, choice, form and verb."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import ForeignKey, ManyToManyField, Model
from django.test import RequestFactory
from drf_spectacular.generators import SchemaGenerator

from accountability.models import PointsEntry
from accounts.enums import Role
from tests.isolation.addresses import all_addresses, filled
from tests.isolation.asking import Call, get
from tests.isolation.rows import owned_models, rows_of
from tests.isolation.world import LATITUDE, LONGITUDE, NEEDLE, Neighbour
from tickets.admin.verbs import CONSOLE_VERBS
from tickets.models import Attachment, Ticket, Verification
from tickets.verification import code_for

BOX = "27.9,-25.9,28.4,-25.5"
TYPED = ("body", "note", "reason", "message", "title")
CHANGING = ("post", "put", "patch", "delete")
# What narrows a page is asked of lists: the API's and the console's have their own calls below.
NO_LISTS = ("console/", "account/", "accounts/", "api/", "i18n/")
Words = dict[str, Any]


def words_about(one: Neighbour) -> Words:
    """Field or parameter -> a value of the organisation that somebody outside might send."""
    agent = one.staff[Role.AGENT]
    ticket = one.private[0]
    pending = rows_of(Verification, one).order_by("-pk")[0]
    return {
        "organisation": one.organisation.slug,
        "department": str(one.department.pk),
        "category": str(one.category.pk),
        "project": str(one.project.pk),
        "calendar": str(one.department.calendar_id),
        "stage": str(one.department.stages.all()[0].pk),
        "ward": str(ticket.ward_id),
        "region": str(ticket.ward.region_id) if ticket.ward else "",
        "assignee": str(agent.pk),
        "assignees": [str(agent.pk)],
        "lead": agent.email,
        "user": str(agent.pk),
        "email": agent.email,
        "assignee_email": agent.email,
        "customer_email": one.resident.email,
        "customer_phone": one.resident.phone,
        "phone": one.resident.phone,
        "reference": ticket.reference,
        "external_ref": ticket.external_ref,
        "id__in": ",".join(str(row.pk) for row in one.tickets),
        "tag": one.hidden,
        "code": code_for(pending),
        "number": "56",
        "status": "open",
        "ticket": str(ticket.pk),
        "bbox": BOX,
        "lat": LATITUDE,
        "lon": LONGITUDE,
        "latitude": LATITUDE,
        "longitude": LONGITUDE,
        "priority": "urgent",
        "answer": "confirm",
        "entry": str(rows_of(PointsEntry, one)[0].pk),
        "person": str(agent.pk),
        "photo": str(rows_of(Attachment, one).filter(ticket=ticket)[0].pk),
    }


# Pages


def page_calls(one: Neighbour) -> Iterator[Call]:
    """Every address as it is, and the residents' pages with what they could be asked for."""
    words = words_about(one)
    asked = ("organisation", "category", "ward", "ticket", "reference", "bbox")
    for address in all_addresses(one):
        yield get(address.path)
        if "<" in address.route or address.route.startswith(NO_LISTS):
            continue
        for name in asked:
            yield get(address.path, **{name: words[name]})
        for typed in (NEEDLE, one.private[0].reference, one.resident.phone):
            yield get(address.path, q=typed)


def page_writes(one: Neighbour) -> Iterator[Call]:
    """Every page with keys of the organisation, sent a form that would do."""
    form = words_about(one) | dict.fromkeys(TYPED, "Other words")
    for address in all_addresses(one):
        if not address.route.startswith("api/"):
            yield Call("POST", address.path, form=form)
            if address.route.startswith("console/") and "delete" in address.route:
                yield Call("POST", address.path, form={"post": "yes"})


# The API, as its own description has it


@cache
def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """(path, method, operation) of everything that the API describes, which takes seconds to describe."""
    described = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    schemas = described["components"]["schemas"]
    # With servers of its own it is another process: tests/runtime/test_stream.py asks that.
    return [
        (path, method, operation | {"schemas": schemas})
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
        if "servers" not in operation
    ]


def api_reads(one: Neighbour) -> Iterator[Call]:
    """Every list and detail, with each parameter and what the organisation's rows answer to."""
    words = words_about(one)
    for path, method, operation in operations():
        if method != "get":
            continue
        parameters = [row for row in operation.get("parameters", []) if row["in"] == "query"]
        needed = {row["name"]: words.get(row["name"], NEEDLE) for row in parameters if row.get("required")}
        for address in addresses_of(path, one):
            yield get(address, **needed)
            yield get(address, **needed, organisation=one.organisation.slug)
            # What narrows a list says nothing about a single row.
            for row in parameters if "{" not in path else ():
                for value in _values(row, words):
                    yield get(address, **(needed | {row["name"]: value}))


def addresses_of(path: str, one: Neighbour) -> list[str]:
    route = path.removeprefix("/").replace("{key}", "<uuid:key>").replace("{", "<str:").replace("}", ">")
    return [f"/{address}" for address in filled(route, one)]


def _values(parameter: dict[str, Any], words: Words) -> list[Any]:
    schema, name = parameter["schema"], parameter["name"]
    if "enum" in schema:
        return list(schema["enum"])
    if schema.get("type") == "boolean":
        return ["true", "false"]
    if schema.get("type") in {"integer", "number"}:
        return [schema.get("minimum", 1), schema.get("maximum", 50)]
    if schema.get("format") == "date-time":
        return ["2020-01-01T00:00:00Z", "2040-01-01T00:00:00Z"]
    return (
        [words[name]] if name in words else [NEEDLE, words["reference"], words["email"], words["department"]]
    )


def api_writes(one: Neighbour, own: Neighbour | None = None) -> Iterator[Call]:
    """Every changing verb on the organisation's keys.

    With `own` on that organisation's keys instead, the bodies still naming rows of the first.
    """
    words = words_about(one)
    for path, method, operation in operations():
        if method not in CHANGING:
            continue
        body = body_of(operation, words)
        for address in addresses_of(path, own or one):
            yield Call(method.upper(), address, body=body)


def body_of(operation: dict[str, Any], words: Words) -> dict[str, Any] | None:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return None
    name = content["schema"].get("$ref", "").rpartition("/")[2]
    schema = operation["schemas"].get(name, content["schema"])
    values = {
        field: _sample(field, part, words, operation["schemas"])
        for field, part in schema.get("properties", {}).items()
    }
    return {field: value for field, value in values.items() if value is not None}


def _sample(field: str, part: dict[str, Any], words: Words, schemas: dict[str, Any]) -> Any:
    for inner in (part, *part.get("allOf", []), *part.get("oneOf", [])):
        named = schemas.get(inner.get("$ref", "").rpartition("/")[2], inner)
        if "enum" in named:
            return named["enum"][0]
    if field in words:
        return words[field]
    kinds = part.get("type", "string")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    samples: Words = {"boolean": True, "integer": 1, "number": 1.0, "array": [], "object": {}}
    return samples.get(kind, "Other words")


# The console


def console_reads(one: Neighbour, user: Any) -> Iterator[Call]:
    """Lists with each filter and search, choices of every field."""
    for model, page in admin.site._registry.items():
        address = f"/console/{model._meta.app_label}/{model._meta.model_name}/"
        for typed in (NEEDLE, one.private[0].reference, one.resident.phone, "example"):
            yield get(address, q=typed)
        for lookup in _lookups(page, user):
            for key in _keys_for(lookup, one):
                yield get(address, **{lookup: key})
        yield get(address, organisation__id__exact=one.organisation.pk)
        yield get(address, organisation=one.organisation.pk)
        yield get(address, o="1")
    for lookup in _lookups(admin.site.get_model_admin(Ticket), user):
        for key in _keys_for(lookup, one):
            yield get("/console/tickets/ticket/export/csv/", **{lookup: key})
    yield get("/console/tickets/ticket/export/jsonl/", q=NEEDLE)
    yield from _choices()
    yield get("/console/search/", s=NEEDLE)
    yield get("/console/reports/monthly/", organisation=one.organisation.slug)
    yield get("/console/reports/monthly.csv", organisation=one.organisation.slug)
    for board in ("board/", "board.csv"):
        address = f"/console/accountability/pointsentry/{board}"
        yield get(address, organisation=one.organisation.slug)
        yield get(address, department=one.department.pk)


def _lookups(page: Any, user: Any) -> list[str]:
    request = RequestFactory().get("/console/")
    request.user = user
    if not page.has_view_permission(request):
        return []
    changes: ChangeList = page.get_changelist_instance(request)
    return [name for spec in changes.filter_specs for name in spec.expected_parameters() if name]


def _keys_for(lookup: str, one: Neighbour) -> list[Any]:
    """Rows of the organisation by the name of the filter; else words that mean something there."""
    words = words_about(one)
    name = lookup.split("__")[0]
    return [words[name]] if name in words else [1, NEEDLE]


def _choices() -> Iterator[Call]:
    for model in owned_models():
        for field in model._meta.get_fields():
            if isinstance(field, ForeignKey | ManyToManyField):
                names = {
                    "app_label": model._meta.app_label,
                    "model_name": model._meta.model_name,
                    "field_name": field.name,
                }
                yield get("/console/autocomplete/", **names)
                yield get("/console/autocomplete/", **names, term=NEEDLE)


def console_writes(one: Neighbour, own: Neighbour) -> Iterator[Call]:
    """Bulk actions on the organisation's rows, and own forms that refer to them."""
    for model, page in admin.site._registry.items():
        address = f"/console/{model._meta.app_label}/{model._meta.model_name}/"
        keys = [str(row.pk) for row in rows_of(model, one)[:5]] + [
            str(row.pk) for row in rows_of(model, own)[:5]
        ]
        for action in page.actions or ():
            name = action if isinstance(action, str) else action.__name__
            form = {**words_about(one), "reason": "Storm", "confirmed": "yes", "priority": "4"}
            yield Call("POST", address, form={**form, "action": name, "_selected_action": keys})
            yield Call(
                "POST", address, form={**form, "action": name, "_selected_action": keys, "select_across": "1"}
            )
        form = _referring_form(model, page, one)
        yield Call("POST", f"{address}add/", form=form)
        for row in rows_of(model, own)[:1]:
            yield Call("POST", f"{address}{row.pk}/change/", form=form)
    for slug in CONSOLE_VERBS:
        address = f"/console/tickets/ticket/{own.private[0].pk}/verb/{slug}/"
        form = {**words_about(one), "priority": "4", "reason": "Storm", "note": "Storm", "body": "Storm"}
        yield Call("POST", address, form=form)
        stage = f"{one.department.pk}.{one.department.stages.all()[0].pk}"
        yield Call("POST", address, form={**form, "department": stage})


def _referring_form(model: type[Model], page: Any, one: Neighbour) -> dict[str, Any]:
    """Every choice names a row of the organisation, and inline rows are its rows."""
    form: dict[str, Any] = {}
    for field in model._meta.get_fields():
        if isinstance(field, ForeignKey | ManyToManyField):
            if field.related_model in owned_models():
                form[field.name] = str(rows_of(field.related_model, one)[0].pk)
        elif getattr(field, "editable", False):
            # Of what belongs to nobody there is no row of theirs to copy.
            values = rows_of(model, one).values_list(field.name, flat=True)[:1]
            form[field.name] = str(next(iter(values), NEEDLE))
    form |= {"name": "Spare", "email": one.staff[Role.AGENT].email, "code": "spare"}
    for inline in page.inlines:
        form |= _inline_form(inline, model, one)
    return form


def _inline_form(inline: Any, model: type[Model], one: Neighbour) -> dict[str, Any]:
    prefix = _prefix(inline.model, model)
    form: dict[str, Any] = {f"{prefix}-TOTAL_FORMS": "1", f"{prefix}-INITIAL_FORMS": "1"}
    for row in rows_of(inline.model, one)[:1]:
        for field in inline.model._meta.concrete_fields:
            value = getattr(row, field.attname)
            form[f"{prefix}-0-{field.name}"] = "" if value is None else str(value)
        form[f"{prefix}-0-DELETE"] = "on"
    return form


def _prefix(inline: type[Model], parent: type[Model]) -> str:
    link = next(
        field
        for field in inline._meta.get_fields()
        if isinstance(field, ForeignKey) and field.related_model is parent
    )
    return link.remote_field.get_accessor_name() or ""
