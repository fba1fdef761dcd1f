"""The shape of an area that somebody follows, and when its tickets are an outage. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from common.distances import METRES_PER_DEGREE

# How far around a point somebody may follow, in metres, and what the page offers.
NEAREST, FURTHEST = 250, 5000
RADIUSES = (250, 500, 1000, 2000, 5000)
# Half the side of the box in which tickets count as being in a suburb, in degrees: about 1.5 km.
SUBURB_REACH = 0.0135
# So many areas one person may follow.
MOST_AREAS = 20
# "Affecting many people" starts here.
AFFECTS_MANY = 3


@dataclass(frozen=True)
class Box:
    """Degrees; both edges belong to it."""

    south: float
    west: float
    north: float
    east: float

    def holds(self, latitude: float, longitude: float) -> bool:
        return self.south <= latitude <= self.north and self.west <= longitude <= self.east


def box_around(latitude: float, longitude: float, metres: float) -> Box:
    """The square around a place whose half side is so long."""
    reach = metres / METRES_PER_DEGREE
    # A degree of longitude shrinks away from the equator; near the poles nobody reports potholes.
    wide = reach / max(math.cos(math.radians(latitude)), 0.1)
    return Box(latitude - reach, longitude - wide, latitude + reach, longitude + wide)


def box_of_suburb(latitude: float, longitude: float) -> Box:
    """Where tickets count as being in the suburb whose point this is."""
    reach = SUBURB_REACH
    return Box(latitude - reach, longitude - reach, latitude + reach, longitude + reach)


def becomes_outage(changes: Mapping[str, Any]) -> bool:
    """Whether with this change of a ticket it came to affect many people."""
    before, after = changes.get("support_count", (0, 0))
    return bool(before < AFFECTS_MANY <= after)
