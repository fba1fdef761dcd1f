"""`manage.py serve`: the whole of Lokisa on this machine."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ticketing.runtime.problems import RuntimeProblem
from ticketing.runtime.startup import serve


class Command(BaseCommand):
    help = "Start databases, web, stream, worker and beat, and keep them up until Ctrl-C."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            serve(self.say)
        except RuntimeProblem as problem:
            raise CommandError(str(problem)) from problem

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
