"""Shifts and leave: who is there when, in Python and in SQL alike, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.enums import Role
from accounts.models import User
from common.errors import DomainError, InvalidInput, NotAllowed
from departments.actions.presence import (
    InvalidShift,
    LeaveEndsBeforeStart,
    LeaveOverlaps,
    ShiftsOverlap,
    TooManyShifts,
    cancel_leave,
    change_leave,
    set_shifts,
    take_leave,
)
from departments.balancing import Kind, Seat
from departments.models import Department, DepartmentMember, Leave, Shift
from departments.presence import (
    MINUTES_A_WEEK,
    WeeklyShift,
    clock_span,
    is_on_shift,
    minute_of_week,
    shifts_overlap,
)
from departments.tests.factories import (
    CategoryFactory,
    DepartmentFactory,
    RegionFactory,
    WardFactory,
    staff_member,
)

MONDAY, FRIDAY, SUNDAY = 0, 4, 6
PRETORIA = ZoneInfo("Africa/Johannesburg")
NIGHT: WeeklyShift = (SUNDAY, 22 * 60, 30 * 60)

# No example depends on how busy the machine is.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

some_shifts = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 1439), st.integers(1, 1440)).map(
        lambda shift: (shift[0], shift[1], shift[1] + shift[2])
    ),
    max_size=4,
)
moments = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001
    max_value=datetime(2026, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)


# Arithmetic


@pytest.mark.parametrize(
    ("shifts", "moment", "expected"),
    [
        ([], datetime(2026, 11, 28, 3, 0, tzinfo=PRETORIA), True),
        ([(MONDAY, 480, 960)], datetime(2026, 11, 23, 8, 0, tzinfo=PRETORIA), True),
        ([(MONDAY, 480, 960)], datetime(2026, 11, 23, 7, 59, 59, tzinfo=PRETORIA), False),
        ([(MONDAY, 480, 960)], datetime(2026, 11, 23, 16, 0, tzinfo=PRETORIA), False),
        ([(MONDAY, 480, 960)], datetime(2026, 11, 24, 9, 0, tzinfo=PRETORIA), False),
        # Sunday night is Monday morning.
        ([NIGHT], datetime(2026, 11, 23, 5, 59, tzinfo=PRETORIA), True),
        ([NIGHT], datetime(2026, 11, 23, 6, 0, tzinfo=PRETORIA), False),
        ([NIGHT], datetime(2026, 11, 22, 22, 0, tzinfo=PRETORIA), True),
    ],
)
def test_on_shift_is_from_the_first_minute_to_before_the_last(
    shifts: list[WeeklyShift], moment: datetime, expected: bool
) -> None:
    assert is_on_shift(shifts, minute_of_week(moment, PRETORIA)) == expected


def test_a_shift_reads_as_people_write_it() -> None:
    assert [clock_span(480, 990), clock_span(1320, 1800), clock_span(0, 1440)] == [
        "08:00-16:30",
        "22:00-06:00",
        "00:00-24:00",
    ]


@settings(UNHURRIED)
@given(some_shifts)
def test_shifts_overlap_where_a_minute_belongs_to_two(shifts: list[WeeklyShift]) -> None:
    covered = [
        minute % MINUTES_A_WEEK
        for weekday, start, end in shifts
        for minute in range(weekday * 1440 + start, weekday * 1440 + end)
    ]
    assert shifts_overlap(shifts) == (len(covered) != len(set(covered)))


# The same in SQL


def keep(member: DepartmentMember, shifts: Sequence[WeeklyShift]) -> None:
    """As the table has them, also where two overlap: the rule is the same."""
    member.shifts.all().delete()
    for weekday, start, end in shifts:
        if not shifts_overlap(
            [*member.shifts.values_list("weekday", "starts_minute", "ends_minute"), (weekday, start, end)]
        ):
            Shift.objects.create(member=member, weekday=weekday, starts_minute=start, ends_minute=end)


class SqlAgreesTests(TestCase):
    """Hypothesis with the database: each example in a transaction that is undone."""

    @settings(UNHURRIED, max_examples=60)
    @given(shifts=some_shifts, at=moments, zone=st.sampled_from(["Africa/Johannesburg", "America/New_York"]))
    def test_the_database_and_the_arithmetic_agree_who_is_on_shift(
        self, shifts: list[WeeklyShift], at: datetime, zone: str
    ) -> None:
        member = member_of(DepartmentFactory.create())
        member.department.calendar.time_zone = zone
        member.department.calendar.save(update_fields=["time_zone"])
        keep(member, shifts)
        kept = list(member.shifts.values_list("weekday", "starts_minute", "ends_minute"))
        expected = is_on_shift(kept, minute_of_week(at, ZoneInfo(zone)))
        shown = DepartmentMember.objects.with_presence(at).get(pk=member.pk)
        assert DepartmentMember.objects.on_duty(at).exists() == expected == shown.is_on_shift  # type: ignore[attr-defined]


pytestmark = pytest.mark.django_db


def member_of(department: Department) -> DepartmentMember:
    return staff_member(department).department_memberships.get()


@pytest.fixture
def department() -> Department:
    return DepartmentFactory.create()


@pytest.fixture
def member(department: Department) -> DepartmentMember:
    return member_of(department)


@pytest.fixture
def admin(department: Department) -> User:
    return staff_member(department, role=Role.DEPARTMENT_ADMIN)


def test_leave_goes_by_the_days_of_the_departments_own_zone(member: DepartmentMember) -> None:
    Leave.objects.create(member=member, starts_on=date(2026, 12, 24), ends_on=date(2026, 12, 26))

    def is_there(at: datetime) -> bool:
        return DepartmentMember.objects.on_duty(at).filter(pk=member.pk).exists()

    # Midnight in Pretoria is 22:00 in UTC.
    first, after = datetime(2026, 12, 23, 22, tzinfo=UTC), datetime(2026, 12, 26, 22, tzinfo=UTC)
    second = timedelta(seconds=1)
    assert [is_there(at) for at in (first - second, first, after - second, after)] == [
        True,
        False,
        False,
        True,
    ]
    shown = DepartmentMember.objects.with_presence(first).get(pk=member.pk)
    assert shown.on_leave_until == date(2026, 12, 26)  # type: ignore[attr-defined]


def test_the_database_and_the_balancer_agree_who_can_take_what(department: Department) -> None:
    city = department.organisation
    categories = [CategoryFactory.create(department=department) for _category in range(2)]
    regions = [RegionFactory.create(organisation=city) for _region in range(2)]
    wards = [WardFactory.create(organisation=city, region=region) for region in regions]
    at = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
    listed: list[tuple[list[Any], list[Any], list[Any]]] = [
        ([], [], []),
        ([categories[0]], [], []),
        ([], [regions[0]], []),
        ([], [], [wards[1]]),
        ([categories[1]], [regions[0]], [wards[1]]),
    ]
    for skills, areas, places in listed:
        row = member_of(department)
        row.skills.set(skills)
        row.regions.set(areas)
        row.wards.set(places)
    for category in (None, *categories):
        for ward in (None, *wards):
            region_id = ward.region_id if ward else None
            kind = Kind(category.pk if category else None, ward.pk if ward else None, region_id)
            able = DepartmentMember.objects.able_to_take(
                department_id=department.pk,
                category_id=kind.category_id,
                ward_id=kind.ward_id,
                region_id=kind.region_id,
                at=at,
            )
            expected = {row.pk for row in department.members.all() if seat_of(row).can_take(kind)}
            assert set(able.values_list("pk", flat=True)) == expected


def seat_of(row: DepartmentMember) -> Seat:
    listed: dict[str, Any] = {
        name: frozenset(getattr(row, name).values_list("pk", flat=True))
        for name in ("skills", "regions", "wards")
    }
    return Seat(row.pk, row.capacity, row.open_tickets, **listed)


# Actions


def week_of(member: DepartmentMember) -> list[WeeklyShift]:
    return list(member.shifts.in_order().values_list("weekday", "starts_minute", "ends_minute"))


def test_a_department_admin_sets_the_week_of_a_member(member: DepartmentMember, admin: User) -> None:
    set_shifts(member, [(MONDAY, 480, 960), NIGHT], acting_user=admin)
    assert week_of(member) == [(MONDAY, 480, 960), NIGHT]
    set_shifts(member, [(FRIDAY, 0, 1440)], acting_user=admin)
    assert week_of(member) == [(FRIDAY, 0, 1440)]
    set_shifts(member, [], acting_user=admin)
    assert week_of(member) == []


@pytest.mark.parametrize(
    ("shifts", "refusal"),
    [
        ([(MONDAY, 480, 480)], InvalidShift),
        ([(MONDAY, 960, 480)], InvalidShift),
        ([(MONDAY, 1440, 1500)], InvalidShift),
        ([(MONDAY, 480, 480 + 1441)], InvalidShift),
        ([(7, 480, 960)], InvalidShift),
        ([(-1, 480, 960)], InvalidShift),
        ([(MONDAY, 480, 960), (MONDAY, 900, 1000)], ShiftsOverlap),
        ([NIGHT, (MONDAY, 300, 400)], ShiftsOverlap),
        ([(day, hour, hour + 1) for day in range(7) for hour in range(5)], TooManyShifts),
    ],
)
def test_a_week_that_cannot_be_is_refused_and_the_old_one_stays(
    member: DepartmentMember, admin: User, shifts: list[WeeklyShift], refusal: type[DomainError]
) -> None:
    set_shifts(member, [(MONDAY, 480, 960)], acting_user=admin)
    with pytest.raises(refusal):
        set_shifts(member, shifts, acting_user=admin)
    assert week_of(member) == [(MONDAY, 480, 960)]


def test_nobody_sets_their_own_shifts_or_those_of_others(member: DepartmentMember) -> None:
    elsewhere = DepartmentFactory.create(organisation=member.department.organisation)
    foreign = staff_member(DepartmentFactory.create(), role=Role.ORGANISATION_ADMIN)
    for person in (member.user, staff_member(elsewhere, role=Role.DEPARTMENT_ADMIN), foreign):
        with pytest.raises(NotAllowed):
            set_shifts(member, [(MONDAY, 480, 960)], acting_user=person)
    assert week_of(member) == []


def test_people_take_leave_themselves_and_come_back_early(member: DepartmentMember) -> None:
    leave = take_leave(
        member,
        starts_on=date(2026, 12, 24),
        ends_on=date(2026, 12, 26),
        reason=" The  sea ",
        acting_user=member.user,
    )
    assert leave.reason == "The sea"
    change_leave(
        leave, starts_on=date(2026, 12, 24), ends_on=date(2026, 12, 24), reason="", acting_user=member.user
    )
    assert list(member.leaves.values_list("starts_on", "ends_on", "reason")) == [
        (date(2026, 12, 24), date(2026, 12, 24), "")
    ]
    cancel_leave(leave, acting_user=member.user)
    assert member.leaves.count() == 0


def test_leave_of_others_is_for_who_manages_the_department(member: DepartmentMember, admin: User) -> None:
    leave = take_leave(member, starts_on=date(2026, 12, 24), ends_on=date(2026, 12, 26), acting_user=admin)
    before = list(Leave.objects.values())
    colleague = staff_member(member.department)
    foreign = staff_member(DepartmentFactory.create(), role=Role.ORGANISATION_ADMIN)
    days: dict[str, Any] = {"starts_on": date(2027, 1, 4), "ends_on": date(2027, 1, 5)}
    for person in (colleague, foreign):
        with pytest.raises(NotAllowed):
            take_leave(member, **days, acting_user=person)
        with pytest.raises(NotAllowed):
            change_leave(leave, **days, reason="", acting_user=person)
        with pytest.raises(NotAllowed):
            cancel_leave(leave, acting_user=person)
    assert list(Leave.objects.values()) == before


def test_leave_that_cannot_be_is_refused_and_changes_nothing(member: DepartmentMember) -> None:
    leave = take_leave(
        member, starts_on=date(2026, 12, 24), ends_on=date(2026, 12, 26), acting_user=member.user
    )
    other = take_leave(member, starts_on=date(2027, 1, 4), ends_on=date(2027, 1, 4), acting_user=member.user)
    before = list(Leave.objects.order_by("pk").values())
    refused: list[tuple[date, date, str, type[DomainError]]] = [
        (date(2026, 12, 26), date(2026, 12, 28), "", LeaveOverlaps),
        (date(2026, 12, 1), date(2026, 12, 31), "", LeaveOverlaps),
        (date(2026, 11, 5), date(2026, 11, 4), "", LeaveEndsBeforeStart),
        (date(2026, 11, 4), date(2026, 11, 4), "x" * 201, InvalidInput),
        (date(2026, 11, 4), date(2026, 11, 4), "bell \a", InvalidInput),
    ]
    for first, last, reason, refusal in refused:
        with pytest.raises(refusal):
            take_leave(member, starts_on=first, ends_on=last, reason=reason, acting_user=member.user)
        if refusal is not LeaveOverlaps:
            with pytest.raises(refusal):
                change_leave(leave, starts_on=first, ends_on=last, reason=reason, acting_user=member.user)
    with pytest.raises(LeaveOverlaps):
        change_leave(
            other, starts_on=date(2026, 12, 25), ends_on=date(2027, 1, 4), reason="", acting_user=member.user
        )
    assert list(Leave.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("row", "constraint"),
    [
        (Shift(weekday=7, starts_minute=0, ends_minute=60), "shift_weekday_is_known"),
        (Shift(weekday=0, starts_minute=60, ends_minute=60), "shift_ends_within_a_day"),
        (Shift(weekday=0, starts_minute=1440, ends_minute=1500), "shift_ends_within_a_day"),
        (Shift(weekday=0, starts_minute=0, ends_minute=1441), "shift_ends_within_a_day"),
        (Shift(weekday=1, starts_minute=0, ends_minute=60), "shift_does_not_overlap"),
        (Leave(starts_on=date(2026, 1, 2), ends_on=date(2026, 1, 1)), "leave_ends_after_start"),
        (Leave(starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 9)), "leave_does_not_overlap"),
    ],
)
def test_the_database_refuses_what_the_actions_forgot(
    member: DepartmentMember, row: Shift | Leave, constraint: str
) -> None:
    Shift.objects.create(member=member, weekday=0, starts_minute=1320, ends_minute=1480)
    Leave.objects.create(member=member, starts_on=date(2026, 3, 9), ends_on=date(2026, 3, 10))
    row.member = member
    row._state.adding, row.pk = True, type(row)().pk
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row.save(force_insert=True)
