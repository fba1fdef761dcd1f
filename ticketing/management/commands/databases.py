"""`manage.py databases`: PostgreSQL and Valkey alone, for work at the desk."""

from __future__ import annotations

import contextlib
import signal
import subprocess
from argparse import REMAINDER, ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from ticketing.runtime.databases import prepare_places, running_databases
from ticketing.runtime.problems import RuntimeProblem


class Command(BaseCommand):
    help = (
        "Keep the embedded PostgreSQL and Valkey up until Ctrl-C, or while one command runs: "
        "manage.py databases ./manage.py migrate"
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("command", nargs=REMAINDER, help="What to run while they are up.")

    def handle(self, *args: Any, **options: Any) -> None:
        command: list[str] = [part for part in options["command"] if part != "--"]
        try:
            places = prepare_places()
            with running_databases(places):
                if command:
                    raise SystemExit(subprocess.run(command, check=False).returncode)
                self.stdout.write(
                    f"PostgreSQL  {places.database_url}\nValkey      {places.redis_url}\nCtrl-C stops both."
                )
                with contextlib.suppress(KeyboardInterrupt):
                    signal.pause()
        except RuntimeProblem as problem:
            raise SystemExit(f"{problem}") from problem
