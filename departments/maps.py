"""What a map shows of an organisation: its wards' shapes and its suburbs' names, as GeoJSON."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely
from django.db.models import Max, Q
from django.db.models.aggregates import Count
from shapely.geometry import mapping, shape

from departments.models import Suburb, Ward

# About fifty metres: less than a line's width on a city map, a tenth of an official shape's size.
_TOLERANCE = 0.0005
_GRID = 0.0001


@dataclass(frozen=True)
class WardMap:
    """Which shapes there are: when they were loaded, and whether any is only approximate."""

    shaped_at: datetime | None
    is_approximate: bool

    @property
    def version(self) -> str:
        return f"{self.shaped_at.timestamp():.0f}" if self.shaped_at else "0"


def ward_map(organisation_id: uuid.UUID) -> WardMap:
    wards = Ward.objects.of_organisation(organisation_id)
    facts = wards.aggregate(latest=Max("shaped_at"), approximate=Count("pk", filter=Q(is_approximate=True)))
    return WardMap(shaped_at=facts["latest"], is_approximate=facts["approximate"] > 0)


def places_geojson(organisation_id: uuid.UUID) -> dict[str, Any]:
    """Wards as areas, simplified for looking at, and suburbs as named points."""
    wards = Ward.objects.of_organisation(organisation_id).by_number().values_list("number", "shape")
    suburbs = Suburb.objects.of_organisation(organisation_id).by_name()
    places = suburbs.values_list("name", "latitude", "longitude")
    areas = [_feature(_simplified(geojson), {"ward": number}) for number, geojson in wards if geojson]
    points = [
        _feature({"type": "Point", "coordinates": [longitude, latitude]}, {"name": name})
        for name, latitude, longitude in places
    ]
    return {"type": "FeatureCollection", "features": [*areas, *points]}


def _feature(geometry: Any, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _simplified(geojson: Any) -> Any:
    outline = shape(geojson).simplify(_TOLERANCE)
    return mapping(shapely.set_precision(outline, _GRID))
