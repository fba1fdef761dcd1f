"""The lifecycle as data: every verb's sources, target, capability, note and visibility.

open -> in_progress -> resolved -> closed, and open/in_progress -> responded -> closed.
Free of HTTP and ORM, so that pages, API and console can all ask it what is possible.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Capability
from common.errors import DomainError, InvalidInput
from common.text import checked_text
from tickets.enums import EventKind, Outcome, Status, Visibility

MAX_NOTE = 5000
# A warning about a promise is due when this share of its time is used up.
WARN_AT_SHARE = 0.8


class Verb(StrEnum):
    START = "start"
    RESPOND = "respond"
    REPLY = "reply"
    RESOLVE = "resolve"
    VERIFY = "verify"
    DISPUTE = "dispute"
    LAPSE = "lapse"
    COMPLETE = "complete"
    REJECT = "reject"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"
    PICK = "pick"
    OVERRIDE = "override"
    UNPIN = "unpin"
    TRANSFER = "transfer"
    PROMOTE = "promote"
    PRIORITISE = "prioritise"
    ROUTE = "route"
    PLAN = "plan"
    EDIT = "edit"
    MESSAGE = "message"
    NOTE = "note"
    PUBLISH_PHOTO = "publish_photo"
    HIDE_PHOTO = "hide_photo"
    SUPPORT = "support"
    FOLLOW = "follow"
    ASK_CALL = "ask_call"
    NOTIFY = "notify"
    MERGE = "merge"
    UNMERGE = "unmerge"
    EXPIRE = "expire"


class Party(Enum):
    """Who may use a verb when no capability of a role is asked for."""

    SYSTEM = "the system's own sweeps"
    REPORTER = "the reporter, and in public space any supporter"
    ANYBODY = "everybody who may see the ticket and is signed in"


@dataclass(frozen=True)
class Rule:
    """One row of the table. `target` None leaves the status as it is."""

    sources: frozenset[Status]
    target: Status | None
    needs: Capability | Party
    event: EventKind
    note_required: bool = False
    visibility: Visibility = Visibility.PUBLIC
    outcome: Outcome | None = None


S = Status
UNSETTLED = frozenset({S.OPEN, S.IN_PROGRESS})
UNCLOSED = frozenset({S.OPEN, S.IN_PROGRESS, S.RESPONDED, S.RESOLVED})
ANY = frozenset(Status)

_WORK = Capability.WORK_ON_TICKETS
_STAFF = Visibility.STAFF

WORKFLOW: dict[Verb, Rule] = {
    Verb.START: Rule(frozenset({S.OPEN}), S.IN_PROGRESS, _WORK, EventKind.STARTED),
    Verb.RESPOND: Rule(
        UNSETTLED,
        S.RESPONDED,
        _WORK,
        EventKind.RESPONDED,
        note_required=True,
        visibility=Visibility.PARTICIPANTS,
    ),
    Verb.REPLY: Rule(
        frozenset({S.RESPONDED}),
        S.IN_PROGRESS,
        Party.REPORTER,
        EventKind.REPLIED,
        note_required=True,
        visibility=Visibility.PARTICIPANTS,
    ),
    Verb.RESOLVE: Rule(UNSETTLED, S.RESOLVED, _WORK, EventKind.RESOLVED, note_required=True),
    Verb.VERIFY: Rule(
        frozenset({S.RESOLVED}), S.CLOSED, Party.REPORTER, EventKind.VERIFIED, outcome=Outcome.VERIFIED
    ),
    Verb.DISPUTE: Rule(
        frozenset({S.RESOLVED}), S.IN_PROGRESS, Party.REPORTER, EventKind.DISPUTED, note_required=True
    ),
    # No answer in time: the outcome depends on what was waited for.
    Verb.LAPSE: Rule(frozenset({S.RESOLVED, S.RESPONDED}), S.CLOSED, Party.SYSTEM, EventKind.CLOSED),
    Verb.COMPLETE: Rule(UNCLOSED, S.CLOSED, _WORK, EventKind.CLOSED, outcome=Outcome.COMPLETED),
    Verb.REJECT: Rule(
        UNSETTLED, S.CLOSED, _WORK, EventKind.CLOSED, note_required=True, outcome=Outcome.REJECTED
    ),
    Verb.REOPEN: Rule(
        frozenset({S.RESPONDED, S.RESOLVED, S.CLOSED}),
        S.IN_PROGRESS,
        _WORK,
        EventKind.REOPENED,
        note_required=True,
    ),
    Verb.WITHDRAW: Rule(
        ANY, S.CLOSED, Capability.WITHDRAW_TICKETS, EventKind.WITHDRAWN, outcome=Outcome.WITHDRAWN
    ),
    Verb.PICK: Rule(UNSETTLED, None, _WORK, EventKind.PICKED),
    Verb.OVERRIDE: Rule(
        UNCLOSED,
        None,
        Capability.OVERRIDE_ASSIGNMENT,
        EventKind.ASSIGNMENT_OVERRIDDEN,
        note_required=True,
        visibility=_STAFF,
    ),
    Verb.UNPIN: Rule(UNCLOSED, None, Capability.OVERRIDE_ASSIGNMENT, EventKind.UNPINNED, visibility=_STAFF),
    Verb.TRANSFER: Rule(UNSETTLED, None, Capability.MOVE_TICKETS, EventKind.TRANSFERRED, note_required=True),
    Verb.PROMOTE: Rule(UNSETTLED, None, Capability.MOVE_TICKETS, EventKind.PROMOTED, note_required=True),
    Verb.PRIORITISE: Rule(
        UNCLOSED, None, Capability.MOVE_TICKETS, EventKind.PRIORITY_CHANGED, note_required=True
    ),
    Verb.ROUTE: Rule(UNSETTLED, None, Capability.MOVE_TICKETS, EventKind.ROUTED),
    Verb.PLAN: Rule(UNCLOSED, None, _WORK, EventKind.PROJECT_CHANGED, visibility=_STAFF),
    Verb.EDIT: Rule(UNCLOSED, None, _WORK, EventKind.EDITED, visibility=Visibility.PARTICIPANTS),
    Verb.MESSAGE: Rule(
        UNCLOSED, None, Party.REPORTER, EventKind.MESSAGE_ADDED, visibility=Visibility.PARTICIPANTS
    ),
    Verb.NOTE: Rule(ANY, None, Capability.VIEW_REPORTERS, EventKind.NOTE_ADDED, visibility=_STAFF),
    Verb.PUBLISH_PHOTO: Rule(
        ANY, None, Capability.VIEW_REPORTERS, EventKind.PHOTO_PUBLISHED, visibility=_STAFF
    ),
    Verb.HIDE_PHOTO: Rule(ANY, None, Capability.VIEW_REPORTERS, EventKind.PHOTO_HIDDEN, visibility=_STAFF),
    Verb.SUPPORT: Rule(UNCLOSED, None, Party.ANYBODY, EventKind.SUPPORTED),
    Verb.FOLLOW: Rule(ANY, None, Party.ANYBODY, EventKind.FOLLOWED, visibility=_STAFF),
    Verb.ASK_CALL: Rule(
        ANY, None, Party.REPORTER, EventKind.CALLBACK_ASKED, visibility=Visibility.PARTICIPANTS
    ),
    Verb.NOTIFY: Rule(
        ANY,
        None,
        Capability.VIEW_REPORTERS,
        EventKind.NOTIFIED,
        note_required=True,
        visibility=_STAFF,
    ),
    Verb.MERGE: Rule(
        UNSETTLED | {S.RESPONDED},
        S.CLOSED,
        Capability.MOVE_TICKETS,
        EventKind.MERGED,
        outcome=Outcome.DUPLICATE,
    ),
    # Back to the status that it had.
    Verb.UNMERGE: Rule(frozenset({S.CLOSED}), None, Capability.MOVE_TICKETS, EventKind.UNMERGED),
    Verb.EXPIRE: Rule(UNSETTLED, None, Party.SYSTEM, EventKind.EXPIRED),
}


# These are about one photo of a ticket, and stand beside it instead of among the ticket's own.
OF_A_PHOTO = frozenset({Verb.PUBLISH_PHOTO, Verb.HIDE_PHOTO})


class TransitionNotAllowed(DomainError):
    """The ticket's status does not admit this verb."""

    code = "transition_not_allowed"
    sentence = gettext_lazy("The ticket's status does not allow this.")


class NoteRequired(InvalidInput):
    code = "note_required"
    sentence = gettext_lazy("Please say why, in a few words.")


def is_possible(verb: Verb, status: str) -> bool:
    """Whether a ticket in this status admits the verb at all."""
    return status in WORKFLOW[verb].sources


def check_transition(verb: Verb, status: str) -> Rule:
    """The verb's rule, or TransitionNotAllowed where the status is not among its sources."""
    rule = WORKFLOW[verb]
    if status not in rule.sources:
        sentence = _("A ticket that is %(status)s does not allow this any more.")
        raise TransitionNotAllowed(sentence % {"status": Status(status).label})
    return rule


def check_note(rule: Rule, note: str, *, field: str = "note") -> str:
    """The note without surrounding space.

    Raises NoteRequired where the rule asks for one, InvalidInput for one that cannot be kept.
    """
    note = checked_text(note, field=field, most=MAX_NOTE)
    if rule.note_required and not note:
        raise NoteRequired(field=field)
    return note
