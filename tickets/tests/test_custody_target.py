"""A department's internal target: what it holds for longer is flagged, whoever of it had the ticket."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.enums import Role
from accounts.models import User
from departments.models import Department
from departments.tests.factories import office_hours, staff_member
from tickets.actions.assignment import override_assignment
from tickets.actions.custody_targets import reset_targets
from tickets.actions.draining import drain_queue
from tickets.actions.lifecycle import respond
from tickets.actions.movement import transfer_ticket
from tickets.models import Custody, Ticket
from tickets.tests.cast import Scene, set_scene
from tickets.tests.factories import report_ticket

pytestmark = pytest.mark.django_db

# A Friday, 15:00 in Pretoria; the office closes at 16:00 and opens on Monday at 08:00.
FRIDAY = datetime(2026, 3, 20, 13, 0, tzinfo=UTC)
MONDAY = datetime(2026, 3, 23, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def scene() -> Scene:
    """The first department may hold a ticket for two hours of its office."""
    scene = set_scene()
    set_target(scene.department, 7_200)
    office_hours(scene.department.calendar)
    return scene


def set_target(department: Department, seconds: int | None) -> None:
    department.custody_target_seconds = seconds
    department.save(update_fields=["custody_target_seconds"])


def targets(ticket: Ticket) -> list[datetime | None]:
    return list(ticket.custodies.order_by("started_at", "pk").values_list("target_at", flat=True))


def too_long(now: datetime) -> list[Ticket]:
    return list(Ticket.objects.held_too_long(now))


def give_back(ticket: Ticket, scene: Scene) -> None:
    transfer_ticket(ticket, department=scene.department, reason="Yours.", acting_user=None)


def give_away(ticket: Ticket, scene: Scene) -> None:
    transfer_ticket(ticket, department=scene.other_department, reason="Theirs.", acting_user=None)


def test_the_target_is_counted_in_the_departments_working_hours(scene: Scene) -> None:
    with time_machine.travel(FRIDAY, tick=False):
        ticket = report_ticket(scene.category)
    assert targets(ticket) == [MONDAY + HOUR]
    assert too_long(MONDAY + HOUR) == []
    assert too_long(MONDAY + HOUR + timedelta(seconds=1)) == [ticket]


def test_from_desk_to_desk_a_ticket_gets_no_new_time(scene: Scene) -> None:
    with time_machine.travel(FRIDAY, tick=False) as travel:
        ticket = report_ticket(scene.category)
        travel.shift(HOUR / 2)
        override_assignment(
            ticket, assignee=scene.cast.department_admin, reason="Knows it.", acting_user=None
        )
    assert targets(ticket) == [MONDAY + HOUR, MONDAY + HOUR]


def test_sent_away_and_back_it_goes_on_from_where_it_stopped(scene: Scene) -> None:
    with time_machine.travel(MONDAY, tick=False) as travel:
        ticket = report_ticket(scene.category)
        travel.shift(HOUR)
        give_away(ticket, scene)
        travel.shift(HOUR)
        give_back(ticket, scene)
        travel.shift(2 * HOUR)
        give_away(ticket, scene)
        give_back(ticket, scene)
    assert targets(ticket) == [MONDAY + 2 * HOUR, None, MONDAY + 3 * HOUR, None, MONDAY + 4 * HOUR]
    over = [row.is_over_target(MONDAY + 5 * HOUR) for row in ticket.custodies.order_by("started_at", "pk")]
    assert over == [False, False, True, False, True]


def test_while_the_reporter_is_asked_nobody_holds_it_too_long(scene: Scene) -> None:
    with time_machine.travel(MONDAY, tick=False) as travel:
        ticket = report_ticket(scene.category)
        travel.shift(3 * HOUR)
        assert too_long(MONDAY + 3 * HOUR) == [ticket]
        respond(ticket, message="Which gate is it?", acting_user=None)
    assert too_long(MONDAY + 9 * HOUR) == []


def test_what_is_given_out_by_the_batch_keeps_its_target(scene: Scene) -> None:
    scene.department.members.update(is_available=False)
    with time_machine.travel(MONDAY, tick=False) as travel:
        tickets = [report_ticket(scene.category) for _ in range(3)]
        scene.department.members.filter(user=scene.cast.own_agent).update(is_available=True)
        travel.shift(HOUR)
        assert drain_queue(scene.department, acting_user=None) == 3
    assert {tuple(targets(ticket)) for ticket in tickets} == {(MONDAY + 2 * HOUR, MONDAY + 2 * HOUR)}


def test_without_a_target_no_query_is_asked_for_it(scene: Scene) -> None:
    def queries() -> int:
        ticket = report_ticket(scene.category)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            override_assignment(
                ticket, assignee=scene.cast.department_admin, reason="Knows it.", acting_user=None
            )
        return len(asked)

    queries()
    with_target = queries()
    set_target(scene.department, None)
    # What was used up before; the department's calendar is read anyway to measure what ends.
    assert with_target - queries() == 2


def test_a_calendar_that_never_opens_sets_no_target(scene: Scene) -> None:
    closed = scene.other_department.calendar
    closed.around_the_clock = False
    closed.save(update_fields=["around_the_clock"])
    set_target(scene.other_department, 7_200)
    # Nothing is promised for this category.
    assert targets(report_ticket(scene.other_category)) == [None]


# The department's form


def form_of(department: Department, target: str) -> dict[str, str]:
    form = {"name": "Water", "calendar": str(department.calendar_id), "strategy": "balanced"}
    form |= {"is_active": "on", "custody_target_seconds": target}
    for prefix in ("stages", "members"):
        form |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    return form


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page_of(department: Department) -> str:
    return reverse("admin:departments_department_change", args=[department.pk])


def kept(department: Department) -> tuple[Any, ...]:
    row = Department.objects.filter(pk=department.pk).values().get()
    return row, list(Custody.objects.order_by("pk").values())


def test_a_department_admin_types_the_target_and_it_holds_for_what_is_held_now(scene: Scene) -> None:
    with time_machine.travel(MONDAY, tick=False) as travel:
        gone, here = (report_ticket(scene.category) for _ in range(2))
        give_away(gone, scene)
        travel.shift(HOUR)
        client = signed_in(scene.cast.department_admin)
        shown = client.get(page_of(scene.department)).content.decode()
        assert ("Internal target" in shown, 'value="2 h"' in shown) == (True, True)
        answer = client.post(page_of(scene.department), form_of(scene.department, "30 min"))
        assert answer.status_code == 302
        assert targets(here) == [MONDAY + HOUR / 2]
        assert targets(gone) == [MONDAY + 2 * HOUR, None]
        assert too_long(MONDAY + HOUR) == [here]
        client.post(page_of(scene.department), form_of(scene.department, ""))
        assert (targets(here), too_long(MONDAY + HOUR)) == ([None], [])


@pytest.mark.parametrize("typed", ["0", "0 min", "-1 h", "soon", "4", "99999999999 h", "1 h\x00"])
def test_a_target_that_is_no_time_is_refused(scene: Scene, typed: str) -> None:
    report_ticket(scene.category)
    before = kept(scene.department)
    client = signed_in(scene.cast.department_admin)
    answer = client.post(page_of(scene.department), form_of(scene.department, typed))
    assert (answer.status_code, kept(scene.department)) == (200, before)
    assert list(answer.context["adminform"].form.errors) == ["custody_target_seconds"]


def test_others_do_not_set_the_target(scene: Scene) -> None:
    before = kept(scene.department)
    for person in (scene.cast.own_agent, scene.cast.other_department_admin):
        answer = signed_in(person).post(page_of(scene.department), form_of(scene.department, "1 h"))
        assert (answer.status_code, kept(scene.department)) == (403, before)


@pytest.mark.parametrize("seconds", [0, -1])
def test_the_database_refuses_a_target_that_is_none(scene: Scene, seconds: int) -> None:
    with pytest.raises(IntegrityError, match="custody_target"), transaction.atomic():
        Department.objects.filter(pk=scene.department.pk).update(custody_target_seconds=seconds)


def test_a_new_target_is_laid_out_in_a_constant_number_of_queries(scene: Scene) -> None:
    counts = []
    for _ in range(2):
        report_ticket(scene.category)
        with CaptureQueriesContext(connection) as asked:
            reset_targets(scene.department)
        counts.append(len(asked))
    assert counts[0] == counts[1]


# Where it is shown


@pytest.fixture
def held(scene: Scene) -> Ticket:
    """Held for longer than the two hours, and another one that is not."""
    with time_machine.travel(MONDAY, tick=False) as travel:
        ticket = report_ticket(scene.category)
        travel.shift(2 * HOUR)
        report_ticket(scene.category, title="Another one")
    return ticket


def listed(user: Any, **query: str) -> Any:
    client = APIClient()
    if user.is_authenticated:
        client.force_authenticate(user)
    return client.get("/api/v1/tickets/", query)


def references(answer: Any) -> set[str]:
    return {row["reference"] for row in answer.json()["results"]}


def test_the_lists_are_narrowed_to_what_is_held_too_long(scene: Scene, held: Ticket) -> None:
    with time_machine.travel(MONDAY + 3 * HOUR, tick=False):
        agent = scene.cast.own_agent
        assert references(listed(agent, held_too_long="true")) == {held.reference}
        assert len(references(listed(agent, held_too_long="false"))) == 2
        refused = listed(agent, held_too_long="perhaps")
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["held_too_long"])
        console = signed_in(agent).get(reverse("admin:tickets_ticket_changelist"), {"time": "held"})
        assert list(console.context["cl"].queryset) == [held]


def test_who_does_not_work_there_learns_nothing_of_the_target(scene: Scene, held: Ticket) -> None:
    with time_machine.travel(MONDAY + 3 * HOUR, tick=False):
        for user in (AnonymousUser(), scene.cast.reporter, scene.cast.foreign_admin, held.reporter):
            assert references(listed(user)) >= {held.reference} or user == scene.cast.foreign_admin
            assert references(listed(user, held_too_long="true")) == set()


def test_the_workspace_says_who_held_it_too_long(scene: Scene, held: Ticket) -> None:
    client = signed_in(staff_member(scene.department, role=Role.ORGANISATION_ADMIN))
    page = reverse("admin:tickets_ticket_change", args=[held.pk])
    with time_machine.travel(MONDAY + HOUR, tick=False):
        assert "Target Mon 23 Mar, 10:00" in client.get(page).content.decode()
    with time_machine.travel(MONDAY + 3 * HOUR, tick=False):
        give_away(held, scene)
        shown = client.get(page).content.decode()
        assert shown.count("Held too long, target Mon 23 Mar, 10:00") == 1


def test_what_is_held_too_long_is_found_by_an_index(scene: Scene, held: Ticket) -> None:
    """Most tickets are closed: whatever the planner thinks of a few rows, the index must fit the question."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    plan = Ticket.objects.held_too_long(MONDAY + 3 * HOUR).explain()
    assert "custody_held_by_target" in plan


def test_a_colleague_who_comes_later_is_flagged_at_once_when_the_time_is_used_up(
    scene: Scene, held: Ticket
) -> None:
    colleague = staff_member(scene.department)
    with time_machine.travel(MONDAY + 3 * HOUR, tick=False):
        override_assignment(held, assignee=colleague, reason="Help.", acting_user=None)
    assert targets(held) == [MONDAY + 2 * HOUR, MONDAY + 3 * HOUR]
    assert too_long(MONDAY + 3 * HOUR) == []
    assert too_long(MONDAY + 4 * HOUR)[0] == held
