"""Tickets by where they are: near a place, and as points of a map."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from common.api.fields import WordField
from common.api.shapes import Row
from common.distances import metres_between
from departments.enums import Priority
from tickets.api.shapes import TicketSerializer
from tickets.enums import Status
from tickets.queries import within_metres
from tickets.querysets import TicketQuerySet

# More points than this are a smear on any screen.
MOST_ON_MAP = 2_000
_MAP_COLUMNS = (
    "reference",
    "title",
    "status",
    "priority",
    "support_count",
    "category__code",
    "department__code",
    "longitude",
    "latitude",
)


class NearbyTicketSerializer(TicketSerializer):
    distance = serializers.IntegerField(help_text=_("Metres from the place asked for."))


class NearbySerializer(serializers.Serializer[Any]):
    results = NearbyTicketSerializer(many=True)
    radius = serializers.IntegerField()


class PointSerializer(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=["Point"])
    coordinates = serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2)


class MarkerSerializer(serializers.Serializer[Any]):
    reference = serializers.CharField()
    title = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    priority = WordField(Priority)
    supports = serializers.IntegerField()
    category = serializers.CharField(allow_null=True)
    department = serializers.CharField(allow_null=True)


class FeatureSerializer(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=["Feature"])
    id = serializers.CharField()
    geometry = PointSerializer()
    properties = MarkerSerializer()


class FeatureCollectionSerializer(serializers.Serializer[Any]):
    """GeoJSON, longitude first."""

    type = serializers.ChoiceField(choices=["FeatureCollection"])
    features = FeatureSerializer(many=True)
    truncated = serializers.BooleanField(help_text=_("There are more tickets here than are shown."))


def around(tickets: TicketQuerySet, latitude: float, longitude: float, radius: int) -> TicketQuerySet:
    """Those in the box that the circle fits into, by the index, nearest first."""
    box = within_metres(tickets, latitude, longitude, radius)
    return box.nearest_to(latitude, longitude)


def nearest(
    rows: Iterable[Row], latitude: float, longitude: float, radius: int, limit: int
) -> list[tuple[int, Row]]:
    """The rows inside the circle with their distance in metres, nearest first."""
    measured = [
        (metres_between((latitude, longitude), (row["latitude"], row["longitude"])), str(row["id"]), row)
        for row in rows
    ]
    inside = sorted(place for place in measured if place[0] <= radius)
    return [(round(metres), row) for metres, _key, row in inside[:limit]]


def marker_rows(tickets: TicketQuerySet) -> list[tuple[Any, ...]]:
    """The columns of at most so many markers, and one more if there are more."""
    return list(tickets.newest_first().values_list(*_MAP_COLUMNS)[: MOST_ON_MAP + 1])


def feature_collection(rows: list[tuple[Any, ...]]) -> Row:
    return {
        "type": "FeatureCollection",
        "features": [_feature(*row) for row in rows[:MOST_ON_MAP]],
        "truncated": len(rows) > MOST_ON_MAP,
    }


def _feature(
    reference: str,
    title: str,
    status: str,
    priority: int,
    supports: int,
    category: str | None,
    department: str | None,
    longitude: float,
    latitude: float,
) -> Row:
    properties = {
        "reference": reference,
        "title": title,
        "status": status,
        "priority": Priority(priority).word,
        "supports": supports,
        "category": category,
        "department": department,
    }
    geometry = {"type": "Point", "coordinates": [longitude, latitude]}
    return {"type": "Feature", "id": reference, "geometry": geometry, "properties": properties}
