"""Where a place is: ward shapes, and which ward a point lies in. Pure: no database, no HTTP.

Coordinates are WGS 84; functions take latitude before longitude, shapes hold (longitude, latitude)
as GeoJSON does.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from shapely import STRtree
from shapely.errors import GEOSException
from shapely.geometry import MultiPoint, box, mapping, shape
from shapely.geometry.base import BaseGeometry

from common.distances import METRES_PER_DEGREE
from common.errors import InvalidInput

# About eleven metres: a pin this close outside the outermost border is still in the city.
TOLERANCE = 0.0001
# GeoJSON precision of the cells we make ourselves: five decimals are about a metre.
_DECIMALS = 5
_NUMBER_KEYS = ("wardno", "ward_no", "wardnumber", "ward_number", "number", "ward")

GeoJSON = dict[str, Any]


class InvalidShapes(InvalidInput):
    code = "invalid_shapes"
    sentence = gettext_lazy("This is not a GeoJSON file of ward shapes.")


@dataclass(frozen=True, slots=True)
class WardPoint:
    """One ward as a number and a point inside it."""

    number: int
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Bounds:
    """A rectangle in degrees."""

    west: float
    south: float
    east: float
    north: float


def ward_cells(points: Sequence[WardPoint], *, bounds: Bounds, margin: float) -> dict[int, GeoJSON]:
    """For each ward all places nearer to its point than to another ward's, as GeoJSON.

    The cells fill the hull of the points widened by `margin` degrees, and nothing outside `bounds`.
    """
    if len({(point.latitude, point.longitude) for point in points}) != len(points):
        raise InvalidShapes(_("Two wards have the same point."))
    outline = MultiPoint([(point.longitude, point.latitude) for point in points]).convex_hull
    extent = outline.buffer(margin).intersection(box(bounds.west, bounds.south, bounds.east, bounds.north))
    # A degree of longitude is shorter than one of latitude: compare distances on a locally true grid.
    stretch = math.cos(math.radians(sum(point.latitude for point in points) / len(points)))
    return {
        point.number: _rounded(_unstretched(cell, stretch).intersection(extent))
        for point, cell in _voronoi(points, stretch)
    }


class WardIndex:
    """Answers which ward a place lies in."""

    def __init__(self, shapes: Mapping[int, GeoJSON]) -> None:
        """`shapes` are GeoJSON polygons by ward number. Raises InvalidShapes for anything else."""
        # Ordered by number, so that a place on a border always belongs to the lowest of its wards.
        self._numbers = sorted(shapes)
        self._tree = STRtree([read_shape(shapes[number], name=str(number)) for number in self._numbers])
        self._shapes = self._tree.geometries
        shapely.prepare(self._shapes)

    def __len__(self) -> int:
        return len(self._numbers)

    def locate(self, latitude: float, longitude: float) -> int | None:
        """The number of the ward that covers this place, or None outside the city."""
        return self.locate_many([(latitude, longitude)])[0]

    def locate_many(self, places: Sequence[tuple[float, float]]) -> list[int | None]:
        """`locate` for many (latitude, longitude) at once."""
        found: list[int | None] = [None] * len(places)
        if not places:
            return found
        points = shapely.points([(longitude, latitude) for latitude, longitude in places])
        # The tree compares rectangles; the prepared shapes then say exactly. Asking the tree for
        # the exact answer would prepare the points instead, and take ten times as long.
        inputs, hits = self._tree.query(points)
        covers = shapely.intersects(self._shapes[hits], points[inputs])
        for at, hit in zip(inputs[covers].tolist(), hits[covers].tolist(), strict=True):
            number, known = self._numbers[hit], found[at]
            found[at] = number if known is None else min(known, number)
        missed = [at for at, number in enumerate(found) if number is None]
        for at, number in zip(missed, self._closest(points[missed]), strict=True):
            found[at] = number
        return found

    def metres_outside(self, latitude: float, longitude: float) -> float:
        """How far the place is from the nearest ward; 0 inside. True near the ward, rough far away."""
        point = shapely.Point(longitude, latitude)
        at = self._tree.nearest(point)
        if at is None:
            return 0.0
        nearest = self._shapes[at]
        (east, north), _end = shapely.get_coordinates(shapely.shortest_line(nearest, point))
        stretch = math.cos(math.radians(latitude))
        return math.hypot((longitude - east) * stretch, latitude - north) * METRES_PER_DEGREE

    def _closest(self, points: Any) -> list[int | None]:
        """For points that no shape covers: the ward within the tolerance, the nearest first."""
        best: dict[int, tuple[float, int]] = {}
        inputs, hits = self._tree.query(points, predicate="dwithin", distance=TOLERANCE)
        for at, hit in zip(inputs.tolist(), hits.tolist(), strict=True):
            candidate = (shapely.distance(self._shapes[hit], points[at]), self._numbers[hit])
            best[at] = min(best.get(at, candidate), candidate)
        return [best[at][1] if at in best else None for at in range(len(points))]


def read_shape(geojson: GeoJSON, *, name: str) -> BaseGeometry:
    """A polygon or multipolygon out of GeoJSON. Raises InvalidShapes with `name` in the sentence."""
    try:
        geometry = shape(geojson)
        known = geometry.geom_type in {"Polygon", "MultiPolygon"} and not geometry.is_empty
    except (GEOSException, AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
        raise InvalidShapes(_("The shape of ward %(name)s cannot be read.") % {"name": name}) from error
    if not known:
        raise InvalidShapes(_("The shape of ward %(name)s is not an area.") % {"name": name})
    if not geometry.is_valid:
        raise InvalidShapes(_("The shape of ward %(name)s crosses itself.") % {"name": name})
    west, south, east, north = geometry.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise InvalidShapes(
            _("The shape of ward %(name)s is not in degrees of longitude and latitude (WGS 84).")
            % {"name": name}
        )
    return geometry


def read_ward_shapes(document: object) -> dict[int, GeoJSON]:
    """The shapes of a GeoJSON FeatureCollection by ward number. Raises InvalidShapes with a sentence."""
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise InvalidShapes(_("This is not a GeoJSON FeatureCollection."))
    features = document.get("features")
    if not isinstance(features, list) or not features:
        raise InvalidShapes(_("There is no ward in this file."))
    shapes: dict[int, GeoJSON] = {}
    for place, feature in enumerate(features, start=1):
        number = _ward_number(feature, place)
        if number in shapes:
            raise InvalidShapes(_("Ward %(name)s is in this file twice.") % {"name": number})
        geometry = feature.get("geometry")
        read_shape(geometry, name=str(number))
        shapes[number] = geometry
    return shapes


def _ward_number(feature: object, place: int) -> int:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        raise InvalidShapes(_("Feature %(place)d of this file has no properties.") % {"place": place})
    by_name = {str(key).lower(): value for key, value in properties.items()}
    for key in _NUMBER_KEYS:
        value = str(by_name.get(key, "")).strip().removesuffix(".0")
        if value.isascii() and value.isdigit() and 0 < int(value) < 10_000:
            return int(value)
    raise InvalidShapes(
        _("Feature %(place)d of this file has no ward number (a property like WardNo).") % {"place": place}
    )


def _voronoi(points: Sequence[WardPoint], stretch: float) -> Iterable[tuple[WardPoint, BaseGeometry]]:
    """Each point with its cell, on the stretched grid."""
    sites = MultiPoint([(point.longitude * stretch, point.latitude) for point in points])
    # Wide enough that every clipped cell is closed by its neighbours and not by the frame.
    frame = sites.convex_hull.buffer(5)
    cells = list(shapely.voronoi_polygons(sites, extend_to=frame).geoms)
    tree = STRtree(cells)
    for point, site in zip(points, sites.geoms, strict=True):
        yield point, cells[int(tree.query(site, predicate="intersects")[0])]


def _unstretched(cell: BaseGeometry, stretch: float) -> BaseGeometry:
    return shapely.transform(cell, lambda places: places / [stretch, 1])


def _rounded(geometry: BaseGeometry) -> GeoJSON:
    # set_precision keeps the result valid, which rounding the numbers one by one would not.
    return dict(mapping(shapely.set_precision(geometry, 10**-_DECIMALS)))
