"""`manage.py load_city tshwane`: an organisation with its wards, departments and promises."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from common.errors import DomainError
from departments.cities.loading import load_city
from departments.cities.tables import UnknownCity, known_cities, read_city


class Command(BaseCommand):
    help = "Loads a city: its organisation, regions, wards, suburbs, departments, categories and promises."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("city", help=f"One of: {', '.join(known_cities())}.")
        parser.add_argument("--organisation-slug", help="The organisation's slug, if not the city's own.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            city = read_city(options["city"])
        except UnknownCity as error:
            raise CommandError(f"There is no city {error}. Known: {', '.join(known_cities())}.") from error
        slug = options["organisation_slug"] or city.organisation.slug
        try:
            load_city(city, slug=slug, today=timezone.localdate(), report=self.stdout.write)
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(self.style.SUCCESS(f"{city.organisation.name} is loaded."))
