"""A file of tickets comes in: taken, then read batch by batch. What stopped goes on where it was.

Each batch is one transaction: its tickets, its refusals and how far the file was read.
"""

from __future__ import annotations

import hashlib
import logging
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Sequence, Set
from typing import Any

from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Capability
from accounts.models import Organisation
from accounts.permissions import has_capability
from common.errors import DomainError, InvalidInput, NotAllowed
from tickets.actions.bulk_intake import enter_one, write_many
from tickets.actions.import_batches import Ahead, Batch, check_rows
from tickets.enums import FileFormat, ImportState, Source
from tickets.events import signed_in
from tickets.exchange.parsing import Lines, read_columns
from tickets.exchange.rows import Refusal, check_columns
from tickets.models import ImportRun, RefusedRow, Ticket
from tickets.wakeups import IMPORT, wake, wake_after_commit

logger = logging.getLogger(__name__)

MAX_BYTES = 100 * 1024 * 1024
_REFUSALS = 1_000
# How often a batch is tried again when somebody logs one of its external references meanwhile.
_TRIES = 3


class FileTooLarge(InvalidInput):
    code = "too_large"
    status_code = 413
    sentence = gettext_lazy("At most 100 MB, please. Divide the file.")


class EmptyFile(InvalidInput):
    code = "empty_file"
    sentence = gettext_lazy("There is nothing in this file.")


class ColumnsRefused(InvalidInput):
    """The columns of a CSV file cannot be used; `refusals` says which."""

    code = "columns_refused"
    sentence = gettext_lazy("Some columns of this file are not known.")

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self.refusals = refusals
        first = refusals[0]
        super().__init__(f"{first.field}: {first.sentence}", field=first.field)


class ImportFinished(DomainError):
    code = "import_finished"
    sentence = gettext_lazy("This import is over: there is nothing to stop.")


def can_import(user: Any, organisation_id: uuid.UUID) -> bool:
    """Who looks after the whole organisation, and keys with the scope to do so."""
    return has_capability(user, Capability.MANAGE_ORGANISATION, organisation_id)


def begin_import(
    organisation: Organisation,
    chunks: Iterable[bytes],
    *,
    file_format: FileFormat,
    is_dry_run: bool,
    acting_user: Any,
) -> ImportRun:
    """Take the bytes of a file as they come; it is read in the background.

    The same bytes again are the same import, which goes on if it has stopped. Raises NotAllowed,
    FileTooLarge, EmptyFile, ColumnsRefused, NoColumns, MalformedRow.
    """
    if acting_user is not None and not can_import(acting_user, organisation.pk):
        raise NotAllowed
    with tempfile.TemporaryFile() as taken:
        digest, size = take_file(chunks, taken)
        if size == 0:
            raise EmptyFile
        known = _same_file(organisation, digest, is_dry_run=is_dry_run)
        if known is not None:
            wake_after_commit(IMPORT, run_id=str(known.pk))
            return known
        run = ImportRun(
            organisation=organisation,
            created_by=signed_in(acting_user),
            format=file_format,
            is_dry_run=is_dry_run,
            digest=digest,
            size=size,
            language=translation.get_language() or organisation.language,
        )
        _read_head(run, taken)
        taken.seek(0)
        with transaction.atomic():
            run.file.save(f"{run.pk}.{file_format}", File(taken), save=False)
            run.save(force_insert=True)
            wake_after_commit(IMPORT, run_id=str(run.pk))
    return run


def take_file(chunks: Iterable[bytes], taken: Any) -> tuple[str, int]:
    """Write what comes to a file of ours: its SHA-256 and its size. Raises FileTooLarge."""
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        size += len(chunk)
        if size > MAX_BYTES:
            raise FileTooLarge
        digest.update(chunk)
        taken.write(chunk)
    return digest.hexdigest(), size


def _same_file(organisation: Organisation, digest: str, *, is_dry_run: bool) -> ImportRun | None:
    """The import that these bytes began before, unless it came to nothing."""
    runs = ImportRun.objects.of_organisation(organisation.pk).of_file(digest, is_dry_run=is_dry_run)
    return next((run for run in runs if run.state in _GOOD), None)


_GOOD = frozenset({ImportState.WAITING, ImportState.RUNNING, ImportState.DONE})


def _read_head(run: ImportRun, taken: Any) -> None:
    """A CSV file's first line is read at once, so that a wrong file is refused before it is kept."""
    if run.format == FileFormat.CSV:
        lines = Lines(taken)
        run.columns = read_columns(lines)
        if refusals := check_columns(run.columns):
            raise ColumnsRefused(refusals)
        run.offset, run.line = lines.offset, lines.line


def cancel_import(run: ImportRun, *, acting_user: Any) -> ImportRun:
    """Stop behind the present batch; what was logged stays. Raises NotAllowed, ImportFinished."""
    if acting_user is not None and not can_import(acting_user, run.organisation_id):
        raise NotAllowed
    with transaction.atomic():
        locked = ImportRun.objects.select_for_update().get(pk=run.pk)
        if locked.is_finished:
            raise ImportFinished
        return _finish(locked, ImportState.CANCELLED)


def run_import(run_id: uuid.UUID) -> Iterator[ImportRun]:
    """Read a file to its end, batch by batch; yields the run as it stands behind each.

    Only one worker is at a run: another finds it locked and leaves it alone.
    """
    with Ahead() as ahead:
        while True:
            try:
                with transaction.atomic():
                    rows = ImportRun.objects.unfinished().select_related("organisation", "created_by")
                    free = rows.filter(pk=run_id).select_for_update(skip_locked=True, of=("self",))
                    run = free.first()
                    if run is None:
                        return
                    with translation.override(run.language):
                        _go_on(run, ahead.next_batch(run))
            except OSError as error:
                _fail(run_id, _("The file cannot be read: %s.") % error.strerror)
                return
            yield run


def _go_on(run: ImportRun, batch: Batch) -> None:
    run.state = ImportState.RUNNING
    run.started_at = run.started_at or timezone.now()
    _enter(run, batch)
    run.offset, run.line = batch.offset, batch.line
    if batch.is_last:
        _finish(run, ImportState.DONE)
    else:
        run.save()


def _enter(run: ImportRun, batch: Batch) -> None:
    for attempt in range(_TRIES):
        known = _known_before(run, batch)
        try:
            # What is only tried is undone, and so is a batch that somebody came in between with.
            with transaction.atomic():
                _write(run, batch, known)
                transaction.set_rollback(run.is_dry_run)
        except IntegrityError:
            if attempt == _TRIES - 1:
                raise
            check_rows(run, batch)
            continue
        break
    refused = len({line for line, _refusal in batch.refused})
    run.known_count += len(known)
    run.refused_count += refused
    run.created_count += len(batch.rows) - len(known) - refused
    RefusedRow.objects.bulk_create(
        [
            RefusedRow(run=run, line=line, field=why.field, code=why.code, sentence=why.sentence)
            for line, why in batch.refused
        ],
        batch_size=_REFUSALS,
    )


def _known_before(run: ImportRun, batch: Batch) -> set[uuid.UUID]:
    """The keys of the entries that are there already: of a second row of the same file too."""
    given = [entry.ticket.external_ref for _line, entry in batch.entries if entry.ticket.external_ref]
    seen = Ticket.objects.of_organisation(run.organisation_id).external_refs_among(given)
    known = set()
    for _line, entry in batch.entries:
        reference = entry.ticket.external_ref
        if reference and reference in seen:
            known.add(entry.ticket.pk)
        seen.add(reference)
    return known


def _write(run: ImportRun, batch: Batch, known: Set[uuid.UUID]) -> None:
    if batch.prepared is not None:
        write_many(batch.prepared, but=known)
    for line, entry in batch.entries:
        if entry.is_plain or entry.ticket.pk in known:
            continue
        try:
            enter_one(entry, batch.known, source=Source.IMPORT, acting_user=run.created_by)
        except DomainError as refusal:
            batch.refused.append((line, Refusal(refusal.field or "", refusal.code, refusal.message)))


def _finish(run: ImportRun, state: ImportState) -> ImportRun:
    """The end of a run. The file is somebody's data, and nobody needs it any more."""
    run.state = state
    run.finished_at = timezone.now()
    stored, name = run.file.storage, run.file.name
    run.file = ""
    run.save()
    if name:
        transaction.on_commit(lambda: stored.delete(name))
    logger.info("Import %s is %s: %s logged.", run.pk, state, run.created_count)
    return run


def _fail(run_id: uuid.UUID, error: str) -> None:
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().get(pk=run_id)
        if not run.is_finished:
            run.error = error[:500]
            _finish(run, ImportState.FAILED)


def wake_unfinished_imports() -> int:
    """Begin again with what no worker is at. Returns how many were woken."""
    waiting = list(ImportRun.objects.unfinished().values_list("pk", flat=True))
    for key in waiting:
        wake(IMPORT, run_id=str(key))
    return len(waiting)
