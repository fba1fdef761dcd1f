"""While PostgreSQL writes one batch the next is checked by another thread: nothing twice, nothing lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Organisation
from accounts.tests.factories import OrganisationFactory
from tickets.actions import import_batches, importing
from tickets.actions.importing import begin_import, cancel_import, run_import
from tickets.enums import FileFormat, ImportState
from tickets.models import ImportRun, Ticket

# The thread has a connection of its own, which sees only what was committed.
pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 8


@pytest.fixture(autouse=True)
def _small_batches(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr(import_batches, "BATCH", 3)


@pytest.fixture
def run() -> ImportRun:
    """Eight rows, each with a line end in quotes; the sixth is no ticket."""
    rows = [f'"Ticket\n{number}",{"very" if number == 5 else "high"},R{number}\n' for number in range(ROWS)]
    return begin(OrganisationFactory.create(), ["title,priority,external_ref\n", *rows])


def begin(organisation: Organisation, rows: list[str]) -> ImportRun:
    return begin_import(
        organisation,
        ["".join(rows).encode()],
        file_format=FileFormat.CSV,
        is_dry_run=False,
        acting_user=None,
    )


def stands(run: ImportRun) -> tuple[str, int, int, int]:
    run.refresh_from_db()
    return run.state, run.created_count, run.known_count, run.refused_count


def titles() -> list[str]:
    """In the order in which they came."""
    return list(Ticket.objects.order_by("created_at", "pk").values_list("title", flat=True))


ALL_TITLES = [f"Ticket {number}" for number in range(ROWS) if number != 5]


def names(batches: Iterator[ImportRun]) -> list[str]:
    return [thread.name for _batch in batches for thread in threading.enumerate()]


def test_batches_are_checked_ahead_and_come_in_the_order_of_the_file(run: ImportRun) -> None:
    assert any(name.startswith("import") for name in names(run_import(run.pk)))
    assert (stands(run), titles()) == ((ImportState.DONE, 7, 0, 1), ALL_TITLES)
    assert list(run.refusals.values_list("line", "field")) == [(12, "priority")]
    assert not any(thread.name.startswith("import") for thread in threading.enumerate())


def test_a_run_that_dies_between_batches_goes_on_and_logs_nothing_twice(
    run: ImportRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches = run_import(run.pk)
    next(batches)

    def die(*args: Any, **options: Any) -> None:
        raise RuntimeError("The machine is gone.")

    with monkeypatch.context() as dying:
        dying.setattr(importing, "write_many", die)
        with pytest.raises(RuntimeError):
            next(batches)
    assert (stands(run), run.line) == ((ImportState.RUNNING, 3, 0, 0), 7)

    list(run_import(run.pk))
    assert (stands(run), titles()) == ((ImportState.DONE, 7, 0, 1), ALL_TITLES)


def test_what_was_checked_ahead_is_thrown_away_when_somebody_else_went_on(run: ImportRun) -> None:
    slow, quick = run_import(run.pk), run_import(run.pk)
    next(slow)
    next(quick)
    next(slow)
    assert (list(quick), list(slow)) == ([], [])
    assert (stands(run), titles()) == ((ImportState.DONE, 7, 0, 1), ALL_TITLES)


def test_what_was_checked_ahead_is_not_logged_once_the_import_is_stopped(run: ImportRun) -> None:
    batches = run_import(run.pk)
    next(batches)
    cancel_import(run, acting_user=None)
    assert list(batches) == []
    assert (stands(run)[:2], titles()) == ((ImportState.CANCELLED, 3), ALL_TITLES[:3])


def test_a_reference_of_the_batch_before_is_known_to_the_one_that_was_checked_ahead() -> None:
    rows = [f"Ticket {number},R{number % 4}\n" for number in range(ROWS)]
    run = begin(OrganisationFactory.create(), ["title,external_ref\n", *rows])
    list(run_import(run.pk))
    assert (stands(run), titles()) == ((ImportState.DONE, 4, 4, 0), [f"Ticket {n}" for n in range(4)])


def test_a_file_that_is_gone_when_the_next_batch_is_read_fails_the_import(run: ImportRun) -> None:
    batches = run_import(run.pk)
    next(batches)
    Path(run.file.path).unlink()
    list(batches)
    # One batch may have been read before.
    assert stands(run)[0] == ImportState.FAILED
    assert titles() in (ALL_TITLES[:3], ALL_TITLES[:5])
