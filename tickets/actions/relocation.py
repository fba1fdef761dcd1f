"""New ward shapes: replace them, and put every ticket into the ward that now holds its pin."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from common.errors import InvalidInput
from departments.geometry import GeoJSON, WardIndex
from departments.models import Ward
from tickets.models import Ticket

BATCH = 5_000

Progress = Callable[[int], object]


class ShapesDoNotFit(InvalidInput):
    code = "shapes_do_not_fit"
    sentence = gettext_lazy("These are not the wards of this organisation.")


@dataclass(frozen=True, slots=True)
class Relocation:
    """What came of it. `nowhere` tickets have a pin that no ward covers."""

    wards: int
    looked_at: int
    moved: int
    nowhere: int


def replace_ward_shapes(
    organisation: Organisation,
    shapes: Mapping[int, GeoJSON],
    *,
    source: str,
    acting_user: None,
    progress: Progress = int,
) -> Relocation:
    """Make `shapes` (GeoJSON by ward number) the official ones, and re-locate all tickets.

    All or nothing. Raises ShapesDoNotFit when a ward is missing or the shapes lie elsewhere.
    """
    index = WardIndex(shapes)
    with transaction.atomic():
        # The lock keeps a second loader away; it does not hold up new reports.
        wards = {
            ward.number: ward
            for ward in Ward.objects.of_organisation(organisation.pk).select_for_update().order_by("pk")
        }
        _check_fit(wards, index, shapes)
        for number, ward in wards.items():
            ward.shape = dict(shapes[number])
            ward.is_approximate = False
            ward.source = source
            ward.shaped_at = timezone.now()
        Ward.objects.bulk_update(wards.values(), ["shape", "is_approximate", "source", "shaped_at"])
        return _relocate(organisation, index, {number: ward.pk for number, ward in wards.items()}, progress)


def _check_fit(wards: Mapping[int, Ward], index: WardIndex, shapes: Mapping[int, GeoJSON]) -> None:
    if not wards:
        raise ShapesDoNotFit(_("This organisation has no wards. Load its city first."))
    missing = sorted(set(wards) - set(shapes))
    unknown = sorted(set(shapes) - set(wards))
    if missing:
        raise ShapesDoNotFit(_("The file has no shape for these wards: %s.") % _listed(missing))
    if unknown:
        raise ShapesDoNotFit(
            _("The organisation does not have these wards of the file: %s.") % _listed(unknown)
        )
    places = [(ward.latitude, ward.longitude) for ward in wards.values()]
    at_home = sum(found == number for found, number in zip(index.locate_many(places), wards, strict=True))
    if at_home * 2 < len(wards):
        raise ShapesDoNotFit(
            _(
                "Only %(count)d of %(all)d wards lie where the organisation has them:"
                " these are the shapes of another place."
            )
            % {"count": at_home, "all": len(wards)}
        )


def _listed(numbers: list[int]) -> str:
    shown = ", ".join(str(number) for number in numbers[:10])
    return f"{shown}, …" if len(numbers) > 10 else shown


def _relocate(
    organisation: Organisation, index: WardIndex, wards: Mapping[int, uuid.UUID], progress: Progress
) -> Relocation:
    looked_at = moved = nowhere = 0
    last = uuid.UUID(int=0)
    pinned = Ticket.objects.of_organisation(organisation.pk).located().order_by("pk")
    places = pinned.values_list("pk", "latitude", "longitude", "ward_id")
    while True:
        rows: list[Any] = list(places.filter(pk__gt=last)[:BATCH])
        if not rows:
            return Relocation(wards=len(wards), looked_at=looked_at, moved=moved, nowhere=nowhere)
        found = index.locate_many([(latitude, longitude) for _pk, latitude, longitude, _ward in rows])
        targets = [None if number is None else wards[number] for number in found]
        changed = [(row[0], target) for row, target in zip(rows, targets, strict=True) if row[3] != target]
        moved += _move(changed)
        looked_at += len(rows)
        nowhere += targets.count(None)
        last = rows[-1][0]
        progress(len(rows))


def _move(changed: list[tuple[uuid.UUID, uuid.UUID | None]]) -> int:
    """The ward follows from the pin, so nobody did anything: no event, but a new version for readers."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE tickets_ticket SET ward_id = moved.ward_id, version = version + 1
            FROM unnest(%s::uuid[], %s::uuid[]) AS moved (id, ward_id)
            WHERE tickets_ticket.id = moved.id
            """,
            [[pk for pk, _ward in changed], [ward for _pk, ward in changed]],
        )
        return int(cursor.rowcount)
