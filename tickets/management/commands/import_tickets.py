"""`manage.py import_tickets FILE --organisation SLUG`: a file of tickets, with a progress bar."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from accounts.models import Organisation
from common.errors import DomainError
from tickets.actions.importing import begin_import, run_import
from tickets.enums import FileFormat
from tickets.exchange.parsing import format_of
from tickets.models import ImportRun
from tickets.queries import refusals_of

_CHUNK = 1024 * 1024
_SHOWN = 20


class Command(BaseCommand):
    help = "Import tickets from CSV or JSON lines. The same file again goes on where it stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--organisation", required=True, help="Slug.")
        parser.add_argument("--format", choices=FileFormat.values, help="Else the file's ending says it.")
        parser.add_argument("--dry-run", action="store_true", help="Check everything, keep nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        run = self._begin(options)
        # tqdm keeps quiet where nobody looks at a terminal.
        with tqdm(total=run.size, initial=run.offset, unit="B", unit_scale=True, disable=None) as bar:
            for present in run_import(run.pk):
                bar.update(present.offset - bar.n)
                bar.set_postfix(logged=present.created_count, refused=present.refused_count)
        run.refresh_from_db()
        self._tell(run)

    def _begin(self, options: dict[str, Any]) -> ImportRun:
        organisation = Organisation.objects.active().with_slug(options["organisation"]).first()
        if organisation is None:
            raise CommandError(f"There is no organisation {options['organisation']}.")
        path: Path = options["file"]
        try:
            return begin_import(
                organisation,
                _chunks(path),
                file_format=FileFormat(options["format"] or _ending_of(path)),
                is_dry_run=options["dry_run"],
                acting_user=None,
            )
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.") from error
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal

    def _tell(self, run: ImportRun) -> None:
        self.stdout.write(
            f"{run.get_state_display()}: {run.created_count} logged, {run.known_count} known before, "
            f"{run.refused_count} rows refused."
        )
        for number, row in enumerate(refusals_of(run)):
            if number == _SHOWN:
                self.stdout.write("… and more: see the import's refused rows.")
                break
            self.stdout.write(f"line {row.line}: {row.field} {row.sentence} [{row.code}]")


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _ending_of(path: Path) -> str:
    found = format_of(path.name)
    if found is None:
        raise CommandError("Say --format csv or --format jsonl.")
    return found
