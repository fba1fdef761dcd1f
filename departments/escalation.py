"""The ladder up which an expired ticket is escalated. Pure: its steps, and what can be wrong with them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from common.errors import InvalidInput
from departments.enums import EscalationAudience

HOUR = 3600
MOST_STEPS = 10
LONGEST_DELAY = 365 * 24 * HOUR


class EmptyLadder(InvalidInput):
    code = "empty_ladder"
    sentence = gettext_lazy("A ladder needs at least one step.")


class LadderTooLong(InvalidInput):
    code = "ladder_too_long"
    sentence = gettext_lazy("A ladder has ten steps at most.")


class LadderHasHoles(InvalidInput):
    code = "ladder_has_holes"
    sentence = gettext_lazy("Number the steps from 1 on, without leaving one out and without repeating one.")


class UnknownAudience(InvalidInput):
    code = "unknown_audience"
    sentence = gettext_lazy("Choose the agent, the department's admins or the organisation's admins.")


class DelaysDoNotGrow(InvalidInput):
    code = "delays_do_not_grow"
    sentence = gettext_lazy("Each step must come later than the one before, and within a working year.")


@dataclass(frozen=True)
class Step:
    """Who is told so many working seconds after the promise ran out."""

    position: int
    audience: str
    delay_seconds: int


# What every organisation starts with: the agent after an hour, and so on up.
USUAL_LADDER = (
    Step(1, EscalationAudience.ASSIGNEE, 1 * HOUR),
    Step(2, EscalationAudience.DEPARTMENT_ADMINS, 4 * HOUR),
    Step(3, EscalationAudience.ORGANISATION_ADMINS, 8 * HOUR),
)


def checked_ladder(steps: Sequence[Step]) -> list[Step]:
    """The steps in their order.

    Raises EmptyLadder, LadderTooLong, LadderHasHoles, UnknownAudience or DelaysDoNotGrow.
    """
    if not steps:
        raise EmptyLadder(field="steps")
    if len(steps) > MOST_STEPS:
        raise LadderTooLong(field="steps")
    ordered = sorted(steps, key=lambda step: step.position)
    if [step.position for step in ordered] != list(range(1, len(ordered) + 1)):
        raise LadderHasHoles(field="steps")
    if any(step.audience not in EscalationAudience.values for step in ordered):
        raise UnknownAudience(field="steps")
    delays = [step.delay_seconds for step in ordered]
    grows = all(one < other for one, other in itertools.pairwise(delays))
    if not grows or delays[0] < 0 or delays[-1] > LONGEST_DELAY:
        raise DelaysDoNotGrow(field="steps")
    return ordered
