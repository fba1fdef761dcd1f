"""The words of the API: statuses, priorities, and verbs as their addresses say them."""

from __future__ import annotations

from departments.enums import Priority
from tickets.statuses import STATUS_HELP as STATUS_HELP
from tickets.statuses import StatusField as StatusField
from tickets.statuses import read_status as read_status
from tickets.statuses import read_statuses as read_statuses
from tickets.workflow import Verb

# How a verb is called in an address; those that are not here are called by their own name.
_NAMES = {
    Verb.OVERRIDE: "assign",
    Verb.PRIORITISE: "priority",
    Verb.PLAN: "project",
    Verb.MESSAGE: "messages",
    Verb.REPLY: "messages",
    Verb.NOTE: "notes",
    Verb.UNMERGE: "merge/undo",
    Verb.ASK_CALL: "callbacks",
    Verb.VERIFY: "verification",
    Verb.DISPUTE: "verification/dispute",
}


def read_priority(word: str) -> Priority:
    """Raises KeyError for what is none."""
    return Priority.from_word(word.strip())


def verb_name(verb: Verb) -> str:
    return _NAMES.get(verb, verb.value)
