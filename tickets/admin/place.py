"""Where a ticket is, drawn small: the ward's outline and a pin, from our own data."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shapely.geometry import shape

from tickets.models import Ticket

_SIDE = 100
_TOLERANCE = 0.002


@dataclass(frozen=True)
class PlaceMap:
    """An SVG path in a box of 100 by 100, and where the pin stands in it."""

    path: str
    x: float
    y: float
    is_approximate: bool


def place_map(ticket: Ticket) -> PlaceMap | None:
    """None without a pin, a ward or its shape."""
    ward = ticket.ward
    if ward is None or not ward.shape or ticket.latitude is None or ticket.longitude is None:
        return None
    outline = shape(ward.shape).simplify(_TOLERANCE)
    west, south, east, north = outline.bounds
    # A degree of longitude is shorter than one of latitude, by the cosine of the latitude.
    narrow = math.cos(math.radians((south + north) / 2))
    scale = (_SIDE - 10) / max((east - west) * narrow, north - south)

    def project(longitude: float, latitude: float) -> tuple[float, float]:
        x = _SIDE / 2 + (longitude - (west + east) / 2) * narrow * scale
        y = _SIDE / 2 - (latitude - (south + north) / 2) * scale
        return round(x, 1), round(y, 1)

    rings = [[project(*point[:2]) for point in ring.coords] for ring in _rings(outline)]
    x, y = project(ticket.longitude, ticket.latitude)
    return PlaceMap(" ".join(map(_as_path, rings)), x, y, ward.is_approximate)


def _rings(outline: Any) -> Iterable[Any]:
    parts = outline.geoms if hasattr(outline, "geoms") else [outline]
    return (part.exterior for part in parts)


def _as_path(ring: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in ring) + "Z"
