"""The rows of a file, checked a batch ahead: while PostgreSQL writes one, Python checks the next.

A batch belongs to the place in the file at which it begins. What was checked for another place than
the one that the run stands at is thrown away: somebody else has gone on with it.
"""

from __future__ import annotations

import sys
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from types import TracebackType
from typing import IO, cast

from django.db import connection, connections
from django.utils import timezone, translation

from tickets.actions.bulk_intake import Entry, Prepared, prepare_many
from tickets.actions.surroundings import Surroundings
from tickets.enums import FileFormat, Source
from tickets.exchange.parsing import Lines, Row, rows_in
from tickets.exchange.rows import Refusal, RowReader, RowRefused
from tickets.models import ImportRun

BATCH = 1_000
# How long the thread that checks may keep the other one waiting. Python's own five milliseconds, each
# time PostgreSQL answers, would be a tenth of an import.
_SWITCH_SECONDS = 0.0005


@dataclass
class Batch:
    """Rows from `begins` on, what they come to, and where the file goes on behind them."""

    begins: int
    offset: int
    line: int
    is_last: bool
    rows: list[Row]
    known: Surroundings
    entries: list[tuple[int, Entry]] = field(default_factory=list)
    prepared: Prepared | None = None
    refused: list[tuple[int, Refusal]] = field(default_factory=list)


def read_batch(run: ImportRun, *, offset: int, line: int) -> Batch:
    """Read and check what stands there. Writes nothing. Raises OSError."""
    with run.file.storage.open(run.file.name or "", "rb") as file:
        lines = Lines(cast(IO[bytes], file), offset=offset, line=line)
        rows = list(islice(rows_in(lines, run.format, run.columns), BATCH))
    known = Surroundings(run.organisation)
    known.expect(len(rows))
    batch = Batch(offset, lines.offset, lines.line, len(rows) < BATCH, rows, known)
    check_rows(run, batch)
    return batch


def check_rows(run: ImportRun, batch: Batch) -> None:
    """Build the tickets of a batch, anew if need be, and collect what is refused."""
    reader = RowReader(run.organisation, batch.known, is_csv=run.format == FileFormat.CSV)
    reader.expect(row.values for row in batch.rows)
    batch.entries, batch.refused = [], []
    now = timezone.now()
    for row in batch.rows:
        try:
            if row.refusal is not None:
                raise RowRefused([Refusal("", row.refusal.code, row.refusal.message)])
            batch.entries.append((row.line, reader.entry(row.values, now)))
        except RowRefused as error:
            batch.refused.extend((row.line, refusal) for refusal in error.refusals)
    plain = [entry for _line, entry in batch.entries if entry.is_plain]
    batch.prepared = prepare_many(plain, batch.known, source=Source.IMPORT, acting_user=run.created_by)


class Ahead:
    """Gives the batches of a run in their order, each next one checked by a thread of its own meanwhile.

    Inside a transaction of somebody else everything happens in that: another connection would not see it.
    """

    def __init__(self) -> None:
        self._pool = None if connection.in_atomic_block else ThreadPoolExecutor(1, "import")
        self._coming: Future[Batch] | None = None
        self._switch_interval = sys.getswitchinterval()

    def __enter__(self) -> Ahead:
        # Whoever talks to PostgreSQL has little to do and must not wait for long to do it.
        sys.setswitchinterval(min(self._switch_interval, _SWITCH_SECONDS))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        sys.setswitchinterval(self._switch_interval)
        if self._pool is not None:
            self._pool.submit(connections.close_all)
            self._pool.shutdown()

    def next_batch(self, run: ImportRun) -> Batch:
        """The batch that begins where the run stands. Raises OSError."""
        coming, self._coming = self._coming, None
        batch = coming.result() if coming is not None else None
        if batch is None or batch.begins != run.offset:
            batch = read_batch(run, offset=run.offset, line=run.line)
        if self._pool is not None and not batch.is_last:
            self._coming = self._pool.submit(_read_aside, run, batch.offset, batch.line)
        return batch


def _read_aside(run: ImportRun, offset: int, line: int) -> Batch:
    with translation.override(run.language):
        return read_batch(run, offset=offset, line=line)
