"""The project's own Python files, parsed, for the rules to read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = (
    "ticketing",
    "demo",
    "reports",
    "jobs",
    "notifications",
    "accountability",
    "tickets",
    "articles",
    "departments",
    "accounts",
    "common",
)


@dataclass(frozen=True)
class Source:
    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def app(self) -> str:
        return self.path.relative_to(ROOT).parts[0]

    @property
    def is_test(self) -> bool:
        return "tests" in self.path.parts

    @property
    def is_migration(self) -> bool:
        return "migrations" in self.path.parts

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text(encoding="utf-8"), filename=self.name)

    def is_part(self, *parts: str) -> bool:
        """Whether the file is, or lies in, a module of one of these names in its app."""
        return any(part.removesuffix(".py") in parts for part in self.path.relative_to(ROOT).parts[1:])

    def nodes(self) -> Iterator[ast.AST]:
        yield from ast.walk(self.tree)

    def at(self, node: ast.AST) -> str:
        return f"{self.name}:{getattr(node, 'lineno', 0)}"


@lru_cache(maxsize=1)
def all_sources() -> tuple[Source, ...]:
    return tuple(Source(path) for app in APPS for path in sorted((ROOT / app).rglob("*.py")))


def production_sources() -> list[Source]:
    """Without tests and without migrations, which Django writes."""
    return [source for source in all_sources() if not source.is_test and not source.is_migration]
