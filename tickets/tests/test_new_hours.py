"""Running clocks and what changes beside them: hours, standards, priorities, categories."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from common.errors import DomainError
from departments.actions.calendars import CalendarInUse, change_calendar, delete_calendar
from departments.actions.standards import (
    StandardInUse,
    change_standard,
    create_standard,
    delete_standard,
)
from departments.enums import Priority
from departments.hours import Hours
from departments.models import Calendar, Category, Standard
from departments.tests.factories import CategoryFactory, StandardFactory, office_hours, staff_member
from tickets.actions.lifecycle import resolve_ticket, respond
from tickets.actions.movement import change_priority, route_ticket
from tickets.actions.new_hours import follow_calendars
from tickets.actions.verification import dispute_resolution
from tickets.enums import ClockState, EventKind, Promise, Status
from tickets.models import Clock, Ticket
from tickets.tests.api import ROOT, api_client, assert_problem
from tickets.tests.cast import Scene, set_scene, ticket_in
from tickets.tests.factories import report_ticket

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 16, 6, 0, tzinfo=UTC)  # eight o'clock in Pretoria
HOUR = timedelta(hours=1)
LONGER = Hours("Africa/Johannesburg", weekly=(((480, 1200),),) * 7)


@pytest.fixture
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def scene(travel: time_machine.Traveller) -> Scene:
    """Eight hours a day from Monday to Friday; a fix within 24 of them."""
    scene = set_scene()
    office_hours(scene.department.calendar)
    return scene


def clock(ticket: Ticket, promise: Promise = Promise.RESOLVE) -> Clock:
    return ticket.clocks.select_related("calendar").get(promise=promise)


def row(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def test_a_running_clock_keeps_the_hours_it_started_with(
    scene: Scene, travel: time_machine.Traveller
) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    before = clock(ticket)
    longer = change_calendar(before.calendar, hours=LONGER, acting_user=None)
    assert follow_calendars(acting_user=None) == 0
    assert (clock(ticket).calendar, row(ticket).due_at) == (before.calendar, MONDAY + 56 * HOUR)
    travel.shift(4 * HOUR)
    respond(ticket, message="Where?", acting_user=None)
    assert (clock(ticket).calendar, clock(ticket).elapsed_seconds) == (before.calendar, 4 * 3600)
    fresh = report_ticket(Category.objects.get(pk=scene.category.pk))
    assert clock(fresh).calendar == longer


def test_open_tickets_follow_when_somebody_says_so(scene: Scene, travel: time_machine.Traveller) -> None:
    ticket, done = ticket_in(Status.OPEN, scene), ticket_in(Status.RESOLVED, scene)
    calendar = clock(ticket).calendar
    travel.shift(8 * HOUR)
    longer = change_calendar(calendar, hours=LONGER, apply_to_open_tickets=True, acting_user=None)
    assert [follow_calendars(acting_user=None) for _run in range(2)] == [1, 0]
    moved = clock(ticket)
    # Eight hours were used up; four are left of Monday, twelve on Tuesday.
    assert (moved.calendar, moved.elapsed_seconds) == (longer, 8 * 3600)
    assert row(ticket).due_at == moved.due_at == MONDAY + 36 * HOUR
    event = ticket.events.get(kind=EventKind.HOURS_CHANGED)
    assert (event.data["to"], list(event.changes)) == (f"{longer.name} (v2)", ["due_at"])
    assert clock(done).calendar == calendar


def test_what_ran_out_by_the_old_hours_is_not_acquitted(scene: Scene, travel: time_machine.Traveller) -> None:
    ticket = ticket_in(Status.IN_PROGRESS, scene)
    due_at = clock(ticket).due_at
    travel.shift(timedelta(days=5))
    rarer = Hours("Africa/Johannesburg", weekly=(((480, 540),), *((),) * 6))
    change_calendar(clock(ticket).calendar, hours=rarer, apply_to_open_tickets=True, acting_user=None)
    assert follow_calendars(acting_user=None) == 0
    assert (clock(ticket).state, clock(ticket).breached_at) == (ClockState.BREACHED, due_at)


def test_a_paused_clock_follows_when_it_goes_on(scene: Scene, travel: time_machine.Traveller) -> None:
    ticket = ticket_in(Status.RESPONDED, scene)
    longer = change_calendar(
        clock(ticket).calendar, hours=LONGER, apply_to_open_tickets=True, acting_user=None
    )
    assert follow_calendars(acting_user=None) == 1
    paused = clock(ticket)
    assert (paused.state, paused.calendar, paused.due_at) == (ClockState.PAUSED, longer, None)


def test_the_page_says_how_many_run_by_earlier_hours_and_lets_them_follow(scene: Scene) -> None:
    ticket_in(Status.OPEN, scene)
    longer = change_calendar(scene.department.calendar, hours=LONGER, acting_user=None)
    client = Client()
    client.force_login(staff_member(scene.department, role=Role.ORGANISATION_ADMIN))
    page = reverse("admin:departments_calendar_change", args=[longer.pk])
    assert "1 open ticket still runs by earlier hours" in client.get(page).content.decode()
    assert client.post(page, {"act": "follow"}).status_code == 302
    assert Calendar.objects.get(pk=longer.pk).open_promises_follow is True
    follow_calendars(acting_user=None)
    assert "earlier hours" not in client.get(page).content.decode()


# Standards


def test_a_standard_changes_for_new_clocks_only(scene: Scene) -> None:
    old, standard = ticket_in(Status.OPEN, scene), scene.category.standards.get()
    changed = change_standard(
        standard, acting_user=scene.cast.department_admin, resolve_within_seconds=16 * 3600
    )
    assert changed.resolve_within_seconds == 16 * 3600
    assert clock(old).target_seconds == 24 * 3600
    assert clock(ticket_in(Status.OPEN, scene)).target_seconds == 16 * 3600
    change_standard(standard, acting_user=scene.cast.department_admin, is_active=False)
    assert ticket_in(Status.OPEN, scene).clocks.count() == 0
    assert clock(old).state == ClockState.RUNNING


def test_what_was_promised_to_somebody_is_not_deleted(scene: Scene) -> None:
    ticket_in(Status.CLOSED, scene)
    standard = scene.category.standards.get()
    with pytest.raises(StandardInUse) as refusal:
        delete_standard(standard, acting_user=scene.cast.department_admin)
    assert refusal.value.message == (
        f"“{standard}” was promised to 1 ticket and stays on record. Switch it off instead."
    )
    with pytest.raises(CalendarInUse, match="1 ticket"):
        delete_calendar(scene.department.calendar, acting_user=None)
    assert Standard.objects.filter(pk=standard.pk).exists()


def test_over_http_too_what_was_promised_to_somebody_stays(scene: Scene) -> None:
    admin = scene.cast.organisation_admin
    ticket_in(Status.CLOSED, scene)
    standard, calendar = scene.category.standards.get(), scene.department.calendar
    before = list(Standard.objects.values()), list(Calendar.objects.values()), list(Clock.objects.values())
    for path, code in (
        (f"standards/{standard.pk}", "standard_in_use"),
        (f"calendars/{calendar.pk}", "calendar_in_use"),
    ):
        problem = assert_problem(api_client(admin).delete(f"{ROOT}/{path}/"), 409, code)
        assert "1 ticket" in problem["detail"]
    after = list(Standard.objects.values()), list(Calendar.objects.values()), list(Clock.objects.values())
    assert after == before


def test_a_promise_that_nobody_got_is_deleted(scene: Scene) -> None:
    standard = StandardFactory.create(category=scene.category, priority=Priority.LOW)
    delete_standard(standard, acting_user=scene.cast.department_admin)
    assert not Standard.objects.filter(pk=standard.pk).exists()


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"respond_within_seconds": 0}, "target_not_positive"),
        ({"resolve_within_seconds": 0}, "target_not_positive"),
        ({"respond_within_seconds": -1}, "target_not_positive"),
        ({"respond_within_seconds": None}, "target_not_positive"),
        ({"respond_within_seconds": 7200, "resolve_within_seconds": 3600}, "targets_inverted"),
        ({"resolve_within_seconds": 10**9}, "target_too_long"),
        ({"resolve_within_seconds": 300_000_000}, "promise_out_of_reach"),
        ({"colour": "red"}, "invalid"),
    ],
)
def test_a_promise_that_makes_no_sense_is_refused(terms: dict[str, Any], code: str, scene: Scene) -> None:
    admin, standard = scene.cast.department_admin, scene.category.standards.get()
    before = list(Standard.objects.order_by("pk").values())
    good = {"respond_within_seconds": 3600, "resolve_within_seconds": 7200}
    acts = [
        lambda: change_standard(standard, acting_user=admin, **terms),
        lambda: create_standard(
            scene.category, priority=Priority.LOW, acting_user=admin, **{**good, **terms}
        ),
    ]
    for act in acts:
        with pytest.raises(DomainError) as refusal:
            act()  # type: ignore[no-untyped-call]
        assert refusal.value.code == code
        assert list(Standard.objects.order_by("pk").values()) == before


def test_another_departments_admin_promises_nothing_here(scene: Scene) -> None:
    standard = scene.category.standards.get()
    for person in (scene.cast.other_department_admin, scene.cast.own_agent, scene.cast.foreign_admin):
        with pytest.raises(DomainError) as refusal:
            change_standard(standard, acting_user=person, respond_within_seconds=60)
        assert refusal.value.code == "not_allowed"


# Priority and category


def test_a_priority_that_changed_while_the_fix_was_checked_counts_when_it_is_disputed(
    scene: Scene, travel: time_machine.Traveller
) -> None:
    urgent = StandardFactory.create(
        category=scene.category, priority=Priority.URGENT, resolve_within_seconds=6 * 3600
    )
    ticket = ticket_in(Status.OPEN, scene)
    travel.shift(4 * HOUR)
    resolve_ticket(ticket, note="Done.", acting_user=None)
    travel.shift(HOUR)
    change_priority(ticket, priority=Priority.URGENT, reason="Hospital.", acting_user=None)
    assert (clock(ticket).state, clock(ticket).target_seconds) == (ClockState.MET, 24 * 3600)
    travel.shift(HOUR)
    dispute_resolution(ticket, reason="Runs.", acting_user=scene.cast.reporter)
    assert (clock(ticket).standard, clock(ticket).elapsed_seconds) == (urgent, 4 * 3600)
    assert row(ticket).due_at == MONDAY + 8 * HOUR


def test_a_category_without_a_promise_does_not_end_the_one_that_was_given(scene: Scene) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    before = clock(ticket)
    route_ticket(ticket, category=CategoryFactory.create(department=scene.department), acting_user=None)
    after = clock(ticket)
    assert (after.state, after.due_at, after.standard) == (
        ClockState.RUNNING,
        before.due_at,
        before.standard,
    )


def test_a_promise_that_has_run_out_is_not_paused(scene: Scene, travel: time_machine.Traveller) -> None:
    ticket = ticket_in(Status.IN_PROGRESS, scene)
    due_at = clock(ticket).due_at
    travel.shift(timedelta(days=7))
    respond(ticket, message="Where?", acting_user=None)
    assert (clock(ticket).state, row(ticket).expired_at) == (ClockState.BREACHED, due_at)


def test_the_calendars_zone_counts_and_not_the_organisations(scene: Scene) -> None:
    calendar = Calendar.objects.create(
        organisation=scene.organisation, name="Amsterdam", time_zone="Europe/Amsterdam"
    )
    office_hours(calendar)
    Standard.objects.update(calendar=calendar)
    # Eight in Pretoria is seven in Amsterdam: an hour before it opens.
    ticket = ticket_in(Status.OPEN, scene)
    assert clock(ticket, Promise.RESPOND).due_at == MONDAY + 5 * HOUR
