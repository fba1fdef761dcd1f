"""Chainable questions about the areas that people follow."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Func, Q, Value

from tickets.querysets import Operator

if TYPE_CHECKING:
    from tickets.models import AreaFollow, Ticket


def box_of(west: Any, south: Any, east: Any, north: Any) -> Func:
    """Four edges as a box of PostgreSQL."""
    corners = (Func(x, y, function="point") for x, y in ((west, south), (east, north)))
    return Func(*corners, function="box", output_field=models.TextField())


def box_of_area() -> Func:
    """The area's box, written as the index `areafollow_box` has it."""
    return box_of(F("west"), F("south"), F("east"), F("north"))


class AreaFollowQuerySet(models.QuerySet["AreaFollow"]):
    def by(self, person: Any) -> AreaFollowQuerySet:
        return self.filter(person_id=person.pk)

    def of_organisation(self, organisation_id: uuid.UUID) -> AreaFollowQuerySet:
        return self.filter(organisation_id=organisation_id)

    def with_keys(self, keys: Iterable[uuid.UUID]) -> AreaFollowQuerySet:
        return self.filter(pk__in=list(keys))

    def around(self, ticket: Ticket) -> AreaFollowQuerySet:
        """Areas whose ward or box has the ticket in it, each kind by its index."""
        found = Q(pk__in=[])
        if ticket.ward_id is not None:
            found |= Q(ward_id=ticket.ward_id)
        if ticket.latitude is not None and ticket.longitude is not None:
            x, y = Value(ticket.longitude), Value(ticket.latitude)
            spot = box_of(x, y, x, y)
            found |= Q(Operator(box_of_area(), "@>", spot, models.BooleanField()), south__isnull=False)
        return self.of_organisation(ticket.organisation_id).filter(found)

    def in_order(self) -> AreaFollowQuerySet:
        return self.select_related("ward", "suburb").order_by("name", "pk")
