from __future__ import annotations

import re
from collections import Counter

import pytest

from departments.cities.tables import ASSUMPTION, City, UnknownCity, known_cities, read_city
from departments.geometry import WardIndex, ward_cells

PRIORITIES = {"low", "medium", "high", "urgent"}


@pytest.fixture(params=known_cities())
def city(request: pytest.FixtureRequest) -> City:
    return read_city(request.param)


@pytest.fixture
def tshwane() -> City:
    return read_city("tshwane")


def test_an_unknown_city_is_refused() -> None:
    with pytest.raises(UnknownCity):
        read_city("atlantis")


def test_codes_and_names_are_unique(city: City) -> None:
    for codes in (
        [category.code for category in city.categories],
        [category.name for category in city.categories],
        [department.code for department in city.departments],
        [ward.number for ward in city.wards],
        [suburb.name for suburb in city.suburbs],
        [region.code for region in city.regions],
    ):
        assert [code for code, count in Counter(codes).items() if count > 1] == []


def test_every_category_belongs_to_a_department_and_every_department_has_one(city: City) -> None:
    departments = {department.code for department in city.departments}
    assert {category.department for category in city.categories} == departments


def test_every_promise_has_a_source_and_says_whose_it_is(city: City) -> None:
    for category in city.categories:
        for source in (category.respond_source, category.resolve_source):
            assert source == ASSUMPTION or re.match(r"https://\S+$", source), category.code
        published = {category.respond_source, category.resolve_source} != {ASSUMPTION}
        assert not published or category.published_as, category.code


def test_promises_make_sense(city: City) -> None:
    calendars = {calendar.code for calendar in city.calendars}
    for category in city.categories:
        assert category.priority in PRIORITIES
        assert category.calendar in calendars
        assert 0 < category.respond_minutes <= category.resolve_minutes, category.code
        assert len(category.keywords) >= 3, category.code
        assert all(word == word.strip().lower() and word for word in category.keywords), category.code


def test_departments_have_stages_in_order_and_a_calendar(city: City) -> None:
    calendars = {calendar.code for calendar in city.calendars}
    for department in city.departments:
        assert department.calendar in calendars
        assert len(department.stages) >= 3
        assert len(set(department.stages)) == len(department.stages)


def test_wards_and_suburbs_lie_in_known_regions(city: City) -> None:
    regions = {region.code for region in city.regions}
    wards = {ward.number: ward.region for ward in city.wards}
    assert set(wards.values()) == regions
    for suburb in city.suburbs:
        assert wards[suburb.ward] == suburb.region, suburb.name


def test_every_ward_and_suburb_lies_inside_the_city(city: City) -> None:
    index = WardIndex(ward_cells([ward.point for ward in city.wards], bounds=city.bounds, margin=city.margin))
    assert [index.locate(ward.latitude, ward.longitude) for ward in city.wards] == [
        ward.number for ward in city.wards
    ]
    assert [
        place.name for place in city.suburbs if index.locate(place.latitude, place.longitude) is None
    ] == []


def test_tshwane_is_complete(tshwane: City) -> None:
    assert [ward.number for ward in tshwane.wards] == list(range(1, 108))
    assert len(tshwane.regions) == 7
    assert len(tshwane.departments) == 9
    assert 90 <= len(tshwane.suburbs) <= 110
    assert 40 <= len(tshwane.categories) <= 50
    assert sum(ward.population for ward in tshwane.wards if not ward.population_imputed) > 2_800_000
    assert [ward.number for ward in tshwane.wards if ward.population_imputed] == [106, 107]


def test_an_office_day_has_eight_and_a_half_hours(tshwane: City) -> None:
    minutes = {calendar.code: calendar.minutes_per_day for calendar in tshwane.calendars}
    assert minutes == {"office": 510, "always": 1440}
    meter = next(category for category in tshwane.categories if category.code == "WAT-METER")
    assert meter.resolve_minutes == 2 * 510
