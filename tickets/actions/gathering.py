"""Who had the problem on a duplicate has it on the surviving ticket, and nobody is counted twice.

Called by merging only, with both tickets locked.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from tickets.models import Follow, Support, Ticket
from tickets.permissions import can_view_ticket


@dataclass(frozen=True)
class Missing:
    """Who belongs to the surviving ticket by way of the duplicate and is not there.

    A reporter of whom only an address is known is known by their report, a visitor by what they said there.
    """

    supporters: list[User]
    reports: list[Ticket]
    visitors: list[Support]
    followers: list[User]


def gather(duplicate: Ticket, survivor: Ticket) -> None:
    """Add everybody of the duplicate who is missing on the surviving ticket."""
    missing = _missing(duplicate, survivor)
    came = {"ticket": survivor, "moved_from": duplicate}
    supports = [Support(user=person, **came) for person in missing.supporters]
    supports += [Support(report=report, **came) for report in missing.reports]
    supports += [Support(contact=said.contact, language=said.language, **came) for said in missing.visitors]
    Support.objects.bulk_create(supports)
    Follow.objects.bulk_create([Follow(user=person, **came) for person in missing.followers])


def give_back(duplicate: Ticket, survivor: Ticket) -> None:
    """Take away from the surviving ticket whom the duplicate brought.

    Who came by several duplicates stays by way of another. Who took their word back on the surviving
    ticket has taken it back altogether.
    """
    lost = _missing(duplicate, survivor)
    duplicate.supports.of_people([person.pk for person in lost.supporters]).delete()
    duplicate.supports.of_contact(*(said.contact for said in lost.visitors)).delete()
    duplicate.follows.of_people([person.pk for person in lost.followers]).delete()
    survivor.supports.moved_from(duplicate.pk).delete()
    survivor.follows.moved_from(duplicate.pk).delete()
    for other in survivor.duplicates.merged().exclude(pk=duplicate.pk).order_by("closed_at", "pk"):
        gather(other, survivor)


def _missing(duplicate: Ticket, survivor: Ticket) -> Missing:
    counted = Counted(survivor)
    supporters = _people_to_move(survivor, [duplicate.reporter_id, *_users(duplicate.supports)])
    reports = [row.report for row in duplicate.supports.of_reports() if row.report is not None]
    if duplicate.reporter_id is None and (duplicate.reporter_email or duplicate.reporter_phone):
        reports.insert(0, duplicate)
    return Missing(
        supporters=[person for person in supporters if counted.is_new_person(person)],
        reports=[report for report in reports if counted.is_new_report(report)],
        visitors=[
            said
            for said in duplicate.supports.of_visitors().in_order()
            if counted.is_new_contact(said.contact)
        ],
        followers=[
            person
            for person in _people_to_move(survivor, _users(duplicate.follows))
            if person.pk not in counted.followers
        ],
    )


def _users(rows: Any) -> list[uuid.UUID | None]:
    """Whose rows these are, the first first."""
    return list(rows.order_by("created_at", "pk").values_list("user_id", flat=True))


def _people_to_move(survivor: Ticket, keys: Iterable[uuid.UUID | None]) -> list[User]:
    """These people, each once, as far as they may see the surviving ticket."""
    wanted = list(dict.fromkeys(key for key in keys if key is not None))
    people = User.objects.in_bulk(wanted)
    found = [people[key] for key in wanted if key in people]
    return found if survivor.is_public else [user for user in found if can_view_ticket(user, survivor)]


class Counted:
    """Everybody whom the surviving ticket counts, by person and by address."""

    def __init__(self, survivor: Ticket) -> None:
        rows = list(survivor.supports.select_related("user", "report"))
        self.followers = set(survivor.follows.values_list("user_id", flat=True))
        self.people = {survivor.reporter_id, *(row.user_id for row in rows)}
        named = [survivor, *(row.report for row in rows if row.report is not None)]
        # Of reporters without an account: they may turn out to be somebody with one, or each other.
        self.addresses = {
            address
            for ticket in named
            if ticket.reporter_id is None
            for address in (ticket.reporter_email, ticket.reporter_phone)
        } | {row.contact for row in rows}
        self.contacts = {
            contact for row in rows if row.user is not None for contact in (row.user.email, row.user.phone)
        } | {survivor.reporter_email, survivor.reporter_phone}

    def is_new_person(self, person: User) -> bool:
        if person.pk in self.people or self._known(self.addresses, person.email, person.phone):
            return False
        self.contacts |= {person.email, person.phone}
        return True

    def is_new_report(self, report: Ticket) -> bool:
        known = self.addresses | self.contacts
        if self._known(known, report.reporter_email, report.reporter_phone):
            return False
        self.addresses |= {report.reporter_email, report.reporter_phone}
        return True

    def is_new_contact(self, contact: str) -> bool:
        if self._known(self.addresses | self.contacts, contact):
            return False
        self.addresses.add(contact)
        return True

    def _known(self, known: Collection[str | None], *contacts: str | None) -> bool:
        return any(contact in known for contact in contacts if contact)
