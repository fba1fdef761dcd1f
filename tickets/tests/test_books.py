"""Whatever people do, in whatever order: loads, custody, clocks, queues and versions agree afterwards."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection

from common.errors import DomainError
from departments.models import DepartmentMember
from departments.tests.factories import staff_member
from tickets.actions.assignment import override_assignment, set_availability
from tickets.actions.draining import drain_queue
from tickets.actions.expiry import expire_due_tickets
from tickets.actions.handing_on import hand_on_tickets
from tickets.actions.sweeps import close_unanswered_tickets, drain_all_queues, overflow_waiting_tickets
from tickets.enums import Status
from tickets.models import Clock, Ticket
from tickets.tests.cast import CALLS, Scene, set_scene
from tickets.tests.factories import report_ticket
from tickets.tests.proof import assert_books_agree
from tickets.workflow import Verb

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 16, 6, 0, tzinfo=UTC)
STEPS = 120


class Walk:
    """One random day after the other, repeatable by its seed."""

    def __init__(self, seed: int, travel: time_machine.Traveller) -> None:
        self.random = random.Random(seed)  # noqa: S311
        self.travel = travel
        self.scene: Scene = set_scene()
        self.refused = 0
        for department in (self.scene.department, self.scene.other_department):
            staff_member(department, capacity=2)
        DepartmentMember.objects.filter(capacity=50).update(capacity=3)
        self.scene.department.overflow_department = self.scene.other_department
        self.scene.department.queue_limit_seconds = self.scene.other_department.queue_limit_seconds = 7_200
        for department in (self.scene.department, self.scene.other_department):
            department.save(update_fields=["overflow_department", "queue_limit_seconds"])

    def step(self) -> None:
        self.travel.shift(timedelta(minutes=self.random.choice([1, 30, 600, 6000])))
        tickets = list(Ticket.objects.order_by("pk"))
        acts = [self.report, self.sweep, self.come_or_go, self.hand_on, *[self.use_a_verb] * 12]
        act = self.random.choice(acts)
        if not tickets:
            act = self.report
        try:
            act()
        except DomainError:
            self.refused += 1

    def report(self) -> None:
        category = self.random.choice([self.scene.category, self.scene.other_category])
        report_ticket(category, reporter=self.scene.cast.reporter)

    def use_a_verb(self) -> None:
        ticket = self.random.choice(list(Ticket.objects.order_by("pk")))
        verb = self.random.choice(list(CALLS))
        members = DepartmentMember.objects.filter(department=ticket.department).order_by("pk")
        person = self.random.choice(list(members)).user
        if verb is Verb.OVERRIDE:
            override_assignment(ticket, assignee=person, reason="Because.", acting_user=None)
        elif verb in {Verb.SUPPORT, Verb.FOLLOW, Verb.PICK}:
            CALLS[verb](ticket, person, self.scene)
        elif verb in {Verb.MESSAGE, Verb.DISPUTE, Verb.ASK_CALL}:
            CALLS[verb](ticket, self.scene.cast.reporter, self.scene)
        else:
            CALLS[verb](ticket, None, self.scene)

    def sweep(self) -> None:
        sweeps = [expire_due_tickets, close_unanswered_tickets, drain_all_queues, overflow_waiting_tickets]
        self.random.choice(sweeps)(acting_user=None)

    def hand_on(self) -> None:
        """To a colleague or to the queue: everything that somebody has in a department."""
        member = self.random.choice(list(DepartmentMember.objects.order_by("pk")))
        others = list(member.department.members.exclude(pk=member.pk).order_by("pk"))
        hand_on_tickets(
            member.user,
            organisation=self.scene.organisation,
            department=member.department,
            to=self.random.choice([None, *[other.user for other in others]]),
            reason="Because.",
            acting_user=None,
        )

    def come_or_go(self) -> None:
        member = self.random.choice(list(DepartmentMember.objects.order_by("pk")))
        here = self.random.random() < 0.7
        set_availability(member, is_available=here, acting_user=None)
        if here:
            drain_queue(member.department, acting_user=None)


def assert_clocks_agree() -> None:
    for clock in Clock.objects.select_related("ticket"):
        if clock.promise == "resolve" and clock.state in {"running", "paused"}:
            assert clock.ticket.due_at == clock.due_at
        if clock.promise == "resolve":
            assert (clock.state == "breached") == (clock.ticket.expired_at is not None)
        if clock.breached_at is not None:
            assert (clock.breached_at, clock.state) == (clock.due_at, "breached")


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_the_books_agree_after_any_days(seed: int) -> None:
    with time_machine.travel(START, tick=False) as travel:
        walk = Walk(seed, travel)
        for number in range(STEPS):
            walk.step()
            if number % 10 == 9:
                assert_books_agree()
                assert_clocks_agree()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert Ticket.objects.exclude(status=Status.OPEN).count() > 0
        assert 0 < walk.refused < STEPS


def test_a_kind_that_nobody_free_can_take_does_not_hold_up_the_queue() -> None:
    scene = set_scene()
    member = scene.department.members.get(user=scene.cast.own_agent)
    DepartmentMember.objects.update(is_available=False)
    blocked = [report_ticket(scene.other_category) for _ticket in range(25)]
    Ticket.objects.filter(pk__in=[ticket.pk for ticket in blocked]).update(department=scene.department)
    waiting = report_ticket(scene.category)
    member.skills.add(scene.category)
    set_availability(member, is_available=True, acting_user=scene.cast.own_agent)
    assert drain_queue(scene.department, acting_user=None) == 1
    assert Ticket.objects.get(pk=waiting.pk).assignee == scene.cast.own_agent


def test_the_queue_goes_by_priority_then_time_left_then_age() -> None:
    scene = set_scene()
    DepartmentMember.objects.update(is_available=False)
    made = [report_ticket(scene.category) for _ticket in range(4)]
    Ticket.objects.filter(pk=made[2].pk).update(priority=4)
    Ticket.objects.filter(pk=made[3].pk).update(due_at=START)
    order = list(Ticket.objects.waiting_in([scene.department.pk]))
    assert order == [made[2], made[3], made[0], made[1]]
    member = scene.department.members.get(user=scene.cast.own_agent)
    DepartmentMember.objects.filter(pk=member.pk).update(is_available=True, capacity=2)
    assert drain_queue(scene.department, acting_user=None) == 2
    assert set(Ticket.objects.filter(assignee__isnull=False)) == {made[2], made[3]}


def test_nobody_sets_the_availability_of_somebody_else() -> None:
    scene = set_scene()
    member = scene.department.members.get(user=scene.cast.own_agent)
    from_outside = [
        scene.cast.other_agent,
        scene.cast.foreign_admin,
        scene.cast.reporter,
        scene.cast.anonymous,
    ]
    for person in from_outside:
        with pytest.raises(DomainError) as refusal:
            set_availability(member, is_available=False, acting_user=person)
        assert refusal.value.code == "not_allowed"
    member.refresh_from_db()
    assert member.is_available is True
    for person in (scene.cast.own_agent, scene.cast.department_admin, scene.cast.organisation_admin):
        assert set_availability(member, is_available=False, acting_user=person).is_available is False
