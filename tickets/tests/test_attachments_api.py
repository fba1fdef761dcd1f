"""Files over HTTP: the checks of the pages, and bytes only for who may see them."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image
from rest_framework.test import APIClient

from accounts.models import User
from tickets.actions.lifecycle import reject_ticket
from tickets.enums import AttachmentKind, EventKind
from tickets.models import Ticket
from tickets.tests.api import api_client, assert_problem, last_kind, path_of
from tickets.tests.pages import jpeg
from tickets.tests.proof import everything_about

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _uploads(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def send(client: APIClient, ticket: Ticket, *files: Any, **fields: Any) -> Any:
    return client.post(path_of(ticket, "attachments"), {"files": list(files), **fields}, format="multipart")


def listed(user: Any, ticket: Ticket) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = api_client(user).get(path_of(ticket, "attachments")).json()["results"]
    return rows


def test_a_reporter_sends_pictures_which_lose_their_metadata(ticket: Ticket, resident: User) -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    answer = send(api_client(resident), ticket, jpeg("pipe.jpg", exif=exif), jpeg("street.png"))

    assert answer.status_code == 201, answer.content
    first, second = answer.json()
    assert (first["kind"], first["name"], second["name"]) == ("report", "pipe.jpg", "street.jpg")
    assert last_kind(ticket) == EventKind.ATTACHED
    assert listed(None, ticket) == [first, second]
    shown = api_client().get(first["url"])
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    content = shown.getvalue()
    assert len(content) == first["size"]
    assert not Image.open(io.BytesIO(content)).getexif()


@pytest.mark.parametrize(
    ("who", "kind", "kept"),
    [
        ("resident", None, AttachmentKind.REPORT),
        ("resident", "dispute", AttachmentKind.DISPUTE),
        ("agent", None, AttachmentKind.OTHER),
        ("agent", "resolution", AttachmentKind.RESOLUTION),
    ],
)
def test_what_a_file_shows_follows_from_who_sends_it(
    who: str, kind: str | None, kept: str, ticket: Ticket, request: pytest.FixtureRequest
) -> None:
    fields = {"kind": kind} if kind else {}
    send(api_client(request.getfixturevalue(who)), ticket, jpeg(), **fields)
    assert ticket.attachments.get().kind == kept


def test_nobody_sends_what_only_the_other_side_can_show(ticket: Ticket, resident: User, agent: User) -> None:
    before = everything_about(ticket)
    for user, kind in ((resident, "resolution"), (agent, "dispute")):
        assert_problem(send(api_client(user), ticket, jpeg(), kind=kind), 403, "not_allowed")
    assert everything_about(ticket) == before


def test_what_is_no_picture_or_too_many_changes_nothing(ticket: Ticket, agent: User) -> None:
    before, client = everything_about(ticket), api_client(agent)
    text = SimpleUploadedFile("pipe.jpg", b"<script>alert(1)</script>", content_type="image/jpeg")
    gif = SimpleUploadedFile("pipe.gif", b"GIF89a" + b"\0" * 20, content_type="image/gif")
    for bad in (text, gif, SimpleUploadedFile("empty.jpg", b"", content_type="image/jpeg")):
        problem = assert_problem(send(client, ticket, jpeg(), bad), 400)
        assert {name.partition(".")[0] for name in problem["errors"]} == {"files"}
    assert_problem(send(client, ticket, *[jpeg() for _n in range(6)]), 400, "too_many_pictures")
    assert_problem(send(client, ticket), 400)
    assert_problem(send(client, ticket, jpeg(), kind="selfie"), 400)
    assert_problem(send(client, ticket, jpeg(), more="1"), 400)
    assert_problem(client.post(path_of(ticket, "attachments"), {"files": []}, format="json"), 415)
    assert everything_about(ticket) == before


def test_only_the_reporter_and_staff_send_files_and_the_reporter_not_after_the_end(
    ticket: Ticket, resident: User, neighbour: User, agent: User, outside_agent: User
) -> None:
    before = everything_about(ticket)
    for user in (neighbour, outside_agent):
        assert_problem(send(api_client(user), ticket, jpeg()), 403, "not_allowed")
    assert_problem(send(api_client(), ticket, jpeg()), 401)
    assert everything_about(ticket) == before
    reject_ticket(ticket, reason="A private pipe.", acting_user=agent)
    closed = everything_about(ticket)
    assert_problem(send(api_client(resident), ticket, jpeg()), 409, "transition_not_allowed")
    assert everything_about(ticket) == closed


def test_bytes_of_a_ticket_that_is_not_public_are_for_the_reporter_and_staff(
    ticket: Ticket, private_ticket: Ticket, resident: User, neighbour: User, agent: User, outside_agent: User
) -> None:
    (sent,) = send(api_client(resident), private_ticket, jpeg()).json()
    address = path_of(private_ticket, f"attachments/{sent['id']}")
    for user in (resident, agent):
        shown = api_client(user).get(address)
        assert (shown.status_code, len(shown.getvalue())) == (200, sent["size"])
    for outsider in (None, neighbour, outside_agent):
        assert_problem(api_client(outsider).get(address), 404, "not_found")
        assert_problem(api_client(outsider).get(path_of(private_ticket, "attachments")), 404, "not_found")
    # Nor by way of a ticket that one may see.
    assert_problem(api_client(neighbour).get(path_of(ticket, f"attachments/{sent['id']}")), 404, "not_found")


def test_a_list_asks_as_often_for_three_files_as_for_one(ticket: Ticket, agent: User) -> None:
    client, counts = api_client(agent), []
    for more in (1, 2):
        send(client, ticket, *[jpeg() for _n in range(more)])
        with CaptureQueriesContext(connection) as queries:
            rows = client.get(path_of(ticket, "attachments")).json()["results"]
        counts.append((len(rows), len(queries)))
    assert counts == [(1, counts[0][1]), (3, counts[0][1])]
