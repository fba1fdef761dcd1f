"""`manage.py load_demo`: people to sign in as, and a city that has been at work for eighteen months."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from tqdm import tqdm

from common.errors import DomainError
from demo.seed.loading import DemoPlan, demo_is_loaded, load_demo
from demo.seed.people import PASSWORD, SignIn
from departments.cities.tables import known_cities


class Command(BaseCommand):
    help = "Adds the demo to a city: people, departments with members, and tickets in every state."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tickets", type=_count, default=3_000, help="How many (default 3000).")
        parser.add_argument("--seed", type=int, default=1855, help="Another number makes another city.")
        parser.add_argument("--city", default="tshwane", help="The city's folder; loaded if it is not there.")
        parser.add_argument("--as-of", type=_moment, help="The demo's present, as ISO 8601 (default: now).")

    def handle(self, *args: Any, **options: Any) -> None:
        if demo_is_loaded():
            self.stdout.write("The demo is loaded already; nothing was changed.")
            return
        plan = DemoPlan(
            city=options["city"],
            tickets=options["tickets"],
            seed=options["seed"],
            now=options["as_of"] or timezone.now().replace(second=0, microsecond=0),
        )
        if plan.city not in known_cities():
            raise CommandError(f"There is no city {plan.city}. Known: {', '.join(known_cities())}.")
        try:
            with tqdm(total=plan.tickets, desc="Tickets", unit="ticket", disable=None) as bar:
                people = load_demo(plan, report=self.stdout.write, progress=bar.update)
        except DomainError as error:
            raise CommandError(error.message) from error
        self._show(people)

    def _show(self, people: list[SignIn]) -> None:
        self.stdout.write(self.style.SUCCESS(f"Sign in with the password {PASSWORD} as"))
        for person in people:
            self.stdout.write(f"  {person.email:<44} {person.full_name}, {person.what}")


def _count(typed: str) -> int:
    if not typed.isdigit() or not 0 <= int(typed) <= 1_000_000:
        raise ArgumentTypeError("a number of tickets from 0 to 1000000")
    return int(typed)


def _moment(typed: str) -> datetime:
    moment = parse_datetime(typed)
    if moment is None:
        raise ArgumentTypeError("a moment like 2026-11-20T10:00:00+02:00")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
