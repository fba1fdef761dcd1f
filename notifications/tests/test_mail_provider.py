"""Mails by a provider of anymail's, over its own HTTP API."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.conf import LazySettings

from notifications.actions.deliver import deliver
from notifications.actions.route import route_event
from notifications.enums import NotificationState
from notifications.models import Notification
from notifications.tests.factories import last_event, resident
from tickets.enums import EventKind
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db
S = NotificationState


@dataclass
class Provider:
    """As much of Postmark as sending takes. `answer` is its next status and body."""

    answer: tuple[int, dict[str, Any]] = (200, {"ErrorCode": 0, "Message": "OK", "MessageID": "pm-1"})
    asked: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def provider(settings: LazySettings) -> Iterator[Provider]:
    desk = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            desk.asked.append(asked)
            status, body = desk.answer
            content = json.dumps({"To": asked["To"], **body}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.EMAIL_HOST = ""
    settings.ANYMAIL = {
        "POSTMARK_SERVER_TOKEN": "a-token-of-postmarks",
        "POSTMARK_API_URL": f"http://127.0.0.1:{server.server_address[1]}/",
    }
    yield desk
    server.shutdown()
    server.server_close()


@pytest.fixture
def queued(provider: Provider) -> Notification:
    ticket = report_ticket(burst_pipe_category(), reporter=resident(phone=None))
    (key,) = route_event(last_event(ticket, EventKind.CREATED).pk)
    return Notification.objects.get(pk=key)


def test_a_mail_goes_out_and_is_known_by_the_providers_id(queued: Notification, provider: Provider) -> None:
    assert deliver(queued.pk) == S.ACCEPTED
    queued.refresh_from_db()
    assert queued.provider_reference == "pm-1"
    (asked,) = provider.asked
    assert asked["To"] == queued.address
    assert {"Name": "Auto-Submitted", "Value": "auto-generated"} in asked["Headers"]


def test_an_address_that_the_provider_refuses_is_not_tried_again(
    queued: Notification, provider: Provider
) -> None:
    provider.answer = (422, {"ErrorCode": 300, "Message": f"Invalid 'To' address: '{queued.address}'."})
    assert deliver(queued.pk) == S.FAILED
    queued.refresh_from_db()
    assert "a-token-of-postmarks" not in queued.last_error


@pytest.mark.parametrize("status", [401, 429, 500, 503])
def test_a_provider_that_is_down_loses_nothing(queued: Notification, provider: Provider, status: int) -> None:
    provider.answer = (status, {"ErrorCode": 100, "Message": "Maintenance"})
    assert deliver(queued.pk) == S.QUEUED


def test_a_provider_that_is_gone_loses_nothing(queued: Notification, settings: LazySettings) -> None:
    settings.ANYMAIL = {**settings.ANYMAIL, "POSTMARK_API_URL": "http://127.0.0.1:1/"}
    assert deliver(queued.pk) == S.QUEUED
