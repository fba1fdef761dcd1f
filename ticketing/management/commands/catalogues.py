"""`manage.py catalogues`: the words of the code into locale/, and locale/ into what gettext reads."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from common.catalogues.compiling import compile_catalogues
from common.catalogues.extracting import extract_catalogue
from common.catalogues.updating import is_translated, messages_of, progress_of, update_catalogue


class Command(BaseCommand):
    help = "Bring the catalogues of all languages up to the code, compile them, and say what is missing."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--missing", metavar="LANGUAGE", help="List what is not translated.")

    def handle(self, *args: Any, **options: Any) -> None:
        template = extract_catalogue(settings.BASE_DIR)
        for language, _name in settings.LANGUAGES:
            if language == settings.LANGUAGE_CODE:
                continue
            catalogue = update_catalogue(language, template)
            self.stdout.write(str(progress_of(language, catalogue)))
            if language == options["missing"]:
                for message in messages_of(catalogue):
                    if not is_translated(message):
                        self.stdout.write(f"  {message.id!r}")
        compile_catalogues()
