"""Hours change as a new version: who may, what moves to it, what keeps the old one, what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from accounts.enums import Role
from accounts.models import Organisation
from accounts.tests.factories import MembershipFactory, OrganisationFactory, UserFactory
from common.errors import DomainError, InvalidInput, NotAllowed, StaleVersion
from departments.actions.calendars import (
    CalendarInUse,
    CalendarNameTaken,
    NoHolidaysKnown,
    NoHolidaysMissing,
    PromiseOutOfReach,
    add_public_holidays,
    change_calendar,
    create_calendar,
    delete_calendar,
    keep_up_with_holidays,
)
from departments.hours import Hours, OverlappingIntervals, SpecialDay
from departments.models import Calendar, CalendarException, Department, Standard, WorkingInterval
from departments.tasks import keep_up_with_public_holidays
from departments.tests.factories import CategoryFactory, DepartmentFactory, StandardFactory

pytestmark = pytest.mark.django_db

HOUR = 3600
MONDAY = datetime(2026, 3, 16, 6, 0, tzinfo=UTC)
OFFICE = Hours("Africa/Johannesburg", weekly=(((480, 960),),) * 5 + ((), ()))
LONGER = replace(OFFICE, weekly=(((420, 1080),),) * 5 + ((), ()))
CHRISTMAS = date(2026, 12, 25)


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def city() -> Organisation:
    return OrganisationFactory.create()


@pytest.fixture
def boss(city: Organisation) -> Any:
    return MembershipFactory.create(organisation=city, role=Role.ORGANISATION_ADMIN).user


@pytest.fixture
def office(city: Organisation, boss: Any) -> Calendar:
    return create_calendar(city, name="Office hours", hours=OFFICE, acting_user=boss)


def everything() -> list[Any]:
    models = (Calendar, WorkingInterval, CalendarException, Department, Standard)
    return [list(model._default_manager.order_by("pk").values()) for model in models]


@contextmanager
def refused(refusal: type[DomainError]) -> Iterator[pytest.ExceptionInfo[DomainError]]:
    before = everything()
    with pytest.raises(refusal) as caught:
        yield caught
    assert type(caught.value) is refusal
    assert everything() == before


def row(calendar: Calendar) -> Calendar:
    return Calendar.objects.get(pk=calendar.pk)


# New versions


def test_a_calendar_says_what_it_was_given(office: Calendar, boss: Any) -> None:
    assert (row(office).name, office.version, office.hours(), office.created_by) == (
        "Office hours",
        1,
        OFFICE,
        boss,
    )
    assert office.is_in_force


def test_other_hours_are_the_next_version_to_which_departments_and_standards_move(
    office: Calendar, boss: Any
) -> None:
    department = DepartmentFactory.create(organisation=office.organisation, calendar=office)
    standard = StandardFactory.create(category=CategoryFactory.create(department=department), calendar=office)
    elsewhere = DepartmentFactory.create(organisation=office.organisation)

    longer = change_calendar(office, hours=LONGER, acting_user=boss)

    assert (longer.version, longer.name, longer.hours()) == (2, "Office hours", LONGER)
    assert (row(office).hours(), row(office).replaced_by) == (OFFICE, longer)
    department.refresh_from_db()
    standard.refresh_from_db()
    assert (department.calendar, standard.calendar) == (longer, longer)
    assert Department.objects.get(pk=elsewhere.pk).calendar == elsewhere.calendar


def test_every_earlier_version_points_to_the_one_in_force(office: Calendar, boss: Any) -> None:
    second = change_calendar(office, hours=LONGER, acting_user=boss)
    third = change_calendar(second, hours=OFFICE, name="Front desk", acting_user=boss)
    assert third.version == 3
    assert list(third.earlier_versions.newest_first()) == [second, office]
    assert list(Calendar.objects.of_organisation(office.organisation_id).in_force()) == [third]


def test_a_name_that_is_free_again_goes_on_counting(office: Calendar, boss: Any) -> None:
    change_calendar(office, name="Front desk", acting_user=boss)
    again = create_calendar(office.organisation, name="Office hours", hours=LONGER, acting_user=boss)
    assert (again.version, again.is_in_force) == (2, True)


def test_what_says_the_same_is_no_new_version(office: Calendar, boss: Any) -> None:
    before = everything()
    assert change_calendar(office, hours=OFFICE, name=" Office  hours", acting_user=boss) == office
    assert everything() == before


def test_hours_of_a_version_are_read_once_in_a_process(
    office: Calendar, boss: Any, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):
        row_of_it = office.working_calendar()
    with django_assert_num_queries(1):
        assert row(office).working_calendar() is row_of_it
    longer = change_calendar(office, hours=LONGER, acting_user=boss)
    assert longer.working_calendar().weekly[0] == ((420, 1080),)
    assert row(office).working_calendar().weekly[0] == ((480, 960),)


# Refusals


@pytest.mark.parametrize(
    "role", [Role.AGENT, Role.CALL_CENTRE, Role.DEPARTMENT_ADMIN, Role.AUDITOR, Role.RESIDENT, None]
)
def test_only_organisation_admins_decide_on_hours(
    role: Role | None, office: Calendar, city: Organisation
) -> None:
    person = MembershipFactory.create(organisation=city, role=role).user if role else UserFactory.create()
    with refused(NotAllowed):
        change_calendar(office, hours=LONGER, acting_user=person)
    with refused(NotAllowed):
        create_calendar(city, name="Mine", hours=LONGER, acting_user=person)
    with refused(NotAllowed):
        add_public_holidays(office, year=2026, acting_user=person)
    with refused(NotAllowed):
        delete_calendar(office, acting_user=person)


def test_admins_of_another_organisation_decide_nothing_here(office: Calendar) -> None:
    foreign = MembershipFactory.create(role=Role.ORGANISATION_ADMIN).user
    with refused(NotAllowed):
        change_calendar(office, hours=LONGER, acting_user=foreign)


def test_a_version_that_was_replaced_cannot_be_changed(office: Calendar, boss: Any) -> None:
    change_calendar(office, hours=LONGER, acting_user=boss)
    for act in (change_calendar, delete_calendar):
        with refused(StaleVersion):
            act(office, acting_user=boss)
    with refused(StaleVersion):
        add_public_holidays(office, year=2026, acting_user=boss)


def test_hours_that_nobody_can_work_by_are_refused(office: Calendar, boss: Any) -> None:
    overlapping = replace(OFFICE, weekly=(((480, 720), (700, 960)),) + ((),) * 6)
    with refused(OverlappingIntervals):
        change_calendar(office, hours=overlapping, acting_user=boss)
    with refused(OverlappingIntervals):
        create_calendar(office.organisation, name="Other", hours=overlapping, acting_user=boss)


@pytest.mark.parametrize(
    ("hours", "field"),
    [
        (replace(OFFICE, time_zone="Mars/Olympus"), "time_zone"),
        (replace(OFFICE, days=(SpecialDay(CHRISTMAS, " "),)), "exceptions"),
        (replace(OFFICE, days=(SpecialDay(CHRISTMAS, "x" * 121),)), "exceptions"),
        (replace(OFFICE, days=(SpecialDay(CHRISTMAS, "a\x00b"),)), "exceptions"),
    ],
)
def test_what_cannot_be_kept_is_refused(hours: Hours, field: str, office: Calendar, boss: Any) -> None:
    with refused(InvalidInput) as caught:
        change_calendar(office, hours=hours, acting_user=boss)
    assert caught.value.field == field


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\x00b"])
def test_a_name_is_needed(name: str, office: Calendar, boss: Any) -> None:
    with refused(InvalidInput) as caught:
        change_calendar(office, name=name, acting_user=boss)
    assert caught.value.field == "name"


def test_two_calendars_in_force_cannot_have_one_name(office: Calendar, boss: Any) -> None:
    city = office.organisation
    other = create_calendar(city, name="Emergencies", hours=LONGER, acting_user=boss)
    with refused(CalendarNameTaken):
        create_calendar(city, name="Office hours", hours=LONGER, acting_user=boss)
    with refused(CalendarNameTaken):
        change_calendar(other, name="Office hours", acting_user=boss)


def test_hours_by_which_a_promise_could_not_be_kept_are_refused(office: Calendar, boss: Any) -> None:
    category = CategoryFactory.create(
        department=DepartmentFactory.create(organisation=office.organisation, calendar=office)
    )
    standard = StandardFactory.create(category=category)
    once = replace(OFFICE, weekly=((),) * 7, days=(SpecialDay(CHRISTMAS, "Open for once", ((480, 960),)),))
    with refused(PromiseOutOfReach) as caught:
        change_calendar(office, hours=once, acting_user=boss)
    assert str(standard) in caught.value.message


# Public holidays


def test_public_holidays_of_a_year_are_added_beside_what_is_there(office: Calendar, boss: Any) -> None:
    half = SpecialDay(date(2026, 12, 16), "Half a day", ((480, 720),))
    own = change_calendar(office, hours=replace(OFFICE, days=(half,)), acting_user=boss)
    closed = add_public_holidays(own, year=2026, acting_user=boss)
    days = {day.date: day for day in closed.hours().days}
    assert days[half.date] == half
    assert days[date(2026, 8, 10)] == SpecialDay(date(2026, 8, 10), "National Women's Day (observed)")
    assert {day.year for day in days} == {2026}
    assert closed.public_holidays_until is None
    assert closed.working_calendar().is_open(datetime(2026, 8, 10, 9, 0, tzinfo=UTC)) is False


def test_a_holiday_can_be_changed_and_taken_out(office: Calendar, boss: Any) -> None:
    closed = add_public_holidays(office, year=2026, acting_user=boss)
    days = tuple(
        replace(day, hours=((480, 720),)) if day.date == date(2026, 12, 16) else day
        for day in closed.hours().days
        if day.date != date(2026, 9, 24)
    )
    changed = change_calendar(closed, hours=replace(closed.hours(), days=days), acting_user=boss)
    working = changed.working_calendar()
    assert working.is_open(datetime(2026, 9, 24, 9, 0, tzinfo=UTC)) is True
    assert working.hours_on(date(2026, 12, 16)) == ((480, 720),)


def test_holidays_that_are_there_already_are_not_added_again(office: Calendar, boss: Any) -> None:
    closed = add_public_holidays(office, year=2026, acting_user=boss)
    with refused(NoHolidaysMissing):
        add_public_holidays(closed, year=2026, acting_user=boss)


@pytest.mark.parametrize("year", [0, -1, 1999, 2037, 99999])
def test_holidays_of_a_year_far_away_are_refused(year: int, office: Calendar, boss: Any) -> None:
    with refused(InvalidInput) as caught:
        add_public_holidays(office, year=year, acting_user=boss)
    assert caught.value.field == "year"


def test_a_country_without_known_holidays_says_so(office: Calendar, boss: Any) -> None:
    Organisation.objects.update(country="XX")
    with refused(NoHolidaysKnown):
        add_public_holidays(office, year=2026, acting_user=boss)
    with refused(NoHolidaysKnown):
        change_calendar(office, keeps_public_holidays=True, acting_user=boss)


def test_a_calendar_that_keeps_the_holidays_has_those_of_two_years_to_come(
    office: Calendar, boss: Any
) -> None:
    kept = change_calendar(office, keeps_public_holidays=True, acting_user=boss)
    assert {day.date.year for day in kept.hours().days} == {2026, 2027, 2028}
    assert kept.public_holidays_until == 2028
    alone = change_calendar(kept, keeps_public_holidays=False, acting_user=boss)
    assert (alone.public_holidays_until, alone.hours()) == (None, kept.hours())


def test_each_year_brings_its_holidays_and_none_that_were_taken_out(
    office: Calendar, city: Organisation, boss: Any
) -> None:
    kept = change_calendar(office, keeps_public_holidays=True, acting_user=boss)
    without = tuple(day for day in kept.hours().days if day.date != date(2027, 9, 24))
    kept = change_calendar(kept, hours=replace(kept.hours(), days=without), acting_user=boss)
    by_hand = create_calendar(city, name="By hand", hours=OFFICE, acting_user=boss)
    assert keep_up_with_public_holidays() == 0

    assert keep_up_with_holidays(today=date(2027, 1, 1), acting_user=None) == 1

    kept = row(kept).replaced_by or kept
    days = {day.date for day in kept.hours().days}
    assert (kept.version, kept.public_holidays_until, kept.created_by) == (4, 2029, None)
    assert date(2027, 9, 24) not in days
    assert date(2029, 9, 24) in days
    assert row(by_hand).is_in_force
    assert keep_up_with_holidays(today=date(2027, 6, 1), acting_user=None) == 0


# Deleting


def test_a_calendar_that_nothing_uses_is_deleted_with_its_versions(office: Calendar, boss: Any) -> None:
    longer = change_calendar(office, hours=LONGER, acting_user=boss)
    delete_calendar(longer, acting_user=boss)
    assert (Calendar.objects.count(), WorkingInterval.objects.count()) == (0, 0)


def test_a_calendar_in_use_says_what_uses_it(office: Calendar, boss: Any) -> None:
    names = ["Electricity", "Health", "Roads", "Water"]
    for name in names:
        DepartmentFactory.create(organisation=office.organisation, calendar=office, name=name)
    StandardFactory.create(
        category=CategoryFactory.create(
            department=DepartmentFactory.create(organisation=office.organisation)
        ),
        calendar=office,
    )
    with refused(CalendarInUse) as caught:
        delete_calendar(office, acting_user=boss)
    assert caught.value.message == (
        "“Office hours” cannot be deleted. It is used by: Electricity, Health, Roads and 1 more; 1 promise."
    )


# What the database says itself


@pytest.mark.parametrize(
    ("spans", "constraint"),
    [
        ([(0, 480, 720), (0, 700, 960)], "workinginterval_overlaps_none"),
        ([(0, 1320, 1800), (1, 300, 540)], "workinginterval_overlaps_none"),
        ([(6, 1320, 1800), (0, 359, 540)], "workinginterval_overlaps_none"),
        ([(0, 960, 480)], "workinginterval_ends_after_start"),
        ([(0, 480, 480)], "workinginterval_ends_after_start"),
        ([(0, 480, 1921)], "workinginterval_begins_on_its_day"),
        ([(0, 1440, 1500)], "workinginterval_begins_on_its_day"),
        ([(7, 480, 960)], "workinginterval_weekday_is_known"),
    ],
)
def test_the_database_refuses_hours_that_nobody_can_work_by(
    spans: list[tuple[int, int, int]], constraint: str, city: Organisation
) -> None:
    calendar = Calendar.objects.create(organisation=city, name="Raw")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        WorkingInterval.objects.bulk_create(
            WorkingInterval(calendar=calendar, weekday=day, starts_minute=begins, ends_minute=ends)
            for day, begins, ends in spans
        )
    assert WorkingInterval.objects.count() == 0


def test_the_database_takes_hours_that_only_touch(city: Organisation) -> None:
    calendar = Calendar.objects.create(organisation=city, name="Raw")
    for day, begins, ends in [(6, 1320, 1800), (0, 360, 720), (0, 720, 1440), (1, 0, 60)]:
        WorkingInterval.objects.create(calendar=calendar, weekday=day, starts_minute=begins, ends_minute=ends)
    other = Calendar.objects.create(organisation=city, name="Other")
    WorkingInterval.objects.create(calendar=other, weekday=0, starts_minute=360, ends_minute=720)
    assert WorkingInterval.objects.count() == 5


@pytest.mark.parametrize(
    ("spans", "constraint"),
    [
        ([(480, 720), (700, 960)], "calendarexception_overlaps_none"),
        ([(None, None), (480, 960)], "calendarexception_overlaps_none"),
        ([(None, None), (None, None)], "calendarexception_"),
        ([(960, 480)], "calendarexception_ends_after_start"),
        ([(480, None)], "calendarexception_ends_after_start"),
        ([(480, 1921)], "calendarexception_begins_on_its_day"),
    ],
)
def test_the_database_refuses_dates_that_contradict_themselves(
    spans: list[tuple[int | None, int | None]], constraint: str, city: Organisation
) -> None:
    calendar = Calendar.objects.create(organisation=city, name="Raw")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        CalendarException.objects.bulk_create(
            CalendarException(
                calendar=calendar, date=CHRISTMAS, name="x", starts_minute=begins, ends_minute=ends
            )
            for begins, ends in spans
        )
    assert CalendarException.objects.count() == 0


def test_the_database_has_one_version_in_force(office: Calendar) -> None:
    with pytest.raises(IntegrityError, match="calendar_is_in_force_once"), transaction.atomic():
        Calendar.objects.create(organisation=office.organisation, name=office.name, version=7)
    with pytest.raises(IntegrityError, match="calendar_does_not_replace_itself"), transaction.atomic():
        Calendar.objects.filter(pk=office.pk).update(replaced_by=office.pk)


@pytest.mark.parametrize(
    ("targets", "constraint"),
    [
        ((0, 3600), "standard_targets_are_positive"),
        ((3600, 60), "standard_targets_are_positive"),
        ((60, 2_000_000_000), "standard_targets_are_in_reach"),
    ],
)
def test_the_database_refuses_promises_without_a_time(targets: tuple[int, int], constraint: str) -> None:
    respond, resolve = targets
    category = CategoryFactory.create()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Standard.objects.create(
            category=category, respond_within_seconds=respond, resolve_within_seconds=resolve
        )
    assert Standard.objects.count() == 0
