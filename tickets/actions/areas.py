"""To hear of what is reported in a ward, in a suburb, or around a point."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation, User
from common.errors import DomainError, InvalidInput, NotFound
from departments.models import Suburb, Ward
from departments.queries import nearest_suburb, ward_at, wards_of
from tickets.areas import FURTHEST, MOST_AREAS, NEAREST, box_around, box_of_suburb
from tickets.models import AreaFollow


class TooManyAreas(DomainError):
    code = "too_many_areas"
    sentence = gettext_lazy("You follow twenty areas already. Stop following one of them first.")


class NoArea(InvalidInput):
    code = "no_area"
    sentence = gettext_lazy("Choose a ward, a suburb or a place first.")


class RadiusOutOfReach(InvalidInput):
    code = "radius_out_of_reach"
    sentence = gettext_lazy("Between 250 metres and 5 kilometres around a place can be followed.")


class OutsideTheArea(InvalidInput):
    code = "outside_the_area"


@dataclass(frozen=True)
class Area:
    """One of a ward, a suburb, and a point with a radius in metres. Without a name it gets one."""

    ward: Ward | None = None
    suburb: Suburb | None = None
    latitude: float | None = None
    longitude: float | None = None
    radius: int | None = None
    name: str = ""


def follow_area(organisation: Organisation, area: Area, *, acting_user: User) -> AreaFollow:
    """Tell this person of what is reported there from now on. Once more changes name and radius at most.

    Raises NoArea, NotFound, RadiusOutOfReach, OutsideTheArea, TooManyAreas.
    """
    key, rest = _columns(organisation, area)
    with transaction.atomic():
        # The person is locked, so that two requests together do not pass the limit.
        User.objects.select_for_update().get(pk=acting_user.pk)
        own = AreaFollow.objects.by(acting_user)
        found = own.of_organisation(organisation.pk).filter(**key).first()
        if found is None and own.count() >= MOST_AREAS:
            raise TooManyAreas
        follow, _is_new = AreaFollow.objects.update_or_create(
            organisation=organisation, person=acting_user, **key, defaults=rest
        )
        return follow


def unfollow_areas(keys: Iterable[uuid.UUID], *, acting_user: User) -> int:
    """Tell them no more of these. What they do not follow changes nothing. Returns how many it were."""
    deleted, _per_model = AreaFollow.objects.by(acting_user).with_keys(keys).delete()
    return deleted


def _columns(organisation: Organisation, area: Area) -> tuple[dict[str, Any], dict[str, Any]]:
    """What tells the area from others, and what is written with it."""
    if area.ward is not None:
        _check_home(organisation, area.ward)
        return {"ward": area.ward}, {"name": _("Ward %(number)d") % {"number": area.ward.number}}
    if area.suburb is not None:
        _check_home(organisation, area.suburb)
        box = box_of_suburb(area.suburb.latitude, area.suburb.longitude)
        return {"suburb": area.suburb}, {"name": area.suburb.name, **asdict(box)}
    return _columns_of_point(organisation, area)


def _columns_of_point(organisation: Organisation, area: Area) -> tuple[dict[str, Any], dict[str, Any]]:
    if area.latitude is None or area.longitude is None:
        raise NoArea
    if area.radius is None or not NEAREST <= area.radius <= FURTHEST:
        raise RadiusOutOfReach(field="radius")
    # About ten metres: the same place twice is the same place.
    latitude, longitude = round(area.latitude, 4), round(area.longitude, 4)
    _check_inside(organisation, latitude, longitude)
    box = box_around(latitude, longitude, area.radius)
    name = area.name or _name_of_place(organisation, latitude, longitude)
    return {"latitude": latitude, "longitude": longitude}, {
        "radius": area.radius,
        "name": name[:80],
        **asdict(box),
    }


def _check_home(organisation: Organisation, place: Ward | Suburb) -> None:
    if place.organisation_id != organisation.pk:
        raise NotFound


def _check_inside(organisation: Organisation, latitude: float, longitude: float) -> None:
    if wards_of(organisation.pk).exists() and ward_at(organisation.pk, latitude, longitude) is None:
        words = _("This place is outside %(organisation)s.") % {"organisation": organisation}
        raise OutsideTheArea(words, field="latitude")


def _name_of_place(organisation: Organisation, latitude: float, longitude: float) -> str:
    suburb = nearest_suburb(organisation.pk, latitude, longitude)
    return _("Around a place in %(suburb)s") % {"suburb": suburb.name} if suburb else _("Around a place")
