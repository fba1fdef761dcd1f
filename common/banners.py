"""What the console says above every page: an app adds what its people must know now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import HttpRequest


@dataclass(frozen=True)
class Banner:
    """A sentence or two, and where to read on."""

    text: str
    url: str = ""
    link: str = ""
    is_bad: bool = True


_SOURCES: list[Callable[[HttpRequest], Iterable[Banner]]] = []


def register_banners(source: Callable[[HttpRequest], Iterable[Banner]]) -> None:
    """`source` answers what one person is to be told now, in few queries: every page of the console asks."""
    _SOURCES.append(source)


def banners_for(request: HttpRequest) -> list[Banner]:
    return [banner for source in _SOURCES for banner in source(request)]
