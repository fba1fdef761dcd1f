"""docs/events.md says what the code does: every kind, who may read it, who consumes it, who hears of it."""

from __future__ import annotations

from collections.abc import Iterator

from accountability.rules import ACCOUNTED
from notifications.enums import Audience
from notifications.routing import ROUTING
from tests.architecture.sources import ROOT
from tickets.enums import EventKind
from tickets.workflow import WORKFLOW

NOTHING = "–"


def rows_of(heading: str) -> Iterator[list[str]]:
    """The cells of each row of the table under a heading."""
    text = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
    section = text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    for line in section.splitlines():
        if line.startswith("| `"):
            yield [cell.strip().strip("`") for cell in line.strip("|").split("|")]


def test_every_kind_is_listed_once_and_in_order_with_its_label() -> None:
    assert [row[:2] for row in rows_of("Kinds")] == [[kind.value, str(kind.label)] for kind in EventKind]


def test_the_visibility_is_the_workflows() -> None:
    documented = {row[0]: row[4] for row in rows_of("Kinds")}
    assert {rule.event.value: documented[rule.event] for rule in WORKFLOW.values()} == {
        rule.event.value: rule.visibility.value for rule in WORKFLOW.values()
    }


def test_the_consumers_are_those_that_listen() -> None:
    expected = {kind.value: ", ".join(consumers_of(kind)) or NOTHING for kind in EventKind}
    assert {row[0]: row[5] for row in rows_of("Kinds")} == expected


def consumers_of(kind: EventKind) -> Iterator[str]:
    if ROUTING[kind]:
        yield "notifications"
    if kind in ACCOUNTED:
        yield "accountability"


def test_who_hears_what_is_the_routing_table() -> None:
    expected = [
        [kind.value, *(routes[audience].value if audience in routes else NOTHING for audience in Audience)]
        for kind, routes in ((kind, ROUTING[kind]) for kind in EventKind)
        if routes
    ]
    assert list(rows_of("Who hears what")) == expected
