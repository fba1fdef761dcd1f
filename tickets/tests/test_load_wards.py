from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Organisation
from accounts.tests.factories import OrganisationFactory
from departments.models import Ward
from departments.queries import ward_at
from tickets.actions.intake import Place
from tickets.models import Ticket, TicketEvent
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db

WEST, BORDERLAND, EAST = (-25.5, 28.2), (-25.5, 28.45), (-25.5, 28.8)


def box(west: float, east: float) -> dict[str, Any]:
    ring = [[west, -26], [east, -26], [east, -25], [west, -25], [west, -26]]
    return {"type": "Polygon", "coordinates": [ring]}


def geojson(**shapes: dict[str, Any]) -> dict[str, Any]:
    features = [
        {"type": "Feature", "properties": {"WardNo": int(name.removeprefix("ward"))}, "geometry": shape}
        for name, shape in shapes.items()
    ]
    return {"type": "FeatureCollection", "features": features}


@pytest.fixture
def city() -> Organisation:
    """Two wards that meet at 28.5 degrees."""
    organisation = OrganisationFactory.create(slug="city", public_reports=True)
    for number, west, east in [(1, 28.0, 28.5), (2, 28.5, 29.0)]:
        Ward.objects.create(
            organisation=organisation,
            number=number,
            name=f"Ward {number}",
            latitude=-25.5,
            longitude=west + 0.25,
            shape=box(west, east),
        )
    return organisation


@pytest.fixture
def pinned(city: Organisation) -> list[Ticket]:
    category = burst_pipe_category(city)
    return [
        report_ticket(category, place=Place(latitude=latitude, longitude=longitude))
        for latitude, longitude in (WEST, BORDERLAND, EAST)
    ]


def load(path: Path, *arguments: str) -> str:
    out = StringIO()
    call_command("load_wards", str(path), *arguments, stdout=out)
    return out.getvalue()


def write(folder: Path, document: object) -> Path:
    path = folder / "wards.geojson"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def where(tickets: list[Ticket]) -> list[int | None]:
    wards = Ticket.objects.in_bulk([ticket.pk for ticket in tickets])
    return [ward.number if (ward := wards[ticket.pk].ward) else None for ticket in tickets]


def shapes() -> list[tuple[Any, bool]]:
    return list(Ward.objects.order_by("number").values_list("shape", "is_approximate"))


def test_tickets_move_to_the_ward_that_now_holds_their_pin(
    city: Organisation, pinned: list[Ticket], tmp_path: Path
) -> None:
    assert where(pinned) == [1, 1, 2]
    said = load(write(tmp_path, geojson(ward1=box(28.0, 28.4), ward2=box(28.4, 29.0))))
    assert where(pinned) == [1, 2, 2]
    assert "Of 3 tickets with a pin 1 moved to another ward; 0 lie in no ward." in said
    assert shapes() == [(box(28.0, 28.4), False), (box(28.4, 29.0), False)]
    assert ward_at(city.pk, *BORDERLAND) == Ward.objects.get(number=2)


def test_only_moved_tickets_get_a_new_version_and_none_an_event(pinned: list[Ticket], tmp_path: Path) -> None:
    before = [Ticket.objects.get(pk=ticket.pk).version for ticket in pinned]
    events = TicketEvent.objects.count()
    load(write(tmp_path, geojson(ward1=box(28.0, 28.4), ward2=box(28.4, 29.0))))
    after = [Ticket.objects.get(pk=ticket.pk).version for ticket in pinned]
    assert [new - old for new, old in zip(after, before, strict=True)] == [0, 1, 0]
    assert TicketEvent.objects.count() == events


def test_a_pin_that_no_ward_covers_belongs_to_none(pinned: list[Ticket], tmp_path: Path) -> None:
    said = load(write(tmp_path, geojson(ward1=box(28.0, 28.4), ward2=box(28.5, 28.77))))
    assert where(pinned) == [1, None, None]
    assert "2 lie in no ward" in said


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({"type": "FeatureCollection", "features": []}, "There is no ward in this file"),
        (geojson(ward1=box(28.0, 28.5)), "no shape for these wards: 2"),
        (geojson(ward1=box(28.0, 28.5), ward2=box(28.5, 29.0), ward7=box(29.0, 29.5)), "does not have .*: 7"),
        (geojson(ward1=box(18.0, 18.5), ward2=box(18.5, 19.0)), "shapes of another place"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_and_changes_nothing(
    document: object, sentence: str, pinned: list[Ticket], tmp_path: Path
) -> None:
    before = shapes()
    with pytest.raises(CommandError, match=sentence):
        load(write(tmp_path, document))
    assert (shapes(), where(pinned)) == (before, [1, 1, 2])


def test_a_file_that_is_not_json_is_refused(city: Organisation, tmp_path: Path) -> None:
    path = tmp_path / "wards.geojson"
    path.write_text("WardNo;Shape", encoding="utf-8")
    with pytest.raises(CommandError, match="is not JSON"):
        load(path)
    with pytest.raises(CommandError, match="cannot be read"):
        load(tmp_path / "nowhere.geojson")


def test_with_several_cities_one_must_be_named(city: Organisation, tmp_path: Path) -> None:
    other = OrganisationFactory.create(slug="other")
    Ward.objects.create(organisation=other, number=1, name="Ward 1", latitude=-25.5, longitude=28.2)
    path = write(tmp_path, geojson(ward1=box(28.0, 28.4), ward2=box(28.4, 29.0)))
    with pytest.raises(CommandError, match="Those with wards: city, other"):
        load(path)
    load(path, "--organisation", "city")
    assert Ward.objects.get(organisation=other).shape is None
