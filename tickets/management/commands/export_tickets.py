"""`manage.py export_tickets --organisation SLUG --output FILE`: every ticket, with a progress bar."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from accounts.models import Organisation, User
from tickets.enums import FileFormat
from tickets.exchange.export import exported_lines
from tickets.models import Ticket


class Command(BaseCommand):
    help = "Export all tickets of an organisation, as its operator sees them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organisation", required=True, help="Slug.")
        parser.add_argument("--format", choices=FileFormat.values, default=FileFormat.JSONL)
        parser.add_argument("--output", type=Path, help="A file; without it the standard output.")
        parser.add_argument("--after", help="Reference of the last ticket that is there: go on behind it.")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = Organisation.objects.active().with_slug(options["organisation"]).first()
        if organisation is None:
            raise CommandError(f"There is no organisation {options['organisation']}.")
        tickets = Ticket.objects.of_organisation(organisation.pk)
        after = tickets.with_reference(options["after"]).first() if options["after"] else None
        if options["after"] and after is None:
            raise CommandError(f"There is no ticket {options['after']}.")
        # Whoever runs commands on this machine is its operator.
        operator = User(is_superuser=True, is_active=True)
        lines = exported_lines(tickets, operator, FileFormat(options["format"]), after=after)
        path: Path | None = options["output"]
        target = path.open("ab" if after else "wb") if path else nullcontext(sys.stdout.buffer)
        with target as file, tqdm(unit="B", unit_scale=True, disable=None) as bar:
            for batch in lines:
                file.write(batch)
                bar.update(len(batch))
