"""Working hours: made, changed as a new version, kept up with the public holidays, deleted.

Who changes hours decides whether open promises follow; without that, running clocks keep theirs.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.enums import Capability
from accounts.models import Organisation, validate_time_zone
from accounts.permissions import has_capability
from common.errors import DomainError, InvalidInput, NotAllowed, StaleVersion
from common.text import checked_text, clean_line
from departments.hours import Hours, check_hours, public_holidays, with_holidays
from departments.models import Calendar, CalendarException, Department, Standard, WorkingInterval
from departments.uses import uses_of_calendar, wake_followers
from departments.working_time import CalendarNeverOpens

logger = logging.getLogger(__name__)

# How many years a calendar knows the public holidays of, beside the present one.
YEARS_AHEAD = 2
_YEARS_BACK = 5
_MOST_YEARS_AHEAD = 10
_SHOWN = 3


class CalendarNameTaken(InvalidInput):
    code = "calendar_name_taken"
    sentence = gettext_lazy("There is a calendar with this name already.")


class CalendarInUse(DomainError):
    code = "calendar_in_use"
    sentence = gettext_lazy("This calendar is in use.")


class NoHolidaysKnown(DomainError):
    code = "no_holidays_known"
    sentence = gettext_lazy("Nobody here knows the public holidays of this country. Add them by hand.")


class NoHolidaysMissing(DomainError):
    code = "no_holidays_missing"
    sentence = gettext_lazy("The calendar has hours of its own for all public holidays of this year.")


class PromiseOutOfReach(InvalidInput):
    code = "promise_out_of_reach"
    sentence = gettext_lazy("With these hours, a promise could not be kept within ten years.")


@dataclass(frozen=True)
class _Edition:
    """What a version of a calendar says, all of it."""

    name: str
    hours: Hours
    public_holidays_until: int | None


def create_calendar(
    organisation: Organisation,
    *,
    name: str,
    hours: Hours,
    acting_user: Any,
    keeps_public_holidays: bool = False,
) -> Calendar:
    """A new calendar of the organisation, with the public holidays of some years where it keeps them.

    Raises NotAllowed, CalendarNameTaken, InvalidInput, and what `check_hours` raises.
    """
    _check_may(acting_user, organisation)
    edition = _Edition(_checked_name(name), hours, None)
    if keeps_public_holidays:
        edition = _with_holidays_kept(edition, organisation)
    _check(edition)
    with transaction.atomic():
        calendar = _new_row(organisation, edition, acting_user)
        _insert(calendar, edition.hours)
    logger.info("Calendar %s made by %s", calendar.pk, getattr(acting_user, "pk", None))
    return calendar


def change_calendar(
    calendar: Calendar,
    *,
    acting_user: Any,
    name: str | None = None,
    hours: Hours | None = None,
    keeps_public_holidays: bool | None = None,
    apply_to_open_tickets: bool = False,
) -> Calendar:
    """Put other hours in force as the next version; departments and standards move to it.

    What is None stays. Returns the version in force, which is the same one where nothing is different.
    Raises NotAllowed, StaleVersion for a version that was replaced, CalendarNameTaken, InvalidInput,
    PromiseOutOfReach, and what `check_hours` raises.
    """
    with transaction.atomic():
        locked = _lock(calendar, acting_user)
        before = _Edition(locked.name, locked.hours(), locked.public_holidays_until)
        after = replace(
            before,
            name=before.name if name is None else _checked_name(name),
            hours=before.hours if hours is None else hours,
        )
        if keeps_public_holidays is not None and keeps_public_holidays != (
            before.public_holidays_until is not None
        ):
            kept = _with_holidays_kept(after, locked.organisation)
            after = kept if keeps_public_holidays else replace(after, public_holidays_until=None)
        return _put_in_force(locked, before, after, acting_user, apply_to_open_tickets=apply_to_open_tickets)


def add_public_holidays(calendar: Calendar, *, year: int, acting_user: Any) -> Calendar:
    """The next version, closed on the public holidays of the organisation's country in that year.

    Dates that have hours of their own keep them. Raises NotAllowed, StaleVersion, InvalidInput for a year
    far away, NoHolidaysKnown, NoHolidaysMissing.
    """
    this_year = timezone.localdate().year
    if not this_year - _YEARS_BACK <= year <= this_year + _MOST_YEARS_AHEAD:
        raise InvalidInput(_("Choose a year of our time."), field="year")
    with transaction.atomic():
        locked = _lock(calendar, acting_user)
        found = public_holidays(locked.organisation.country, [year])
        if not found:
            raise NoHolidaysKnown(field="year")
        before = _Edition(locked.name, locked.hours(), locked.public_holidays_until)
        days = with_holidays(before.hours.days, found)
        if days == before.hours.days:
            raise NoHolidaysMissing(field="year")
        after = replace(before, hours=replace(before.hours, days=days))
        return _put_in_force(locked, before, after, acting_user)


def keep_up_with_holidays(*, today: date, acting_user: None) -> int:
    """Give calendars that keep the public holidays those of the years to come. Returns how many changed.

    Only years that were never added: a holiday that somebody took out stays out. Running clocks keep
    their version, which knows two years more than it needs.
    """
    last = today.year + YEARS_AHEAD
    behind = list(Calendar.objects.in_force().lacking_holidays_of(last).order_by("pk"))
    for calendar in behind:
        with transaction.atomic():
            locked = _lock(calendar, acting_user)
            until = locked.public_holidays_until or last
            before = _Edition(locked.name, locked.hours(), until)
            found = public_holidays(locked.organisation.country, range(until + 1, last + 1))
            days = with_holidays(before.hours.days, found)
            after = _Edition(before.name, replace(before.hours, days=days), last)
            _put_in_force(locked, before, after, acting_user)
    return len(behind)


def delete_calendar(calendar: Calendar, *, acting_user: Any) -> None:
    """Delete a calendar that nothing uses, with its earlier versions.

    Raises NotAllowed, StaleVersion, and CalendarInUse with what uses it.
    """
    with transaction.atomic():
        locked = _lock(calendar, acting_user)
        uses = what_uses(locked)
        if uses:
            sentence = _("“%(name)s” cannot be deleted. It is used by: %(uses)s.")
            raise CalendarInUse(sentence % {"name": locked.name, "uses": "; ".join(uses)})
        locked.delete()
    logger.info("Calendar %s deleted by %s", calendar.pk, getattr(acting_user, "pk", None))


def what_uses(calendar: Calendar) -> list[str]:
    """What works by a calendar or one of its earlier versions, in words; nothing where nothing does."""
    departments = list(calendar.departments.by_name().values_list("name", flat=True))
    standards = calendar.standards.count()
    words = [_named(departments)] if departments else []
    if standards:
        words.append(ngettext("%(count)d promise", "%(count)d promises", standards) % {"count": standards})
    return words + uses_of_calendar(calendar)


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    left = len(names) - _SHOWN
    if left <= 0:
        return shown
    return ngettext("%(names)s and %(left)d more", "%(names)s and %(left)d more", left) % {
        "names": shown,
        "left": left,
    }


# Beats


def _check_may(acting_user: Any, organisation: Organisation) -> None:
    if acting_user is not None and not has_capability(
        acting_user, Capability.MANAGE_ORGANISATION, organisation.pk
    ):
        raise NotAllowed


def _lock(calendar: Calendar, acting_user: Any) -> Calendar:
    """The calendar's row, locked until the transaction ends, if it is in force and theirs to change."""
    rows = Calendar.objects.select_related("organisation").select_for_update(of=("self",))
    locked = rows.get(pk=calendar.pk)
    _check_may(acting_user, locked.organisation)
    if not locked.is_in_force:
        raise StaleVersion(_("These hours were replaced in the meantime. Look at the present ones."))
    return locked


def _checked_name(name: str) -> str:
    line = clean_line(checked_text(name, field="name", most=80))
    if not line:
        raise InvalidInput(_("Give it a name."), field="name")
    return line


def _check(edition: _Edition) -> None:
    try:
        validate_time_zone(edition.hours.time_zone)
    except ValidationError as error:
        raise InvalidInput(error.messages[0], field="time_zone") from error
    for day in edition.hours.days:
        if not checked_text(day.name, field="exceptions", most=120):
            raise InvalidInput(_("Say what is on %(date)s.") % {"date": day.date}, field="exceptions")
    check_hours(edition.hours)


def _with_holidays_kept(edition: _Edition, organisation: Organisation) -> _Edition:
    """With the public holidays of this year and those to come. Raises NoHolidaysKnown."""
    this_year = timezone.localdate().year
    found = public_holidays(organisation.country, range(this_year, this_year + YEARS_AHEAD + 1))
    if not found:
        raise NoHolidaysKnown(field="keeps_public_holidays")
    days = with_holidays(edition.hours.days, found)
    return _Edition(edition.name, replace(edition.hours, days=days), this_year + YEARS_AHEAD)


def _put_in_force(
    old: Calendar,
    before: _Edition,
    after: _Edition,
    acting_user: Any,
    *,
    apply_to_open_tickets: bool = False,
) -> Calendar:
    calendar = old if after == before else _next_edition(old, after, acting_user)
    if apply_to_open_tickets:
        calendar.open_promises_follow = True
        calendar.save(update_fields=["open_promises_follow"])
        wake_followers()
    return calendar


def _next_edition(old: Calendar, edition: _Edition, acting_user: Any) -> Calendar:
    _check(edition)
    _check_promises(old, edition.hours)
    new = _new_row(old.organisation, edition, acting_user, after=old)
    # First, because only one may be in force; the database asks for the new row at the end.
    Calendar.objects.filter(Q(pk=old.pk) | Q(replaced_by=old)).update(replaced_by_id=new.pk)
    _insert(new, edition.hours)
    Department.objects.filter(calendar=old).update(calendar=new)
    Standard.objects.filter(calendar=old).update(calendar=new)
    logger.info(
        "Calendar %s version %d in force by %s", new.pk, new.version, getattr(acting_user, "pk", None)
    )
    return new


def _check_promises(calendar: Calendar, hours: Hours) -> None:
    """Nothing that is promised may become impossible: every report of that kind would be refused."""
    working, now = hours.working_calendar(), timezone.now()
    for standard in Standard.objects.counted_by(calendar).in_use().with_category():
        try:
            working.add(now, standard.resolve_within_seconds)
        except CalendarNeverOpens as error:
            sentence = _("With these hours, the promise for %(standard)s could not be kept within ten years.")
            raise PromiseOutOfReach(sentence % {"standard": standard}) from error


def _new_row(
    organisation: Organisation, edition: _Edition, acting_user: Any, *, after: Calendar | None = None
) -> Calendar:
    """The row of a version: above its predecessor, and above whatever had this name before."""
    namesakes = Calendar.objects.of_organisation(organisation.pk).with_name(edition.name)
    highest = namesakes.aggregate(highest=Max("version"))["highest"] or 0
    known = acting_user is not None and acting_user.is_authenticated
    return Calendar(
        organisation=organisation,
        name=edition.name,
        version=max(highest, after.version if after else 0) + 1,
        time_zone=edition.hours.time_zone,
        around_the_clock=edition.hours.around_the_clock,
        public_holidays_until=edition.public_holidays_until,
        created_by=acting_user if known else None,
    )


def _insert(calendar: Calendar, hours: Hours) -> None:
    try:
        with transaction.atomic():
            calendar.save(force_insert=True)
    except IntegrityError as error:
        if "calendar_is_in_force_once" in str(error):
            raise CalendarNameTaken(field="name") from error
        raise
    WorkingInterval.objects.bulk_create(
        WorkingInterval(calendar=calendar, weekday=day, starts_minute=begins, ends_minute=ends)
        for day, intervals in enumerate(hours.weekly)
        for begins, ends in intervals
    )
    CalendarException.objects.bulk_create(_rows_of_days(calendar, hours))


def _rows_of_days(calendar: Calendar, hours: Hours) -> Iterable[CalendarException]:
    for day in hours.days:
        spans: Sequence[tuple[int | None, int | None]] = day.hours or [(None, None)]
        for begins, ends in spans:
            yield CalendarException(
                calendar=calendar, date=day.date, name=day.name, starts_minute=begins, ends_minute=ends
            )
