from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import models

from accounts.models import Organisation
from departments.enums import AssignmentStrategy, Priority
from departments.models import (
    Calendar,
    CalendarException,
    Category,
    Department,
    Region,
    Stage,
    Standard,
    Suburb,
    Ward,
    WorkingInterval,
)
from departments.queries import standard_for, ward_at

LOADED: list[type[models.Model]] = [
    Organisation,
    Calendar,
    WorkingInterval,
    CalendarException,
    Region,
    Ward,
    Suburb,
    Department,
    Stage,
    Category,
    Standard,
]

pytestmark = pytest.mark.django_db


def load(*arguments: str) -> str:
    out = StringIO()
    call_command("load_city", *arguments, stdout=out)
    return out.getvalue()


def snapshot() -> dict[str, list[dict[str, Any]]]:
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in LOADED}


def test_a_city_is_loaded_whole() -> None:
    said = load("tshwane")
    assert "7 regions, 107 wards" in said
    counts = {
        model.__name__: model._default_manager.count() for model in (Ward, Region, Department, Category)
    }
    assert counts == {"Ward": 107, "Region": 7, "Department": 9, "Category": 47}
    assert Ward.objects.filter(shape=None).count() == 0
    assert Ward.objects.filter(is_approximate=False).count() == 0


def test_loading_twice_changes_nothing() -> None:
    load("tshwane")
    before = snapshot()
    load("tshwane")
    assert snapshot() == before


def test_loading_again_puts_the_tables_right_and_keeps_what_the_organisation_chose() -> None:
    load("tshwane")
    always = Calendar.objects.get(name="Around the clock")
    Department.objects.filter(code="roads").update(
        name="Rodes", strategy=AssignmentStrategy.MANUAL, calendar=always
    )
    load("tshwane")
    roads = Department.objects.get(code="roads")
    assert (roads.name, roads.strategy, roads.calendar) == (
        "Roads and Stormwater",
        AssignmentStrategy.MANUAL,
        always,
    )


def test_official_shapes_are_kept() -> None:
    load("tshwane")
    shape = {"type": "Polygon", "coordinates": [[[28, -26], [29, -26], [29, -25], [28, -26]]]}
    Ward.objects.filter(number=5).update(shape=shape, is_approximate=False)
    load("tshwane")
    ward = Ward.objects.get(number=5)
    assert (ward.shape, ward.is_approximate) == (shape, False)


def test_a_second_organisation_cannot_take_the_same_prefix() -> None:
    load("tshwane")
    before = snapshot()
    with pytest.raises(CommandError, match="already uses the prefix TSH"):
        load("tshwane", "--organisation-slug", "elsewhere")
    assert snapshot() == before


def test_an_unknown_city_is_refused_in_words() -> None:
    with pytest.raises(CommandError, match=r"no city atlantis\. Known: tshwane"):
        load("atlantis")
    assert Organisation.objects.count() == 0


def test_a_pin_finds_its_ward_and_a_category_its_promise() -> None:
    load("tshwane")
    organisation = Organisation.objects.get(slug="tshwane")
    ward = Ward.objects.get(number=56)
    assert ward_at(organisation.pk, ward.latitude, ward.longitude) == ward
    lamp = Category.objects.get(code="ELE-LAMP")
    usual, urgent = standard_for(lamp, Priority.LOW), standard_for(lamp, Priority.URGENT)
    assert usual is not None
    assert urgent is not None
    assert (usual.resolve_within_seconds, usual.is_assumption) == (8 * 86400, False)
    assert (urgent.resolve_within_seconds, urgent.is_assumption) == (4 * 86400, True)


def test_what_has_no_category_goes_to_customer_care() -> None:
    load("tshwane")
    assert Department.objects.order_by("created_at", "pk")[0].code == "customer-care"
