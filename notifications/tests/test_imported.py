"""Who moves a whole list of tickets here does not write to everybody on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from notifications.tasks import route
from tickets.actions.importing import begin_import, run_import
from tickets.enums import FileFormat
from tickets.feed import relay_events
from tickets.models import TicketEvent
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def routed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The events that would be told."""
    asked: list[str] = []

    def note(*, kwargs: dict[str, str], retry: bool) -> None:
        asked.append(kwargs["event_id"])

    monkeypatch.setattr(route, "apply_async", note)
    return asked


def test_nobody_on_an_imported_list_is_written_to(settings: Any, tmp_path: Path, routed: list[str]) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    category = burst_pipe_category()
    body = f"title,category,customer_email\nA,{category.code},thandi@example.org\n".encode()
    run = begin_import(
        category.organisation, [body], file_format=FileFormat.CSV, is_dry_run=False, acting_user=None
    )
    list(run_import(run.pk))
    assert (relay_events(), routed) == (2, [])

    ticket = report_ticket(category)
    relay_events()
    created = TicketEvent.objects.get(ticket=ticket, kind="ticket.created")
    assert routed == [str(created.pk)]
