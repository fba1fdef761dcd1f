"""Uploads in a folder or in a bucket, spoken to by HTTP as any that speaks S3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3  # type: ignore[import-untyped]
import pytest
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import default_storage, storages
from django.test import Client
from moto.server import ThreadedMotoServer

from ticketing.media_storage import media_storage
from tickets.actions.attachments import attach_pictures
from tickets.enums import AttachmentKind
from tickets.pictures import prepare_picture
from tickets.tests.factories import report_ticket
from tickets.tests.pages import jpeg, make_city

FOLDER = "django.core.files.storage.FileSystemStorage"


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> Iterator[Any]:
    """A bucket of a server that speaks S3, named by the environment."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    named = {
        "S3_BUCKET": "photos",
        "S3_FOLDER": "lokisa",
        "S3_ENDPOINT_URL": f"http://{host}:{port}",
        "S3_REGION": "af-south-1",
        "S3_ACCESS_KEY_ID": "test",
        "S3_SECRET_ACCESS_KEY": "test",
    }
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "af-south-1"}
    found = boto3.resource("s3", endpoint_url=named["S3_ENDPOINT_URL"], **keys).Bucket("photos")
    found.create(CreateBucketConfiguration={"LocationConstraint": "af-south-1"})
    settings.STORAGES = {**settings.STORAGES, "default": media_storage("s3")}
    yield found
    server.stop()


def content(client: Client, path: str) -> bytes:
    """What a browser reads to its end, after which the server closes the file."""
    answer: Any = client.get(path)
    return b"".join(answer.streaming_content)


@pytest.mark.django_db
def test_photos_live_in_a_bucket_in_all_their_sizes_and_are_read_through_us(bucket: Any) -> None:
    city = make_city()
    ticket = report_ticket(city.category)
    (photo,) = attach_pictures(
        ticket, [prepare_picture(jpeg())], kind=AttachmentKind.REPORT, acting_user=ticket.reporter
    )

    kept = sorted(each.key for each in bucket.objects.all())
    stem = f"lokisa/{photo.file.name}".removesuffix(".jpg")
    assert kept == [f"{stem}-320.jpg", f"{stem}-800.jpg", f"{stem}.jpg"]
    client = city.client()
    for side in ("", "320/", "800/"):
        assert content(client, f"/t/{ticket.reference}/photos/{photo.pk}/{side}").startswith(b"\xff\xd8")
    default_storage.delete(f"{photo.file.name}".replace(".jpg", "-320.jpg"))
    assert content(client, f"/t/{ticket.reference}/photos/{photo.pk}/320/").startswith(b"\xff\xd8")
    default_storage.delete(str(photo.file.name))
    assert client.get(f"/t/{ticket.reference}/photos/{photo.pk}/").status_code == 404


def test_a_folder_is_the_default_and_a_kind_that_there_is_not_stops_the_start() -> None:
    assert media_storage("folder") == {"BACKEND": FOLDER}
    with pytest.raises(ImproperlyConfigured, match="it can be folder or s3"):
        media_storage("ftp")


def test_a_bucket_has_to_be_named() -> None:
    with pytest.raises(ImproperlyConfigured, match="S3_BUCKET is required"):
        media_storage("s3")


def test_the_tests_themselves_keep_files_in_a_folder() -> None:
    assert type(storages["default"]).__name__ == "FileSystemStorage"
