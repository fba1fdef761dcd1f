"""The five beats that every action shares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.db import transaction

from common.errors import NotAllowed, NotFound, StaleVersion
from tickets.enums import EventKind, Outcome, Status, Visibility
from tickets.events import build_event, one_update, write_events
from tickets.models import Ticket, TicketEvent
from tickets.permissions import can_use, can_view_ticket
from tickets.querysets import TicketQuerySet
from tickets.workflow import Rule, Verb, check_note, check_transition

# Who looks on, or keeps account, changes nothing about the ticket.
_NO_UPDATE = frozenset(
    {
        EventKind.FOLLOWED,
        EventKind.UNFOLLOWED,
        EventKind.RATED,
        EventKind.PROOF_REMINDED,
        EventKind.REMEDY_OVERDUE,
        EventKind.APPEALED,
        EventKind.APPEAL_DECIDED,
    }
)


class Facts(TypedDict, total=False):
    """What an event says besides its kind and the fields that were written.

    `by_system` is for what follows by a rule and not by the decision of whoever acts.
    """

    visibility: Visibility
    note: str
    data: dict[str, Any] | None
    on_behalf_of: str
    occurred_at: datetime
    by_system: bool


class Change:
    """One locked ticket on its way to its next version."""

    def __init__(self, ticket: Ticket, *, acting_user: Any, at: datetime) -> None:
        self.ticket = ticket
        self.acting_user = acting_user
        self.at = at
        self.changes: dict[str, tuple[Any, Any]] = {}
        # Fields that are set beside what is told: saved with the next event.
        self.timers: set[str] = set()
        self._promises: list[dict[str, Any]] = []

    def promise(self, terms: dict[str, Any]) -> None:
        """Remember what a clock froze: the next event says so, for whoever recomputes clocks from events."""
        self._promises.append(terms)

    def told_promises(self) -> dict[str, Any]:
        """What an event says of the clocks, once."""
        promises, self._promises = self._promises, []
        return {"clocks": promises} if promises else {}

    def write(self, **fields: Any) -> None:
        """Set fields on the ticket, remembering old and new value of those that differ."""
        if fields.get("queued_at", self) is None:
            # What does not wait any more has nothing to wait for.
            fields.setdefault("overflow_at", None)
        for name, value in fields.items():
            old = getattr(self.ticket, name)
            if old != value:
                first, _last = self.changes.pop(name, (old, value))
                if first != value:
                    self.changes[name] = (first, value)
                setattr(self.ticket, name, value)

    def build(self, kind: EventKind, **facts: Unpack[Facts]) -> TicketEvent:
        """Make the ticket its next version, and build the event about it. The caller writes both."""
        self.ticket.version += 1
        # What intake does itself, such as finding an agent, is no update yet.
        if kind not in _NO_UPDATE and self.at != self.ticket.created_at:
            self.ticket.updated_at = self.at
        return build_event(
            self.ticket,
            kind,
            acting_user=None if facts.get("by_system") else self.acting_user,
            visibility=facts.get("visibility", Visibility.PUBLIC),
            changes=self.changes,
            note=facts.get("note", ""),
            data={**(facts.get("data") or {}), **self.told_promises()},
            on_behalf_of=facts.get("on_behalf_of", ""),
            occurred_at=facts.get("occurred_at", self.at),
        )

    def record(self, kind: EventKind, **facts: Unpack[Facts]) -> TicketEvent:
        """Save what was written since the last event, and record the event about it."""
        event = self.build(kind, **facts)
        self.ticket.save(update_fields=[*self.changes, *self.timers, "version", "updated_at"])
        write_events([event])
        self.changes = {}
        return event


class CheckedChange(Change):
    """A change whose verb was checked: it also has the verb's rule and the cleaned note."""

    def __init__(self, ticket: Ticket, *, acting_user: Any, at: datetime, rule: Rule, note: str) -> None:
        super().__init__(ticket, acting_user=acting_user, at=at)
        self.rule = rule
        self.note = note

    def record_rule(self, *, data: dict[str, Any] | None = None, on_behalf_of: str = "") -> TicketEvent:
        """Record the event that the verb's rule names, with its note."""
        return self.record(
            self.rule.event,
            visibility=self.rule.visibility,
            note=self.note,
            data=data,
            on_behalf_of=on_behalf_of,
        )


def lock_ticket(ticket: Ticket) -> Ticket:
    """The ticket's row, locked until the transaction ends, with what actions read of it.

    Locked first and read afterwards: after a wait PostgreSQL looks at the locked row again, but not
    at rows joined to it, so that a ticket transferred meanwhile would come without its department.
    """
    Ticket.objects.select_for_update().only("pk").get(pk=ticket.pk)
    return Ticket.objects.for_change().get(pk=ticket.pk)


def lock_free_ones(tickets: TicketQuerySet) -> list[Ticket]:
    """Those of the tickets that nobody else holds, locked, in the order of their keys."""
    free = tickets.order_by("pk").select_for_update(skip_locked=True).only("pk")
    return list(Ticket.objects.for_change().filter(pk__in=[ticket.pk for ticket in free]).order_by("pk"))


@contextmanager
def changing(
    ticket: Ticket,
    verb: Verb,
    *,
    acting_user: Any,
    note: str = "",
    note_field: str = "note",
    expected_version: int | None = None,
    authorised: bool = False,
) -> Iterator[CheckedChange]:
    """Open the transaction, lock the ticket, and check that this person may do this to it now.

    `acting_user` None is the system itself. `authorised` is for callers that checked a credential
    of their own, such as a one-time code. Raises NotFound, NotAllowed, StaleVersion,
    TransitionNotAllowed or NoteRequired; then nothing has changed.
    """
    with transaction.atomic(), one_update() as update:
        locked = lock_ticket(ticket)
        if acting_user is not None and not authorised:
            check_person(acting_user, verb, locked)
        check_version(locked, expected_version)
        rule = check_transition(verb, locked.status)
        cleaned = check_note(rule, note, field=note_field)
        yield CheckedChange(locked, acting_user=acting_user, at=update.at, rule=rule, note=cleaned)


def note_last_word(change: Change, *, is_residents: bool) -> None:
    """Whether the last word is the resident's: then it waits for an answer since the first such word."""
    since = (change.ticket.unanswered_since or change.at) if is_residents else None
    if since != change.ticket.unanswered_since:
        change.ticket.unanswered_since = since
        change.timers.add("unanswered_since")


def check_person(acting_user: Any, verb: Verb, ticket: Ticket) -> None:
    """Raise NotFound for a ticket that the person may not see, NotAllowed for a verb they may not use."""
    if not can_view_ticket(acting_user, ticket):
        raise NotFound
    if not can_use(acting_user, verb, ticket):
        raise NotAllowed


def check_version(ticket: Ticket, expected_version: int | None) -> None:
    if expected_version is not None and expected_version != ticket.version:
        raise StaleVersion


def close(change: Change, outcome: Outcome) -> None:
    """Write what every closing writes; the caller records why."""
    note_last_word(change, is_residents=False)
    change.write(
        status=Status.CLOSED,
        outcome=outcome,
        closed_at=change.at,
        auto_close_at=None,
        queued_at=None,
        is_pinned=False,
    )
