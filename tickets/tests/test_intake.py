"""Intake: what comes in becomes a whole ticket, or nothing at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.enums import Role
from common.errors import DomainError, InvalidInput, NotAllowed
from common.phones import InvalidPhone
from departments.enums import Priority
from departments.models import DepartmentMember
from departments.tests.factories import WardFactory
from tickets.actions.intake import (
    ExternalRefTaken,
    Place,
    Report,
    Reporter,
    ReporterNeeded,
    create_ticket,
)
from tickets.actions.projects import ProjectClosed
from tickets.actions.team import NamedTwice, WorksElsewhere
from tickets.enums import EventKind, Source, Status
from tickets.models import Clock, Custody, Project, Ticket, TicketAssignee, TicketEvent
from tickets.tests.cast import Scene, member_of, set_scene
from tickets.tests.factories import burst_pipe_category
from tickets.tests.proof import assert_books_agree

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return set_scene()


@pytest.fixture
def report(scene: Scene) -> Report:
    return Report(title="Burst pipe", category=scene.category)


def log(
    scene: Scene, report: Report, *, reporter: Reporter | None = None, acting_user: Any = "reporter"
) -> Ticket:
    user = scene.cast.reporter if acting_user == "reporter" else acting_user
    speaker = reporter or Reporter(user=scene.cast.reporter)
    return create_ticket(scene.organisation, report, reporter=speaker, source=Source.WEB, acting_user=user)


def assert_refused(scene: Scene, refusal: type[DomainError], report: Report, **who: Any) -> DomainError:
    def counts() -> list[Any]:
        models = (Ticket, TicketEvent, Clock, Custody, TicketAssignee)
        return [model._default_manager.count() for model in models] + list(DepartmentMember.objects.values())

    before = counts()
    with pytest.raises(refusal) as caught:
        log(scene, report, **who)
    assert type(caught.value) is refusal
    assert counts() == before
    return caught.value


def test_a_new_ticket_has_had_no_update_yet(scene: Scene, report: Report) -> None:
    ticket = log(scene, report)
    assert (ticket.assignee, ticket.updated_at) == (scene.cast.own_agent, None)
    assert (ticket.version, ticket.events.count()) == (2, 2)
    created = ticket.events.get(kind=EventKind.CREATED)
    assert (created.ticket_version, created.data["title"], created.on_behalf_of) == (1, "Burst pipe", "")
    assert_books_agree()


def test_one_custody_begins_with_the_ticket(scene: Scene, report: Report) -> None:
    custody = log(scene, report).custodies.get()
    assert (custody.assignee, custody.ended_at) == (scene.cast.own_agent, None)


@pytest.mark.parametrize(
    ("place", "field"),
    [
        (Place(latitude=float("nan"), longitude=28.0), "latitude"),
        (Place(latitude=-25.0, longitude=float("nan")), "longitude"),
        (Place(latitude=float("inf"), longitude=28.0), "latitude"),
        (Place(latitude=-90.1, longitude=28.0), "latitude"),
        (Place(latitude=-25.0, longitude=180.1), "longitude"),
        (Place(latitude=-25.0), "latitude"),
        (Place(longitude=28.0), "latitude"),
        (Place(address="Church\x00Street"), "address"),
        (Place(address="x" * 251), "address"),
    ],
)
def test_a_place_that_is_nowhere_is_refused(place: Place, field: str, scene: Scene, report: Report) -> None:
    refusal = assert_refused(scene, InvalidInput, replace(report, place=place))
    assert refusal.field == field


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", " \n "),
        ("title", "x" * 201),
        ("title", "Burst\x00pipe"),
        ("title", "Burst \ud800"),
        ("description", "x" * 5001),
        ("description", "bell\x07"),
        ("external_ref", "x" * 101),
        ("external_ref", "a\x00b"),
        ("tags", ["x" * 41]),
        ("tags", [str(number) for number in range(21)]),
        ("tags", ["a\x00b"]),
        ("priority", 7),
    ],
)
def test_text_that_cannot_be_kept_is_refused_by_its_field(
    field: str, value: Any, scene: Scene, report: Report
) -> None:
    refusal = assert_refused(scene, InvalidInput, replace(report, **{field: value}))
    assert refusal.field == field


@pytest.mark.parametrize(
    ("reporter", "refusal", "field"),
    [
        (Reporter(name="Thandi"), ReporterNeeded, "reporter_email"),
        (Reporter(email="not an address"), InvalidInput, "reporter_email"),
        (Reporter(email="a@b.c" + "d" * 250), InvalidInput, "reporter_email"),
        (Reporter(phone="12"), InvalidPhone, "phone"),
        (Reporter(email="thandi@example.org", name="x" * 151), InvalidInput, "reporter_name"),
        (Reporter(email="thandi@example.org", name="T\x00"), InvalidInput, "reporter_name"),
        (Reporter(email="thandi@example.org", language="x" * 11), InvalidInput, "reporter_language"),
    ],
)
def test_a_visitor_whom_nobody_can_reach_is_refused(
    reporter: Reporter, refusal: type[DomainError], field: str, scene: Scene, report: Report
) -> None:
    refused = assert_refused(scene, refusal, report, reporter=reporter, acting_user=AnonymousUser())
    assert refused.field == field


def test_a_visitor_without_an_account_may_report(scene: Scene, report: Report) -> None:
    ticket = log(
        scene,
        report,
        reporter=Reporter(name=" Thandi  Mokoena", email=" THANDI@example.org ", phone="082 123 4567"),
        acting_user=AnonymousUser(),
    )
    assert (ticket.reporter, ticket.reporter_name) == (None, "Thandi Mokoena")
    assert (ticket.reporter_email, ticket.reporter_phone) == ("thandi@example.org", "+27821234567")
    assert ticket.events.get(kind=EventKind.CREATED).actor is None


def test_rows_of_another_organisation_do_not_exist(scene: Scene, report: Report) -> None:
    foreign = burst_pipe_category()
    foreign_ticket = create_ticket(
        foreign.organisation,
        Report(title="Leak", category=foreign),
        reporter=Reporter(),
        source=Source.API,
        acting_user=None,
    )
    theirs = Project.objects.create(organisation=foreign.organisation, name="Website")
    rows: list[tuple[str, Any]] = [
        ("category", foreign),
        ("department", foreign.department),
        ("project", theirs),
        ("follow_up_of", foreign_ticket),
    ]
    for field, row in rows:
        assert assert_refused(scene, InvalidInput, replace(report, **{field: row})).field == field


def test_what_is_not_in_use_any_more_is_refused(scene: Scene, report: Report) -> None:
    ended = Project.objects.create(organisation=scene.organisation, name="Website", closed_at=timezone.now())
    assert assert_refused(scene, ProjectClosed, replace(report, project=ended)).field == "project"
    scene.other_department.is_active = False
    scene.other_department.save(update_fields=["is_active"])
    closed = replace(report, department=scene.other_department)
    assert assert_refused(scene, InvalidInput, closed).field == "department"
    of_closed = replace(report, category=scene.other_category)
    assert assert_refused(scene, InvalidInput, of_closed).field == "category"


def test_an_external_reference_is_taken_once_in_an_organisation(scene: Scene, report: Report) -> None:
    known = replace(report, external_ref=" ERP-1 ")
    assert log(scene, known).external_ref == "ERP-1"
    assert assert_refused(scene, ExternalRefTaken, known).field == "external_ref"
    foreign = burst_pipe_category()
    create_ticket(
        foreign.organisation,
        replace(known, category=foreign),
        reporter=Reporter(),
        source=Source.API,
        acting_user=None,
    )
    assert [log(scene, report).external_ref for _ticket in range(2)] == ["", ""]


def test_who_may_report_for_whom(scene: Scene, report: Report) -> None:
    cast = scene.cast
    caller = Reporter(name="Caller", phone="082 123 4567")
    for speaker in (cast.call_centre, cast.own_agent, cast.department_admin, cast.organisation_admin):
        ticket = log(scene, report, reporter=caller, acting_user=speaker)
        assert ticket.events.get(kind=EventKind.CREATED).on_behalf_of == "+27821234567"
    for speaker in (cast.auditor, cast.neighbour, cast.foreign_admin):
        assert_refused(scene, NotAllowed, report, reporter=caller, acting_user=speaker)
    assert_refused(
        scene, NotAllowed, report, reporter=Reporter(user=cast.reporter), acting_user=cast.neighbour
    )
    assert_refused(
        scene, NotAllowed, report, reporter=Reporter(user=cast.reporter), acting_user=AnonymousUser()
    )


def test_an_organisation_that_is_not_open_takes_reports_of_its_people_only(
    scene: Scene, report: Report
) -> None:
    scene.organisation.public_reports = False
    scene.organisation.save(update_fields=["public_reports"])
    for user in (scene.cast.reporter, scene.cast.foreign_admin):
        assert_refused(scene, NotAllowed, report, reporter=Reporter(user=user), acting_user=user)
    visitor = Reporter(email="thandi@example.org")
    assert_refused(scene, NotAllowed, report, reporter=visitor, acting_user=AnonymousUser())
    agent = scene.cast.own_agent
    assert log(scene, report, reporter=Reporter(user=agent), acting_user=agent).is_public is False


def test_an_organisation_that_is_closed_takes_no_reports(scene: Scene, report: Report) -> None:
    scene.organisation.is_active = False
    scene.organisation.save(update_fields=["is_active"])
    assert_refused(scene, NotAllowed, report)


def test_only_a_fault_in_public_space_is_public(scene: Scene, report: Report) -> None:
    assert log(scene, report).is_public is True
    assert log(scene, replace(report, is_public=False)).is_public is False
    scene.category.is_public_space = False
    assert log(scene, replace(report, is_public=True)).is_public is False


def test_only_people_of_the_organisation_are_assigned(scene: Scene, report: Report) -> None:
    cast = scene.cast
    ticket = log(scene, replace(report, assignees=[cast.own_agent, cast.other_agent]))
    assert set(ticket.assignees.values_list("user", flat=True)) == {cast.own_agent.pk, cast.other_agent.pk}
    for stranger in (cast.foreign_admin, cast.neighbour, member_of(scene.organisation, Role.RESIDENT)):
        refusal = assert_refused(scene, WorksElsewhere, replace(report, assignees=[cast.own_agent, stranger]))
        assert refusal.field == "assignees"
    twice = replace(report, assignees=[cast.own_agent, cast.other_agent, cast.own_agent])
    assert assert_refused(scene, NamedTwice, twice).field == "assignees"


def test_without_a_kind_it_goes_to_the_first_department_and_with_only_a_project_to_none(scene: Scene) -> None:
    assert log(scene, Report(title="Something")).department == scene.department
    project = Project.objects.create(organisation=scene.organisation, name="Website")
    ticket = log(scene, Report(title="Dark mode", project=project))
    assert (ticket.department, ticket.assignee, ticket.queued_at) == (None, None, None)
    assert (ticket.custodies.count(), ticket.version) == (0, 1)


def test_the_pin_finds_its_ward(scene: Scene, report: Report) -> None:
    ward = WardFactory.create(organisation=scene.organisation, latitude=-25.7, longitude=28.2)
    inside = log(scene, replace(report, place=Place(latitude=-25.71, longitude=28.21)))
    outside = log(scene, replace(report, place=Place(latitude=-33.9, longitude=18.4)))
    assert (inside.ward, outside.ward) == (ward, None)


def test_a_report_keeps_the_priority_of_its_kind_unless_it_brings_one(scene: Scene, report: Report) -> None:
    scene.category.default_priority = Priority.HIGH
    assert log(scene, report).priority == Priority.HIGH
    assert log(scene, replace(report, priority=Priority.LOW)).priority == Priority.LOW


# Who gets it


def test_somebody_whose_membership_has_ended_gets_nothing(scene: Scene, report: Report) -> None:
    scene.cast.own_agent.memberships.update(is_active=False)
    ticket = log(scene, report)
    assert (ticket.assignee, ticket.status, ticket.queued_at) == (None, Status.OPEN, ticket.created_at)


@pytest.mark.parametrize(
    "change", [{"is_available": False}, {"is_active": False}, {"capacity": 3, "open_tickets": 3}]
)
def test_who_is_away_or_full_gets_nothing(change: dict[str, Any], scene: Scene, report: Report) -> None:
    scene.department.members.filter(user=scene.cast.own_agent).update(**change)
    assert log(scene, report).queued_at is not None


def test_skills_and_regions_decide_who_can_take_it(scene: Scene, report: Report) -> None:
    ward = WardFactory.create(organisation=scene.organisation, latitude=-25.7, longitude=28.2)
    region = ward.organisation.regions.create(number=1, name="Region 1")
    ward.region = region
    ward.save(update_fields=["region"])
    member = scene.department.members.get(user=scene.cast.own_agent)
    member.regions.add(region)
    here, elsewhere = Place(latitude=-25.71, longitude=28.21), Place(latitude=-33.9, longitude=18.4)
    assert log(scene, replace(report, place=here)).assignee == scene.cast.own_agent
    assert log(scene, replace(report, place=elsewhere)).assignee is None
    member.skills.add(scene.other_category)
    assert log(scene, replace(report, place=here)).assignee is None
