"""The events tell how every clock stands: after any days of anything, and a clock that lies is found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import Organisation
from departments.actions.calendars import change_calendar
from departments.enums import Priority
from departments.hours import Hours, read_hours
from departments.models import Calendar
from departments.tests.factories import StandardFactory, office_hours, staff_member
from tickets.actions.clock_check import check_clocks
from tickets.actions.expiry import expire_due_tickets
from tickets.actions.lifecycle import respond
from tickets.actions.movement import change_priority, route_ticket
from tickets.actions.new_hours import follow_calendars
from tickets.clock_differences import Difference, differences_of, differences_of_ticket
from tickets.enums import ClockState, Promise, Status
from tickets.models import Clock, ClockCheck, Ticket
from tickets.tasks import verify_clocks
from tickets.tests.cast import Scene, set_scene, ticket_in
from tickets.tests.factories import report_ticket
from tickets.tests.test_books import Walk

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 16, 6, 0, tzinfo=UTC)  # eight o'clock in Pretoria
HOUR = timedelta(hours=1)
STEPS = 120
WEEKS = ["08:00–16:00", "08:00–12:00, 13:00–17:00", "22:00–06:00+1", "00:00–24:00"]


def found(organisation: Organisation, *, now: datetime = MONDAY, batch: int = 500) -> list[Difference]:
    """Differences now; those of a sweep that is late only where `now` is later than the due times."""
    looked = differences_of(organisation.pk, now=now, batch=batch)
    return [difference for part in looked for difference in part.differences]


# Whatever happens


class ClockWalk(Walk):
    """As the walk of the books, with promises of many kinds and hours that change on the way."""

    def __init__(self, seed: int, travel: time_machine.Traveller) -> None:
        super().__init__(seed, travel)
        office_hours(self.scene.department.calendar)
        for priority in (Priority.LOW, Priority.URGENT):
            StandardFactory.create(
                category=self.scene.category,
                priority=priority,
                respond_within_seconds=40_000 // priority,
                resolve_within_seconds=4_000_000 // priority,
            )
        StandardFactory.create(category=self.scene.other_category, resolve_within_seconds=2_000_000)
        self.scene.category.standards.filter(priority=None).update(resolve_within_seconds=3_000_000)

    def step(self) -> None:
        if self.random.random() < 0.2:
            self.travel.shift(timedelta(seconds=self.random.randrange(20_000), microseconds=123_457))
            chosen = self.random.choice([self.new_hours, self.reprioritise, self.reroute])
            try:
                chosen()
            except Exception as refusal:
                assert hasattr(refusal, "code")  # noqa: PT017
                self.refused += 1
        else:
            super().step()

    def new_hours(self) -> None:
        calendars = Calendar.objects.in_force().of_organisation(self.scene.organisation.pk)
        calendar = self.random.choice(list(calendars.order_by("pk")))
        week = tuple(read_hours(self.random.choice(WEEKS)) if day < 5 else () for day in range(7))
        change_calendar(
            calendar,
            hours=Hours(calendar.time_zone, weekly=week),
            apply_to_open_tickets=self.random.random() < 0.7,
            acting_user=None,
        )
        follow_calendars(acting_user=None)

    def reprioritise(self) -> None:
        ticket = self.random.choice(list(Ticket.objects.order_by("pk")))
        change_priority(ticket, priority=self.random.choice(list(Priority)), reason="So.", acting_user=None)

    def reroute(self) -> None:
        ticket = self.random.choice(list(Ticket.objects.order_by("pk")))
        category = self.random.choice([self.scene.category, self.scene.other_category])
        route_ticket(ticket, category=category, acting_user=None)


@pytest.mark.parametrize("seed", [1, 3, 4, 5])
def test_the_events_tell_how_every_clock_stands_after_any_days(seed: int) -> None:
    with time_machine.travel(MONDAY, tick=False) as travel:
        walk = ClockWalk(seed, travel)
        walk.report()
        for number in range(STEPS):
            walk.step()
            if number % 10 == 9:
                assert found(walk.scene.organisation) == []
        # Those of closed tickets too, which nobody looks at every night.
        for ticket in Ticket.objects.order_by("pk"):
            assert differences_of_ticket(ticket, now=MONDAY) == []
        assert Clock.objects.values("state").distinct().count() >= 3


# What lies is found


@pytest.fixture
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def scene(travel: time_machine.Traveller) -> Scene:
    return set_scene()


TAMPERED: list[tuple[dict[str, Any], str]] = [
    ({"due_at": MONDAY + 99 * HOUR}, "due_at"),
    ({"warn_at": MONDAY}, "warn_at"),
    ({"elapsed_seconds": 60}, "elapsed_seconds"),
    ({"target_seconds": 999_999}, "target_seconds"),
    ({"started_at": MONDAY + HOUR}, "started_at"),
    ({"running_since": MONDAY + HOUR}, "running_since"),
    ({"state": ClockState.MET, "stopped_at": MONDAY}, "state"),
    ({"state": ClockState.CANCELLED}, "state"),
    ({"state": ClockState.PAUSED, "due_at": None, "paused_at": MONDAY}, "state"),
    ({"state": ClockState.BREACHED, "breached_at": MONDAY}, "state"),
]


@pytest.mark.parametrize(("lie", "column"), TAMPERED)
@pytest.mark.parametrize("promise", Promise)
def test_a_clock_that_was_tampered_with_is_found(
    promise: Promise, lie: dict[str, Any], column: str, scene: Scene
) -> None:
    honest, tampered = ticket_in(Status.OPEN, scene), ticket_in(Status.OPEN, scene)
    assert found(scene.organisation) == []
    tampered.clocks.filter(promise=promise).update(**lie)
    differences = found(scene.organisation)
    assert {(difference.reference, difference.promise) for difference in differences} == {
        (tampered.reference, promise.value)
    }
    assert column in {difference.column for difference in differences}
    assert honest.reference != tampered.reference


def test_another_calendar_than_promised_is_found(scene: Scene) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    ticket.clocks.update(calendar=scene.other_department.calendar)
    assert {difference.column for difference in found(scene.organisation)} == {"calendar_id"}


def test_a_clock_that_is_gone_and_one_that_nobody_promised_are_found(scene: Scene) -> None:
    gone, made_up = ticket_in(Status.OPEN, scene), report_ticket(scene.other_category)
    clock = gone.clocks.get(promise=Promise.RESOLVE)
    gone.clocks.filter(promise=Promise.RESPOND).delete()
    clock.pk, clock.ticket = None, made_up
    clock.save(force_insert=True)
    told = {(row.reference, row.promise, row.column, row.kept, row.told) for row in found(scene.organisation)}
    assert told == {
        (gone.reference, "respond", "clock", "nothing", "running"),
        (made_up.reference, "resolve", "clock", "running", "nothing"),
    }


@pytest.mark.parametrize("lie", [{"due_at": None}, {"expired_at": MONDAY}])
def test_a_ticket_that_shows_another_time_than_its_clock_is_found(lie: dict[str, Any], scene: Scene) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    Ticket.objects.filter(pk=ticket.pk).update(**lie)
    (difference,) = found(scene.organisation)
    assert (difference.promise, [difference.column]) == ("ticket", list(lie))


def test_a_missed_promise_that_no_sweep_has_marked_is_found(
    scene: Scene, travel: time_machine.Traveller
) -> None:
    ticket = ticket_in(Status.IN_PROGRESS, scene)
    due = MONDAY + 24 * HOUR
    assert found(scene.organisation, now=due + timedelta(minutes=14)) == []
    (difference,) = found(scene.organisation, now=due + timedelta(minutes=16))
    assert str(difference) == (f"{ticket.reference} resolve: state is running, the events say breached")
    travel.move_to(due + HOUR)
    expire_due_tickets(acting_user=None)
    assert found(scene.organisation, now=due + 2 * HOUR) == []


def test_closed_tickets_are_looked_at_only_where_a_clock_still_runs(scene: Scene) -> None:
    ticket = ticket_in(Status.CLOSED, scene)
    ticket.clocks.filter(promise=Promise.RESPOND).update(elapsed_seconds=7)
    assert found(scene.organisation) == []
    ticket.clocks.filter(promise=Promise.RESOLVE).update(
        state=ClockState.RUNNING, running_since=MONDAY, due_at=MONDAY
    )
    assert {row.promise for row in found(scene.organisation)} == {"respond", "resolve"}


def test_batches_cost_the_same_however_many_tickets_are_in_them(
    scene: Scene, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for _round in range(2):
        ticket_in(Status.OPEN, scene)
        respond(ticket_in(Status.OPEN, scene), message="Where?", acting_user=None)
        with django_assert_max_num_queries(10) as asked:
            assert found(scene.organisation) == []
        counts.append(len(asked))
    assert counts[0] == counts[1]
    whole = sum(looked.tickets for looked in differences_of(scene.organisation.pk, now=MONDAY))
    parts = list(differences_of(scene.organisation.pk, now=MONDAY, batch=3))
    assert ([part.tickets for part in parts], whole) == ([3, 1], 4)


# The nightly check


def test_the_check_is_kept_by_organisation_and_told(
    scene: Scene, travel: time_machine.Traveller, caplog: pytest.LogCaptureFixture
) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    ticket.clocks.filter(promise=Promise.RESOLVE).update(target_seconds=999_999)
    check_clocks(acting_user=None)
    check = ClockCheck.objects.get(organisation=scene.organisation)
    assert (check.tickets, check.count, check.checked_at) == (1, 1, MONDAY)
    (row,) = check.differences
    assert (row["reference"], row["column"], row["kept"]) == (ticket.reference, "target_seconds", "999999")
    assert ClockCheck.objects.exclude(pk=check.pk).values_list("count", flat=True).distinct().get() == 0
    assert [record.levelname for record in caplog.records if "differs" in record.message] == ["ERROR"]
    assert verify_clocks() == 1
    travel.shift(timedelta(days=91))
    assert verify_clocks() > 1  # and nobody has marked what ran out meanwhile
    assert ClockCheck.objects.filter(checked_at__lt=MONDAY + timedelta(days=90)).count() == 0


def test_the_command_ends_well_only_where_nothing_differs(scene: Scene) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    out = StringIO()
    call_command("verify_clocks", stdout=out)
    assert f"{scene.organisation.name}: 1 tickets, 0 differences" in out.getvalue()
    ticket.clocks.filter(promise=Promise.RESOLVE).update(elapsed_seconds=60)
    with pytest.raises(CommandError, match="not what their events say"):
        call_command("verify_clocks", stdout=out)
    assert f"{ticket.reference} resolve: elapsed_seconds is 60, the events say 0" in out.getvalue()


@pytest.mark.parametrize(
    ("role", "sees"), [(Role.ORGANISATION_ADMIN, True), (Role.AUDITOR, True), (Role.AGENT, False)]
)
def test_who_sees_every_ticket_reads_what_was_found(role: Role, sees: bool, scene: Scene) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    ticket.clocks.filter(promise=Promise.RESOLVE).update(elapsed_seconds=60)
    check_clocks(acting_user=None)
    client = Client()
    client.force_login(staff_member(scene.department, role=role))
    check = ClockCheck.objects.get(organisation=scene.organisation)
    address = reverse("admin:tickets_clockcheck_change", args=[check.pk])
    response = client.get(address)
    assert response.status_code == (200 if sees else 404)
    if sees:
        assert ticket.reference in response.content.decode()
        assert client.post(address, {"count": "0"}).status_code == 403
        listed = client.get(reverse("admin:tickets_clockcheck_changelist"))
        assert "1 difference" in listed.content.decode()
