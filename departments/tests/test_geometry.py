from __future__ import annotations

import pytest
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from departments.geometry import (
    TOLERANCE,
    Bounds,
    GeoJSON,
    InvalidShapes,
    WardIndex,
    WardPoint,
    read_ward_shapes,
    ward_cells,
)

BOUNDS = Bounds(west=28.0, south=-26.0, east=28.4, north=-25.6)
POINTS = [
    WardPoint(1, -25.9, 28.1),
    WardPoint(2, -25.9, 28.3),
    WardPoint(3, -25.7, 28.1),
    WardPoint(4, -25.7, 28.3),
]


def square(west: float, south: float, size: float = 1.0) -> GeoJSON:
    ring = [
        [west, south],
        [west + size, south],
        [west + size, south + size],
        [west, south + size],
        [west, south],
    ]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(number: object, geometry: object, key: str = "WardNo") -> GeoJSON:
    return {"type": "Feature", "properties": {key: number}, "geometry": geometry}


def collection(*features: object) -> GeoJSON:
    return {"type": "FeatureCollection", "features": list(features)}


def cells() -> dict[int, BaseGeometry]:
    return {number: shape(cell) for number, cell in ward_cells(POINTS, bounds=BOUNDS, margin=0.05).items()}


def test_every_point_lies_in_its_own_cell() -> None:
    index = WardIndex(ward_cells(POINTS, bounds=BOUNDS, margin=0.05))
    assert [index.locate(point.latitude, point.longitude) for point in POINTS] == [1, 2, 3, 4]


def test_cells_do_not_overlap_and_leave_no_gap() -> None:
    areas = cells()
    whole = unary_union(list(areas.values()))
    assert whole.geom_type == "Polygon"
    assert sum(area.area for area in areas.values()) == pytest.approx(whole.area, rel=1e-6)


def test_cells_reach_no_further_than_the_bounds() -> None:
    narrow = Bounds(west=28.08, south=-25.92, east=28.32, north=-25.68)
    found = ward_cells(POINTS, bounds=narrow, margin=0.5)
    whole = unary_union([shape(cell) for cell in found.values()])
    assert whole.bounds == pytest.approx((28.08, -25.92, 28.32, -25.68))


def test_two_wards_on_one_point_are_refused() -> None:
    with pytest.raises(InvalidShapes, match="same point"):
        ward_cells([WardPoint(1, -25.9, 28.1), WardPoint(2, -25.9, 28.1)], bounds=BOUNDS, margin=0.05)


def test_a_place_on_a_border_belongs_to_the_lowest_ward() -> None:
    index = WardIndex({9: square(28, -26), 4: square(29, -26)})
    assert index.locate(-25.5, 29.0) == 4


def test_a_place_just_outside_belongs_to_the_nearest_ward() -> None:
    index = WardIndex({1: square(28, -26), 2: square(29, -26)})
    assert index.locate(-25.5, 28 - TOLERANCE / 2) == 1
    assert index.locate(-25.5, 30 + TOLERANCE / 2) == 2


def test_a_place_outside_the_city_has_no_ward() -> None:
    index = WardIndex({1: square(28, -26)})
    assert index.locate(-33.9, 18.4) is None


def test_many_places_are_located_like_one() -> None:
    index = WardIndex({1: square(28, -26), 2: square(29, -26)})
    places = [(-25.5, 28.5), (-25.5, 29.5), (0.0, 0.0), (-25.5, 29.0), (-25.5, 30.00005)]
    assert index.locate_many(places) == [1, 2, None, 1, 2]
    assert index.locate_many([]) == []


@pytest.mark.parametrize("key", ["WardNo", "ward_no", "WARD_NUMBER", "number", "Ward"])
def test_ward_numbers_are_found_under_their_usual_names(key: str) -> None:
    assert read_ward_shapes(collection(feature("12", square(28, -26), key))) == {12: square(28, -26)}


def test_a_ward_number_written_as_a_decimal_is_understood() -> None:
    assert list(read_ward_shapes(collection(feature(12.0, square(28, -26))))) == [12]


BOW_TIE = {"type": "Polygon", "coordinates": [[[28, -26], [29, -25], [29, -26], [28, -25], [28, -26]]]}


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ([], "not a GeoJSON FeatureCollection"),
        ({"type": "Feature"}, "not a GeoJSON FeatureCollection"),
        (collection(), "no ward"),
        (collection("ward"), "Feature 1 of this file has no properties"),
        (collection(feature("north", square(28, -26))), "Feature 1 of this file has no ward number"),
        (collection(feature(True, square(28, -26))), "no ward number"),
        (
            collection(feature(3, square(28, -26)), feature(3, square(29, -26))),
            "Ward 3 is in this file twice",
        ),
        (collection(feature(3, None)), "shape of ward 3 cannot be read"),
        (
            collection(feature(3, {"type": "Polygon", "coordinates": [[[28]]]})),
            "shape of ward 3 cannot be read",
        ),
        (
            collection(feature(3, {"type": "Point", "coordinates": [28, -26]})),
            "shape of ward 3 is not an area",
        ),
        (collection(feature(3, BOW_TIE)), "shape of ward 3 crosses itself"),
        (collection(feature(3, square(619000, -2850000, 1000))), "not in degrees"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_in_words(document: object, sentence: str) -> None:
    with pytest.raises(InvalidShapes, match=sentence):
        read_ward_shapes(document)


def test_shapes_survive_being_read() -> None:
    geometry = mapping(shape(square(28, -26)))
    assert read_ward_shapes(collection(feature(1, geometry)))[1] == geometry
