"""`manage.py verify_clocks`: every open clock against its history. Ends with 1 where they differ."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tickets.actions.clock_check import check_clocks
from tickets.clock_differences import BATCH, Difference


class Command(BaseCommand):
    help = "Compare every open clock with what the events of its ticket say."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", type=int, default=BATCH, help="Tickets that are read at a time.")

    def handle(self, *args: Any, **options: Any) -> None:
        checks = check_clocks(acting_user=None, batch=max(1, options["batch"]))
        for check in checks:
            for row in check.differences:
                self.stdout.write(str(Difference(**row)))
            self.stdout.write(
                f"{check.organisation.name}: {check.tickets} tickets, {check.count} differences"
            )
        if any(check.count for check in checks):
            raise CommandError("The clocks are not what their events say.")
