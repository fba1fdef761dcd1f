"""`manage.py run NAME`: one process of Lokisa in the foreground, as Docker and systemd want it."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from ticketing.runtime.places import PROJECT_DIR
from ticketing.runtime.programs import find_program, program_names


class Command(BaseCommand):
    help = "Become one of the processes of Lokisa: web, stream, worker, beat (and postoffice in the demo)."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=program_names())

    def handle(self, *args: Any, **options: Any) -> None:
        program = find_program(options["name"])
        if program is None:
            self.stdout.write(f"{options['name']} is not needed with these settings.")
            return
        os.chdir(PROJECT_DIR)
        os.execv(program.command[0], program.command)  # noqa: S606
