"""Two reports of one problem: one closes as a duplicate of the other, and can be separated again.

Both tickets are always locked in the order of their keys, so that two merges can wait for each other
but never for ever. The duplicate keeps its own supporters and followers as a list of who came from
there; they are counted and informed on the surviving ticket only.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError, InvalidInput
from departments.models import DepartmentMember
from tickets.actions.assignment import assign_automatically, release_load, take_load
from tickets.actions.change import Change, CheckedChange, changing, close, lock_ticket
from tickets.actions.clocks import breach_what_is_due, cancel_clocks, revive_clocks
from tickets.actions.custody import release_custody
from tickets.actions.gathering import gather, give_back
from tickets.actions.raising import raise_where_many
from tickets.enums import EventKind, Outcome, Status
from tickets.models import Ticket
from tickets.permissions import can_view_ticket
from tickets.workflow import UNCLOSED, Verb


class SameTicket(InvalidInput):
    code = "same_ticket"
    sentence = gettext_lazy("A ticket is not a duplicate of itself.")


class WrongSurvivor(InvalidInput):
    code = "wrong_survivor"
    sentence = gettext_lazy("Choose a ticket of the same organisation that is not closed.")


class WouldReveal(InvalidInput):
    code = "would_reveal"
    sentence = gettext_lazy(
        "That ticket is not public, and those who reported this one may not see it."
        " Into it go only reports of the same person."
    )


class NotMerged(DomainError):
    code = "not_merged"
    sentence = gettext_lazy("This ticket is not a duplicate of another one.")


class MergedFurther(DomainError):
    code = "merged_further"
    sentence = gettext_lazy("The ticket that it was merged into was merged itself. Undo that first.")


def merge_ticket(
    ticket: Ticket,
    *,
    into: Ticket,
    reason: str = "",
    acting_user: Any,
    expected_version: int | None = None,
) -> Ticket:
    """Close a ticket as a duplicate of another one, whose people now include those of this one.

    Who reported, supports or follows both is counted once. Raises SameTicket, WrongSurvivor,
    WouldReveal, and what `changing` raises.
    """
    with transaction.atomic():
        _lock_in_order(ticket.pk, into.pk)
        with changing(
            ticket,
            Verb.MERGE,
            acting_user=acting_user,
            note=reason,
            note_field="reason",
            expected_version=expected_version,
        ) as change:
            survivor = Change(_checked_survivor(change, into), acting_user=acting_user, at=change.at)
            gather(change.ticket, survivor.ticket)
            _close_as_duplicate(change, survivor.ticket)
            _record_arrival(survivor, EventKind.DUPLICATE_ADDED, change.ticket)
            raise_where_many(survivor)
            return change.ticket


def _lock_in_order(*keys: uuid.UUID) -> None:
    list(Ticket.objects.filter(pk__in=keys).order_by("pk").select_for_update().only("pk"))


def _checked_survivor(change: CheckedChange, into: Ticket) -> Ticket:
    """The locked survivor. Whoever may merge needs no right over it but to see it, as in a transfer."""
    if into.pk == change.ticket.pk:
        raise SameTicket(field="into")
    survivor = lock_ticket(into)
    person = change.acting_user
    foreign = survivor.organisation_id != change.ticket.organisation_id
    if foreign or (person is not None and not can_view_ticket(person, survivor)):
        raise WrongSurvivor(field="into")
    if survivor.status not in UNCLOSED:
        raise WrongSurvivor(field="into")
    if not survivor.is_public and not _is_of_same_person(change.ticket, survivor):
        raise WouldReveal(field="into")
    return survivor


def _is_of_same_person(ticket: Ticket, survivor: Ticket) -> bool:
    if ticket.is_public:
        return False
    pairs = [(getattr(ticket, name), getattr(survivor, name)) for name in ("reporter_id", *_ADDRESSES)]
    return any(one and one == other for one, other in pairs)


_ADDRESSES = ("reporter_email", "reporter_phone")


def _close_as_duplicate(change: CheckedChange, survivor: Ticket) -> None:
    breach_what_is_due(change)
    cancel_clocks(change)
    release_load(change)
    release_custody(change)
    change.write(duplicate_of=survivor, support_count=0)
    close(change, Outcome.DUPLICATE)
    change.record_rule(data={"into": survivor.reference})


def _record_arrival(survivor: Change, kind: EventKind, duplicate: Ticket) -> None:
    """The survivor's count follows its supporters; the event says which report came or went."""
    survivor.write(support_count=survivor.ticket.supports.count())
    survivor.record(kind, data={"duplicate": duplicate.reference})


def undo_merge(
    ticket: Ticket, *, reason: str = "", acting_user: Any, expected_version: int | None = None
) -> Ticket:
    """Separate a duplicate again: status, clocks and people are what they were before the merge.

    Its clock goes on from where it stopped, and whoever had it has it again, over capacity if need
    be; who left meanwhile does not. Raises NotMerged, MergedFurther, and what `changing` raises.
    """
    key: uuid.UUID | None = Ticket.objects.only("duplicate_of_id").get(pk=ticket.pk).duplicate_of_id
    with transaction.atomic():
        _lock_in_order(ticket.pk, *([] if key is None else [key]))
        with changing(
            ticket,
            Verb.UNMERGE,
            acting_user=acting_user,
            note=reason,
            note_field="reason",
            expected_version=expected_version,
        ) as change:
            survivor = Change(_merged_into(change.ticket, key), acting_user=acting_user, at=change.at)
            give_back(change.ticket, survivor.ticket)
            _bring_back(change, survivor.ticket)
            _record_arrival(survivor, EventKind.DUPLICATE_REMOVED, change.ticket)
            return change.ticket


def _merged_into(ticket: Ticket, key: uuid.UUID | None) -> Ticket:
    """The locked survivor, if the ticket is merged into the one whose lock was taken."""
    if ticket.outcome != Outcome.DUPLICATE or ticket.duplicate_of_id is None or ticket.duplicate_of_id != key:
        raise NotMerged
    survivor = lock_ticket(Ticket(pk=key))
    if survivor.outcome == Outcome.DUPLICATE:
        raise MergedFurther
    return survivor


def _bring_back(change: CheckedChange, survivor: Ticket) -> None:
    before = change.ticket.events.of_kind(EventKind.MERGED).latest("pk").changes
    status = Status(before["status"][0])
    waits = timedelta(days=change.ticket.organisation.auto_close_days)
    change.write(
        status=status,
        outcome="",
        closed_at=None,
        # Who was asked something has the whole time to answer again.
        auto_close_at=change.at + waits if status == Status.RESPONDED else None,
        is_pinned="is_pinned" in before,
        duplicate_of=None,
        support_count=change.ticket.supports.count(),
    )
    _leave_out_who_left(change)
    take_load(change)
    revive_clocks(change)
    change.record_rule(data={"from": survivor.reference})
    if status != Status.RESPONDED:
        assign_automatically(change)


def _leave_out_who_left(change: CheckedChange) -> None:
    ticket = change.ticket
    if ticket.assignee_id is None or ticket.department_id is None:
        return
    members = DepartmentMember.objects.of_department(ticket.department_id).active()
    if not members.of_user(ticket.assignee_id).exists():
        change.write(assignee=None, assigned_at=None, is_pinned=False)


def refuse_merged(ticket: Ticket) -> None:
    """Raise for a ticket that others' reports went into, or that went into another one itself.

    To withdraw either would lose people who were told that their problem is being handled.
    """
    if ticket.outcome == Outcome.DUPLICATE:
        raise StillMerged(_("This ticket is a duplicate of another one. Undo the merge first."))
    if ticket.duplicates.merged().exists():
        raise StillMerged


class StillMerged(DomainError):
    code = "still_merged"
    sentence = gettext_lazy("Other reports were merged into this ticket. Undo the merges first.")
