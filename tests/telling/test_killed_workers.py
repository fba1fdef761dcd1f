"""A real worker that is killed while it sends: every message is accounted for, and repeated only by a kill.

Each start of a worker takes seconds: bin/test -m load tests/telling
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import LazySettings, settings
from django.db import connection
from django.utils import timezone
from redis import Redis

from notifications.actions.route import route_event
from notifications.enums import UNFINISHED, AttemptOutcome, Channel, NotificationState
from notifications.models import Attempt, Notification
from notifications.tasks import deliver_due
from notifications.tests.factories import last_event, resident
from tests.runtime.streams import wait_until
from ticketing.runtime.places import PROJECT_DIR
from tickets.enums import EventKind
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = [pytest.mark.load, pytest.mark.django_db(transaction=True)]
S, A = NotificationState, AttemptOutcome


@dataclass
class Desk:
    """A mail server that kills whoever hands it a certain mail, before it says that it has taken it."""

    received: list[str] = field(default_factory=list)
    kills_at: set[int] = field(default_factory=set)
    worker: subprocess.Popen[bytes] | None = None
    killed: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.received.append(str(message_from_bytes(envelope.content)["Message-ID"]))
        if len(self.received) in self.kills_at and self.worker is not None:
            self.worker.send_signal(signal.SIGKILL)
            self.worker.wait()
            self.killed.set()
        return "250 Kept"


@pytest.fixture
def desk() -> Iterator[Desk]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        desk = Desk(port=int(listener.getsockname()[1]))
    server = Controller(desk, hostname="127.0.0.1", port=desk.port)
    server.start()
    yield desk
    server.stop()


def start_worker(port: int) -> subprocess.Popen[bytes]:
    """A Celery worker of one process on the tests' database, broker and mail server."""
    found = connection.settings_dict
    url = f"postgresql://{found['USER']}@/{found['NAME']}?host={found['HOST']}"
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "ticketing",
        "worker",
        "--pool",
        "solo",
        "-Q",
        "delivery",
    ]
    return subprocess.Popen(
        [*command, "--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "critical"],
        cwd=PROJECT_DIR,
        env=os.environ
        | {
            "DATABASE_URL": url,
            "REDIS_URL": settings.REDIS_URL,
            "DJANGO_SETTINGS_MODULE": "ticketing.settings.test",
            "TESTS_SMTP_PORT": str(port),
        },
    )


def queue(mails: int) -> None:
    ticket = report_ticket(burst_pipe_category(), reporter=resident(phone=None))
    (key,) = route_event(last_event(ticket, EventKind.CREATED).pk)
    first = Notification.objects.get(pk=key)
    Notification.objects.bulk_create(
        Notification(
            organisation=first.organisation,
            event=first.event,
            audience=first.audience,
            channel=Channel.EMAIL,
            recipient_key=f"address:{number}",
            address=f"person{number}@example.org",
            language="en",
        )
        for number in range(1, mails)
    )


def leases_run_out() -> None:
    """What takes ten minutes: whoever was sending is believed dead."""
    Notification.objects.filter(state=S.SENDING).update(next_attempt_at=timezone.now())


def work_through(desk: Desk, kills: int) -> None:
    """Kill the worker in mid-send again and again, then let the last one finish."""
    for number in range(kills + 1):
        desk.killed.clear()
        worker = desk.worker = start_worker(desk.port)
        leases_run_out()
        deliver_due.apply_async()
        if number < kills:
            # Never at the same place: now after one mail, now after several.
            desk.kills_at = {len(desk.received) + 2 + number % 5}
            assert desk.killed.wait(timeout=120)
    try:
        wait_until(lambda: not Notification.objects.filter(state__in=UNFINISHED).exists())
    finally:
        worker.terminate()
        worker.wait(timeout=60)


def account_for_everything(desk: Desk, mails: int, kills: int) -> None:
    rows = Notification.objects.filter(channel=Channel.EMAIL)
    assert Counter(rows.values_list("state", flat=True)) == {S.ACCEPTED: mails}
    arrived = Counter(desk.received)
    assert set(arrived) == set(rows.values_list("provider_reference", flat=True))
    lost = Attempt.objects.filter(outcome=A.LOST)
    repeated = {reference for reference, times in arrived.items() if times > 1}
    # At most one duplicate for each kill, and none that no kill explains.
    assert sum(arrived.values()) - len(arrived) <= kills
    assert repeated <= set(lost.values_list("notification__provider_reference", flat=True))
    assert lost.count() <= kills
    assert not Attempt.objects.filter(ended_at=None).exists()
    assert Attempt.objects.filter(outcome=A.ACCEPTED).count() == mails


def kill_and_account(desk: Desk, app_settings: LazySettings, *, mails: int, kills: int) -> None:
    Redis.from_url(app_settings.REDIS_URL).flushdb()
    queue(mails)
    work_through(desk, kills)
    account_for_everything(desk, mails, kills)


def test_a_worker_that_is_killed_twice_repeats_no_more_than_two_mails(
    desk: Desk, settings: LazySettings
) -> None:
    kill_and_account(desk, settings, mails=12, kills=2)


def test_a_worker_that_is_killed_twenty_times_loses_nothing(desk: Desk, settings: LazySettings) -> None:
    kill_and_account(desk, settings, mails=120, kills=20)
