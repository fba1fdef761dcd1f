"""How far places lie apart, and how much of a degree a distance is."""

from __future__ import annotations

import math

_EARTH_METRES = 6_371_000
# Rounded down, so that no box is narrower than the circle that it is drawn around.
METRES_PER_DEGREE = 111_194


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Between two places, each latitude and longitude in degrees, by the haversine formula."""
    north, south = math.radians(one[0]), math.radians(other[0])
    step_north = math.sin((south - north) / 2) ** 2
    step_east = math.sin(math.radians(other[1] - one[1]) / 2) ** 2
    return (
        2 * _EARTH_METRES * math.asin(math.sqrt(step_north + math.cos(north) * math.cos(south) * step_east))
    )
