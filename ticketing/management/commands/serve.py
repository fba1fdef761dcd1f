"""`manage.py serve`: the whole of Lokisa on this machine."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from ticketing.runtime.problems import RuntimeProblem
from ticketing.runtime.startup import serve


class Command(BaseCommand):
    help = "Start databases, web, stream, worker and beat, and keep them up until Ctrl-C."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            serve(self.say)
        except RuntimeProblem as problem:
            # A sentence and an exit code; the name of an exception would help nobody.
            raise SystemExit(f"{problem}") from problem

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
