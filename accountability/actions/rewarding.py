"""What a reward may not be: given twice, for a report of one's own, or over what a rule gives in a month.

Penalties are not limited. Called while the ledger is locked, so that nobody else rewards meanwhile.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from accountability.models import PointsEntry
from accounts.models import User
from common.months import Month
from tickets.models import Ticket

# (rule's code, person, month): what a cap counts.
Allowance = tuple[str, uuid.UUID | None, Month]


def within_limits(entries: Sequence[PointsEntry]) -> Iterator[PointsEntry]:
    """Those entries of one organisation that may be written, in the order in which they were earned.

    A reward that is over the cap of its rule gives what is left of it. What is in the ledger already
    is left out.
    """
    rewards = [entry for entry in entries if entry.points > 0]
    known = set(PointsEntry.objects.earned_by_events(entry.event_id for entry in entries).as_earned())
    given, own, caps = _Given(rewards), _OwnReports(rewards), _Caps(rewards)
    for entry in sorted(entries, key=lambda entry: (entry.occurred_at, entry.event_id)):
        if _key_of(entry) in known:
            continue
        if entry.points < 0 or (given.takes(entry) and not own.includes(entry) and caps.takes(entry)):
            yield entry


def _key_of(entry: PointsEntry) -> tuple[Any, ...]:
    return entry.rule_id, entry.event_id, entry.department_id, entry.person_id


class _Given:
    """A ticket rewards somebody once by each rule, however often it is reopened and done again."""

    def __init__(self, rewards: Sequence[PointsEntry]) -> None:
        self.events: dict[tuple[Any, ...], uuid.UUID] = {}
        known = PointsEntry.objects.rewards_for({entry.event.ticket_id for entry in rewards})
        for entry in known.select_related("rule", "event").order_by("created_at"):
            self.takes(entry)

    def takes(self, entry: PointsEntry) -> bool:
        """Whether it is the first one, which it is from now on."""
        reward = (entry.rule.code, entry.event.ticket_id, entry.department_id, entry.person_id)
        return self.events.setdefault(reward, entry.event_id) == entry.event_id


class _OwnReports:
    """Nobody is rewarded for a ticket that they reported themselves, with their account or without."""

    def __init__(self, rewards: Sequence[PointsEntry]) -> None:
        self.people = User.objects.in_bulk({entry.person_id for entry in rewards if entry.person_id})

    def includes(self, entry: PointsEntry) -> bool:
        person, ticket = self.people.get(entry.person_id), entry.event.ticket
        return person is not None and (ticket.reporter_id == person.pk or _is_reached_at(person, ticket))


def _is_reached_at(person: User, ticket: Ticket) -> bool:
    mail, phone = (person.email or "").lower(), person.phone or ""
    return bool(mail and mail == ticket.reporter_email.lower()) or bool(
        phone and phone == ticket.reporter_phone
    )


class _Caps:
    """What a rule still gives each person in a month: its cap less all rewards by all its versions.

    Rewards that were reversed count as well, so that telling an event again changes nothing.
    """

    def __init__(self, rewards: Sequence[PointsEntry]) -> None:
        capped = [entry for entry in rewards if _is_capped(entry)]
        self.given: dict[Allowance, int] = {}
        if not capped:
            return
        zone = _zone_of(capped[0])
        start, end = _bounds([entry.occurred_at for entry in capped], zone)
        rows = (
            PointsEntry.objects.of_organisation(capped[0].organisation_id)
            .rewarding({entry.person_id for entry in capped}, by={entry.rule.code for entry in capped})
            .between(start, end)
            .by_month(zone)
        )
        for code, person_id, month, points in rows:
            self.given[code, person_id, Month(month.year, month.month)] = points

    def takes(self, entry: PointsEntry) -> bool:
        """Whether the rule gives anything more; the entry becomes what is left, and counts from now on."""
        if entry.person_id is None:
            return True
        key = (entry.rule.code, entry.person_id, Month.of(entry.occurred_at, _zone_of(entry)))
        given = self.given.get(key, 0)
        if entry.rule.monthly_cap is not None:
            entry.points = min(entry.points, entry.rule.monthly_cap - given)
        if entry.points <= 0:
            return False
        self.given[key] = given + entry.points
        return True


def _is_capped(entry: PointsEntry) -> bool:
    return entry.person_id is not None and entry.rule.monthly_cap is not None


def _zone_of(entry: PointsEntry) -> ZoneInfo:
    return ZoneInfo(entry.event.ticket.organisation.time_zone)


def _bounds(moments: Iterable[datetime], zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The months in which these moments lie, and those between."""
    months = sorted(Month.of(moment, zone) for moment in moments)
    return months[0].bounds(zone)[0], months[-1].bounds(zone)[1]
