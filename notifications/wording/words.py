from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


def _nothing(title: str) -> str:
    return ""


@dataclass(frozen=True)
class Words:
    """What a message says. `sms` takes the ticket's title, shortened until the line fits."""

    headline: str
    paragraphs: list[str]
    sms: Callable[[str], str] = field(default=_nothing)
    # What stands above something that somebody wrote, and on the button.
    quote_label: str = ""
    button: str = ""
