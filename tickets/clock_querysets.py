"""Clocks and their nightly checks, as far as they are asked for."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from accounts.enums import Capability
from accounts.permissions import is_operator, organisations_where
from tickets.enums import ClockState

if TYPE_CHECKING:
    from departments.models import Calendar, Standard
    from tickets.models import Clock, ClockCheck


class ClockQuerySet(models.QuerySet["Clock"]):
    def live(self) -> ClockQuerySet:
        return self.filter(state__in=[ClockState.RUNNING, ClockState.PAUSED])

    def running(self) -> ClockQuerySet:
        return self.filter(state=ClockState.RUNNING)

    def paused(self) -> ClockQuerySet:
        return self.filter(state=ClockState.PAUSED)

    def due_by(self, now: datetime) -> ClockQuerySet:
        return self.running().filter(due_at__lte=now).order_by("due_at", "pk")

    def expiring_at(self, now: datetime) -> ClockQuerySet:
        """Running clocks with most of their target used up, not due yet, of which nobody was warned."""
        running = self.running().filter(warned_at__isnull=True, warn_at__lte=now, due_at__gt=now)
        return running.order_by("warn_at", "pk")

    def warning_behind(self, at: datetime, key: uuid.UUID) -> ClockQuerySet:
        """Behind a place of `expiring_at`."""
        return self.filter(Q(warn_at__gt=at) | Q(pk__gt=key), warn_at__gte=at)

    def due_behind(self, due_at: datetime, key: uuid.UUID) -> ClockQuerySet:
        """Behind a place of `due_by`."""
        return self.filter(Q(due_at__gt=due_at) | Q(pk__gt=key), due_at__gte=due_at)

    def cancelled(self) -> ClockQuerySet:
        return self.filter(state=ClockState.CANCELLED)

    def for_promise(self, promise: str) -> ClockQuerySet:
        return self.filter(promise=promise)

    def by_calendar(self, calendar: Calendar) -> ClockQuerySet:
        """Clocks of every state that count by a calendar or one of its earlier versions."""
        return self.filter(Q(calendar=calendar) | Q(calendar__replaced_by=calendar))

    def by_earlier_version_of(self, calendar: Calendar) -> ClockQuerySet:
        return self.filter(calendar__replaced_by=calendar)

    def by_standard(self, standard: Standard) -> ClockQuerySet:
        return self.filter(standard=standard)

    def to_follow(self) -> ClockQuerySet:
        """Live clocks by earlier versions of calendars whose new hours are for open promises too."""
        return self.live().filter(calendar__replaced_by__open_promises_follow=True)

    def oldest_first(self) -> ClockQuerySet:
        return self.order_by("started_at", "pk")

    def started_behind(self, started_at: datetime, key: uuid.UUID) -> ClockQuerySet:
        """Behind a row of `oldest_first`."""
        return self.filter(Q(started_at__gt=started_at) | Q(started_at=started_at, pk__gt=key))


class ClockCheckQuerySet(models.QuerySet["ClockCheck"]):
    def visible_to(self, user: Any) -> ClockCheckQuerySet:
        """Checks of the organisations in which the person sees every ticket."""
        if is_operator(user):
            return self.all()
        return self.filter(organisation_id__in=organisations_where(user, Capability.VIEW_ALL_TICKETS))

    def checked_before(self, moment: datetime) -> ClockCheckQuerySet:
        return self.filter(checked_at__lt=moment)
