"""`manage.py roles`: what each role may do, as the code has it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts.enums import Capability, Role
from accounts.roles import ORGANISATION_WIDE_ROLES, ROLE_CAPABILITIES

YES, NO = "yes", "–"
REACH = "in every department"


class Command(BaseCommand):
    help = "Prints the table of roles and their capabilities."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--markdown", action="store_true", help="As docs/roles.md has it.")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(as_markdown() if options["markdown"] else as_text())


def role_table() -> list[list[str]]:
    """A heading, a line for each capability, and whom a role reaches; English, like the names in the code."""
    lines = [["may", *(role.value for role in Role)]]
    lines += [
        [capability.value, *(_mark(capability in ROLE_CAPABILITIES[role]) for role in Role)]
        for capability in Capability
    ]
    return [*lines, [REACH, *(_mark(role in ORGANISATION_WIDE_ROLES) for role in Role)]]


def _mark(holds: bool) -> str:
    return YES if holds else NO


def as_text() -> str:
    lines = role_table()
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def as_markdown() -> str:
    heading, *lines = role_table()
    rule = "|".join(["---", *[":-:"] * len(Role)])
    return "\n".join([_row(heading), f"|{rule}|", *map(_row, lines)])


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
