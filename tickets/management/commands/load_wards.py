"""`manage.py load_wards FILE.geojson`: official ward shapes instead of the approximate cells."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from accounts.models import Organisation
from common.errors import DomainError
from departments.geometry import GeoJSON, read_ward_shapes
from tickets.actions.relocation import Relocation, replace_ward_shapes


class Command(BaseCommand):
    help = "Replaces an organisation's ward shapes with those of a GeoJSON file and re-locates its tickets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, help="A GeoJSON FeatureCollection in WGS 84, one feature per ward."
        )
        parser.add_argument(
            "--organisation", help="The organisation's slug; needed only where there are several."
        )
        parser.add_argument("--source", help="Whose shapes these are; the file's name if left out.")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            shapes = self._read(path)
            done = self._replace(shapes, options["organisation"], options["source"] or path.name)
        except DomainError as error:
            raise CommandError(f"{path}: {error.message} Nothing was changed.") from error
        self.stdout.write(
            self.style.SUCCESS(
                f"{done.wards} wards have their official shapes. Of {done.looked_at} tickets with a pin"
                f" {done.moved} moved to another ward; {done.nowhere} lie in no ward."
            )
        )

    def _read(self, path: Path) -> dict[int, GeoJSON]:
        try:
            document = json.loads(path.read_text(encoding="utf-8-sig"))
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        except ValueError as error:
            raise CommandError(f"{path} is not JSON: {error}. Nothing was changed.") from error
        return read_ward_shapes(document)

    def _replace(self, shapes: dict[int, GeoJSON], slug: str | None, source: str) -> Relocation:
        organisation = self._organisation(slug)
        with tqdm(desc="Tickets", unit="ticket", disable=None) as bar:
            return replace_ward_shapes(
                organisation, shapes, source=source[:250], acting_user=None, progress=bar.update
            )

    def _organisation(self, slug: str | None) -> Organisation:
        candidates = Organisation.objects.filter(slug=slug) if slug else self._with_wards()
        found: list[Organisation] = list(candidates.order_by("slug"))
        if len(found) == 1:
            return found[0]
        known = ", ".join(self._with_wards().order_by("slug").values_list("slug", flat=True)) or "none"
        raise CommandError(f"Say which organisation with --organisation. Those with wards: {known}.")

    def _with_wards(self) -> Any:
        return Organisation.objects.filter(wards__isnull=False).distinct()
