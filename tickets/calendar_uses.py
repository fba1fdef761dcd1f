"""What tickets have to do with calendars and standards: told to departments when the app is ready."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from departments import uses
from departments.models import Calendar, Standard
from tickets.clock_querysets import ClockQuerySet
from tickets.enums import Promise
from tickets.models import Clock
from tickets.wakeups import FOLLOW, wake_after_commit

# More is said without counting.
_COUNTED = 1000


def tickets_by_calendar(calendar: Calendar) -> Iterator[str]:
    """How many tickets were promised something by this calendar, or by an earlier version of it."""
    yield from _tickets(Clock.objects.by_calendar(calendar))


def tickets_by_standard(standard: Standard) -> Iterator[str]:
    yield from _tickets(Clock.objects.by_standard(standard))


def left_behind(calendar: Calendar) -> int:
    """How many open tickets run by an earlier version, counted up to a thousand."""
    behind = Clock.objects.live().by_earlier_version_of(calendar)
    return behind.values("ticket_id").distinct()[:_COUNTED].count()


def _tickets(clocks: ClockQuerySet) -> Iterator[str]:
    # Every ticket with a promise has this one.
    count = clocks.for_promise(Promise.RESOLVE)[: _COUNTED + 1].count()
    if count > _COUNTED:
        yield _("more than %(count)d tickets") % {"count": _COUNTED}
    elif count:
        yield ngettext("%(count)d ticket", "%(count)d tickets", count) % {"count": count}


uses.USES_OF_CALENDARS.append(tickets_by_calendar)
uses.USES_OF_STANDARDS.append(tickets_by_standard)
uses.LEFT_BEHIND.append(left_behind)
uses.FOLLOWERS_OF_CALENDARS.append(partial(wake_after_commit, FOLLOW))
