"""What the console says above every page: an app adds what its people must know now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import HttpRequest


@dataclass(frozen=True)
class Notice:
    """A sentence or two, and where to read on."""

    text: str
    url: str = ""
    link: str = ""
    is_bad: bool = True


_SOURCES: list[Callable[[HttpRequest], Iterable[Notice]]] = []


def register_notices(source: Callable[[HttpRequest], Iterable[Notice]]) -> None:
    """`source` answers what one person is to be told now, in few queries: every page of the console asks."""
    _SOURCES.append(source)


def notices_for(request: HttpRequest) -> list[Notice]:
    return [notice for source in _SOURCES for notice in source(request)]
