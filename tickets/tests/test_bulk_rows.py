"""Rows that are built at once are the rows that the model builds."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.exceptions import ValidationError

from common.api.fields import AddressField, DegreesField, LineField, TextField
from common.bulk import copied, new_row
from departments.enums import Priority
from departments.models import Category
from tickets.models import Clock, Ticket, TicketEvent
from tickets.tests.factories import report_ticket

OWN = {"id", "_state", "created_at", "occurred_at"}


def columns(row: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(row).items() if name not in OWN}


@pytest.mark.django_db
def test_a_new_row_has_the_defaults_and_the_relations_that_the_model_gives_it(category: Category) -> None:
    values = {
        "organisation": category.organisation,
        "category": category,
        "title": "Burst pipe",
        "stage": None,
    }
    ours, usual = new_row(Ticket, **values), Ticket(**values)
    assert columns(ours) == columns(usual)
    assert (ours.category, ours.stage, ours.priority) == (category, None, Priority.MEDIUM)
    assert (ours._state.adding, ours._state.db) == (True, None)
    assert ours.pk != new_row(Ticket, **values).pk
    assert ours.tags is not new_row(Ticket, **values).tags
    assert columns(new_row(TicketEvent, ticket_id=ours.pk)) == columns(TicketEvent(ticket_id=ours.pk))
    with pytest.raises(TypeError, match="Ticket has no field titel"):
        new_row(Ticket, titel="Burst pipe")


@pytest.mark.django_db
def test_a_copy_belongs_to_another_row_and_leaves_the_first_as_it_was(category: Category) -> None:
    one, other = report_ticket(category), report_ticket(category)
    clock = Clock(ticket=one, standard=category.standards.get(), target_seconds=60)
    copy = copied(clock, ticket=other)
    assert (copy.ticket, copy.ticket_id, clock.ticket) == (other, other.pk, one)
    assert copy.pk != clock.pk
    assert columns(copy) | {"ticket_id": one.pk} == columns(clock)


TEXTS: list[Any] = ["plain", "", " ", " x", "x ", "a  b", "a\tb", "a\nb", "a\x07b", "a\x00b", "\ud800"]
TEXTS += ["é ж 🚰", "a\xa0b", "x" * 20, "x" * 21, "\u200fשלום", 5, True, None, ["x"], {"x": 1}]
NUMBERS: list[Any] = [0.0, -0.0, 90.0, -90.1, 1e400, float("nan"), 45, "12.5", "x", True, None, [], "-25,7"]
ADDRESSES: list[Any] = ["a@example.org", " a@example.org ", "a@", "", "a@example.org\n", 5, None]
ADDRESSES += ["x" * 250 + "@example.org"]


def answer(field: Any, value: Any) -> tuple[str, Any]:
    try:
        return "taken", field.run_validation(value)
    except ValidationError as error:
        return "refused", error.get_codes()


@pytest.mark.parametrize(
    ("field", "values"),
    [
        (TextField(max_length=20), TEXTS),
        (TextField(max_length=20, min_length=6, allow_blank=True), TEXTS),
        (LineField(max_length=20), TEXTS),
        (LineField(max_length=20, required=False, allow_null=True), TEXTS),
        (DegreesField(limit=90), NUMBERS),
        (AddressField(allow_blank=True), ADDRESSES),
    ],
    ids=["text", "long text", "line", "optional line", "degrees", "address"],
)
def test_what_is_taken_at_a_glance_is_what_the_rules_take_one_by_one(
    field: Any, values: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_a_glance = [answer(field, value) for value in values]
    with monkeypatch.context() as patch:
        for kind in type(field).__mro__:
            if kind.__module__ == "common.api.fields" and "run_validation" in vars(kind):
                patch.delattr(kind, "run_validation")
        one_by_one = [answer(field, value) for value in values]
    assert at_a_glance == one_by_one
