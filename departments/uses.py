"""What apps above build on calendars and standards. They register here what they use, and what follows.

Lists of plain functions: this app knows neither tickets nor clocks, and must still say why something
cannot be deleted, and wake what lets open promises follow a new version of their hours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from departments.models import Calendar, Standard

# Each gives what uses the row, in words such as "12 tickets"; nothing where nothing does.
USES_OF_CALENDARS: list[Callable[[Calendar], Iterable[str]]] = []
USES_OF_STANDARDS: list[Callable[[Standard], Iterable[str]]] = []
# Each counts the open promises that run by earlier versions of a calendar.
LEFT_BEHIND: list[Callable[[Calendar], int]] = []
# Each is called in the transaction that decided it, to wake whatever lets open promises follow.
FOLLOWERS_OF_CALENDARS: list[Callable[[], object]] = []


def uses_of_calendar(calendar: Calendar) -> list[str]:
    return [words for told in USES_OF_CALENDARS for words in told(calendar)]


def uses_of_standard(standard: Standard) -> list[str]:
    return [words for told in USES_OF_STANDARDS for words in told(standard)]


def promises_left_behind(calendar: Calendar) -> int:
    return sum(count(calendar) for count in LEFT_BEHIND)


def wake_followers() -> None:
    """Some calendar's `open_promises_follow` was set. Whoever misses this finds it by a sweep."""
    for wake in FOLLOWERS_OF_CALENDARS:
        wake()
