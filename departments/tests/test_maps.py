from __future__ import annotations

import pytest

from departments.maps import places_geojson, ward_map
from departments.models import Suburb
from departments.tests.factories import WardFactory

pytestmark = pytest.mark.django_db


def test_a_map_gets_wards_as_areas_and_suburbs_as_points() -> None:
    ward = WardFactory.create(number=56)
    Suburb.objects.create(
        organisation=ward.organisation, ward=ward, name="Hatfield", latitude=-25.75, longitude=28.23
    )
    WardFactory.create(number=57)  # of another organisation

    places = places_geojson(ward.organisation_id)

    assert [feature["properties"] for feature in places["features"]] == [{"ward": 56}, {"name": "Hatfield"}]
    area, point = (feature["geometry"] for feature in places["features"])
    assert area["type"] == "Polygon"
    assert point == {"type": "Point", "coordinates": [28.23, -25.75]}


def test_a_map_says_whether_its_borders_are_approximate() -> None:
    ward = WardFactory.create(is_approximate=False)
    assert ward_map(ward.organisation_id).is_approximate is False

    WardFactory.create(organisation=ward.organisation, is_approximate=True)
    assert ward_map(ward.organisation_id).is_approximate is True


def test_an_organisation_without_wards_has_an_empty_map() -> None:
    from_nowhere = WardFactory.create().organisation
    from_nowhere.wards.all().delete()

    assert ward_map(from_nowhere.pk).version == "0"
    assert places_geojson(from_nowhere.pk) == {"type": "FeatureCollection", "features": []}
