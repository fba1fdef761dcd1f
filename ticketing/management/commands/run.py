"""`manage.py run NAME`: one process of Lokisa in the foreground, as Docker and systemd want it."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ticketing.runtime.places import PROJECT_DIR
from ticketing.runtime.programs import all_programs, find_program


class Command(BaseCommand):
    help = "Become one of the processes of Lokisa: web, stream, worker, beat (and postoffice in the demo)."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        program = find_program(options["name"])
        if program is None:
            names = ", ".join(program.name for program in all_programs())
            raise CommandError(f"There is no process {options['name']!r} here. There are: {names}.")
        os.chdir(PROJECT_DIR)
        os.execv(program.command[0], program.command)  # noqa: S606
