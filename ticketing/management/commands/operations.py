"""`manage.py operations`: every operation of the API with the name that client generators give it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "put", "patch", "delete")


class Command(BaseCommand):
    help = "Prints the operations of the API, as docs/operations.md has them."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(as_markdown())


def as_markdown() -> str:
    """A line for each operation, in the order of the addresses."""
    described = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    lines = ["| operation | method | address | what for |", "|---|---|---|---|"]
    for path, methods in described["paths"].items():
        for method in METHODS:
            if method in methods:
                row = methods[method]
                lines.append(f"| {row['operationId']} | {method.upper()} | `{path}` | {row['summary']} |")
    return "\n".join(lines)
