"""The stream process, as a page and as a machine read it."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from rest_framework_simplejwt.tokens import AccessToken

from accounts.tests.factories import UserFactory
from ticketing.runtime.places import PROJECT_DIR
from tickets.feed import relay_events
from tickets.models import Ticket
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = [
    pytest.mark.runtime,
    pytest.mark.xdist_group("stream"),
    pytest.mark.django_db(transaction=True),
]


@dataclass
class Stream:
    port: int
    lines: list[http.client.HTTPConnection] = field(default_factory=list)
    responses: list[http.client.HTTPResponse] = field(default_factory=list)

    def get(self, query: str = "", **headers: str) -> http.client.HTTPResponse:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        spelled = {name.replace("_", "-"): value for name, value in headers.items()}
        self.lines.append(line)
        line.request("GET", f"/api/v1/events/stream{query}", headers=spelled)
        response = line.getresponse()
        self.responses.append(response)
        return response

    def hang_up(self) -> None:
        for response in self.responses:
            response.close()
        for line in self.lines:
            line.close()


def next_events(response: http.client.HTTPResponse, count: int) -> list[tuple[str, str, dict[str, Any]]]:
    """The next events as (id, name, data)."""
    found: list[tuple[str, str, dict[str, Any]]] = []
    fields: dict[str, str] = {}
    while len(found) < count:
        name, _, value = response.readline().decode().rstrip("\n").partition(": ")
        if name in {"id", "event", "data"}:
            fields[name] = value
        if not name and "data" in fields:
            found.append((fields["id"], fields["event"], json.loads(fields["data"])))
            fields = {}
    return found


@pytest.fixture(scope="module")
def stream_port(django_db_setup: None) -> Iterator[int]:
    """The real process on the tests' own database.

    The flush after a test sets positions back, which a real database never does: only one test writes events.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
    found = connection.settings_dict
    url = f"postgresql://{found['USER']}@/{found['NAME']}?host={found['HOST']}"
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--port", str(port), "--no-ws"]
    process = subprocess.Popen(
        [*command, "--workers-kill-timeout", "1", "--log-level", "warning", "ticketing.stream:application"],
        cwd=PROJECT_DIR,
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "ticketing.settings.test"},
    )
    wait_for_health(port)
    yield port
    process.terminate()
    process.wait(timeout=30)


@pytest.fixture
def stream(stream_port: int) -> Iterator[Stream]:
    opened = Stream(stream_port)
    yield opened
    opened.hang_up()


def wait_for_health(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        else:
            return


def hide(ticket: Ticket) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(is_public=False)


def test_readers_are_told_what_they_may_see_and_catch_up_where_they_left_off(
    stream: Stream, client: Client
) -> None:
    category = burst_pipe_category()
    reporter = UserFactory.create()
    public = report_ticket(category, reporter=reporter, title="Burst pipe")
    private = report_ticket(category, reporter=reporter, title="Meter number wrong")
    hide(private)
    relay_events()

    # Anybody: the public ticket alone, by name, with position and the agreed fields.
    anybody = stream.get("?after=0")
    assert (anybody.status, anybody.getheader("Content-Type")) == (200, "text/event-stream; charset=utf-8")
    position, name, data = next_events(anybody, 1)[0]
    assert (name, data["reference"], data["version"]) == ("ticket_created", public.reference, 1)
    assert sorted(data) == ["at", "changed", "kind", "reference", "status_changed", "ticket", "version"]

    # The reporter, by token and by session: both tickets.
    token = str(AccessToken.for_user(reporter))
    by_token = next_events(stream.get(f"?after=0&ticket={private.pk}", Authorization=f"Bearer {token}"), 1)
    assert by_token[0][2]["reference"] == private.reference
    client.force_login(reporter)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    assert next_events(stream.get(f"?after=0&ticket={private.pk}", Cookie=cookie), 1) == by_token

    # Live, without a position: only what comes from now on, as soon as it is relayed.
    live = stream.get()
    assert live.readline() == b"retry: 2000\n"
    later = report_ticket(category, title="Another one")
    relay_events()
    told = next_events(live, 1)[0]
    assert (told[1], told[2]["reference"]) == ("ticket_created", later.reference)
    assert int(told[0]) > int(position)


def test_nonsense_is_refused_with_a_problem_document(stream: Stream) -> None:
    answers = {
        "?after=soon": stream.get("?after=soon"),
        "?ticket=7": stream.get("?ticket=7"),
        "token": stream.get("", Authorization="Bearer nonsense"),
    }
    assert {name: answer.status for name, answer in answers.items()} == {
        "?after=soon": 400,
        "?ticket=7": 400,
        "token": 401,
    }
    problem = json.loads(answers["token"].read())
    assert (problem["status"], problem["code"]) == (401, "token_not_valid")


def test_pages_on_the_sites_port_may_read_with_their_cookies_and_others_may_not(stream: Stream) -> None:
    own = stream.get("?after=0", Origin=settings.CSRF_TRUSTED_ORIGINS[0])
    other = stream.get("?after=0", Origin="https://elsewhere.example")
    assert own.getheader("Access-Control-Allow-Origin") == settings.CSRF_TRUSTED_ORIGINS[0]
    assert own.getheader("Access-Control-Allow-Credentials") == "true"
    assert other.getheader("Access-Control-Allow-Origin") is None
