"""Where a photo was taken is offered, and used only after a yes."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from PIL.ExifTags import GPS, IFD

from tickets.models import Ticket
from tickets.picture_places import HEAD_BYTES, TakenAt, place_in
from tickets.tests.pages import LATITUDE, LONGITUDE, City, jpeg, make_city
from tickets.tests.test_report_page import DETAILS, VISITOR, at_details

HERE = TakenAt(LATITUDE, LONGITUDE)
ADDRESS = "/report/photo-place/"


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def in_parts(degrees: float) -> tuple[float, float, float]:
    whole = int(abs(degrees))
    minutes = (abs(degrees) - whole) * 60
    return float(whole), float(int(minutes)), round((minutes - int(minutes)) * 60, 4)


def taken_at(latitude: float, longitude: float, **gps: Any) -> SimpleUploadedFile:
    exif = Image.Exif()
    exif.get_ifd(IFD.GPSInfo).update(
        {
            GPS.GPSLatitude: in_parts(latitude),
            GPS.GPSLatitudeRef: "S" if latitude < 0 else "N",
            GPS.GPSLongitude: in_parts(longitude),
            GPS.GPSLongitudeRef: "W" if longitude < 0 else "E",
        }
    )
    return jpeg(exif=exif)


@pytest.mark.parametrize(("latitude", "longitude"), [(LATITUDE, LONGITUDE), (64.1466, -21.9426)])
def test_the_place_is_read_from_the_metadata(latitude: float, longitude: float) -> None:
    assert place_in(taken_at(latitude, longitude)) == TakenAt(latitude, longitude)


def test_the_beginning_of_a_large_file_is_enough() -> None:
    whole = taken_at(LATITUDE, LONGITUDE).read() + b"\x00" * HEAD_BYTES
    assert place_in(io.BytesIO(whole[:HEAD_BYTES])) == HERE


@pytest.mark.parametrize(
    "content",
    [jpeg().read(), b"", b"<script>", b"GIF89a\x01\x00", taken_at(LATITUDE, LONGITUDE).read()[:60]],
    ids=["no metadata", "empty", "not a picture", "another format", "cut off"],
)
def test_where_no_place_is_written_there_is_none(content: bytes) -> None:
    assert place_in(io.BytesIO(content)) is None


def test_zeros_of_a_camera_without_a_fix_are_no_place() -> None:
    assert place_in(taken_at(0.0, 0.0)) is None


def test_the_place_is_offered_in_words_and_nothing_is_kept(city: City) -> None:
    client = city.client()
    at_details(client, city.category, {"place": "Somewhere in Hatfield"})
    before = dict(client.session)

    answer = client.post(ADDRESS, {"photos": [jpeg(), taken_at(LATITUDE, LONGITUDE)]})

    assert answer.context["where"] == "Hatfield, ward 56"
    assert f'value="{LATITUDE},{LONGITUDE}"' in answer.content.decode()
    assert dict(client.session) == before


@pytest.mark.parametrize(
    ("place", "where"),
    [
        (HERE, {"latitude": LATITUDE, "longitude": LONGITUDE}),
        (TakenAt(-33.92, 18.42), {"place": "Behind the taxi rank"}),
    ],
    ids=["where the pin is", "in another city"],
)
def test_what_says_nothing_new_is_not_asked(city: City, place: TakenAt, where: dict[str, Any]) -> None:
    client = city.client()
    at_details(client, city.category, where)

    photos = [taken_at(place.latitude, place.longitude)]

    assert client.post(ADDRESS, {"photos": photos}).status_code == 204
    assert client.post(ADDRESS, {}).status_code == 204


def send(city: City, chosen: str) -> Any:
    client = city.client()
    token = at_details(client, city.category, {"place": "Somewhere in Hatfield"})
    form = {"token": token, **DETAILS, **VISITOR, "photos": [taken_at(LATITUDE, LONGITUDE)]}
    return client.post("/report/details/", {**form, "photo_place": chosen})


def test_with_a_yes_the_ticket_is_where_the_photo_was_taken(city: City) -> None:
    assert send(city, f"{LATITUDE},{LONGITUDE}").status_code == 302

    ticket = Ticket.objects.get()
    assert (ticket.latitude, ticket.longitude, ticket.ward) == (LATITUDE, LONGITUDE, city.ward)
    assert ticket.address == "Somewhere in Hatfield"


@pytest.mark.parametrize("chosen", ["", "-33.92,18.42"])
def test_without_a_yes_and_for_another_city_it_is_not(city: City, chosen: str) -> None:
    assert send(city, chosen).status_code == 302
    assert (Ticket.objects.get().latitude, Ticket.objects.get().ward) == (None, None)


@pytest.mark.parametrize("chosen", ["north", "1,2,3", "1e9,2", "999,999", "-25.7;28.1", "x" * 500])
def test_what_is_no_place_is_refused(city: City, chosen: str) -> None:
    assert send(city, chosen).status_code == 400
    assert Ticket.objects.count() == 0
