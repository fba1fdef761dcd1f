"""Everybody who may meet a ticket, a ticket in every status, and every verb as a call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from django.contrib.auth.models import AnonymousUser

from accounts.enums import Role
from accounts.models import Organisation, User
from accounts.tests.factories import MembershipFactory, UserFactory
from departments.enums import Priority
from departments.models import Category, Department
from departments.tests.factories import CategoryFactory, DepartmentFactory, StageFactory, staff_member
from tickets.actions.assignment import override_assignment, pick_ticket, unpin_ticket
from tickets.actions.attachments import usual_visibility
from tickets.actions.callbacks import ask_for_call
from tickets.actions.conversation import add_message, add_note
from tickets.actions.editing import Corrections, edit_ticket
from tickets.actions.following import follow_ticket
from tickets.actions.lifecycle import (
    close_unanswered,
    complete_ticket,
    reject_ticket,
    reopen_ticket,
    resolve_ticket,
    respond,
    start_work,
    withdraw_ticket,
)
from tickets.actions.merging import merge_ticket, undo_merge
from tickets.actions.moderation import hide_photo, publish_photo
from tickets.actions.movement import change_priority, promote_ticket, route_ticket, transfer_ticket
from tickets.actions.notifying import notify_colleagues
from tickets.actions.planning import plan_ticket
from tickets.actions.support import support_ticket
from tickets.actions.verification import dispute_resolution, verify_resolution
from tickets.enums import Status
from tickets.models import Attachment, Project, Ticket
from tickets.tests.factories import burst_pipe_category, report_ticket
from tickets.verification import code_for
from tickets.workflow import Verb


@dataclass
class Cast:
    own_agent: User
    other_agent: User
    department_admin: User
    other_department_admin: User
    call_centre: User
    organisation_admin: User
    auditor: User
    foreign_admin: User
    reporter: User
    neighbour: User
    anonymous: Any
    operator: User

    def everybody(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass
class Scene:
    """A city with two departments, two stages each, and everybody."""

    category: Category
    other_department: Department
    other_category: Category
    cast: Cast
    project: Project

    @property
    def organisation(self) -> Organisation:
        return self.category.organisation

    @property
    def department(self) -> Department:
        return self.category.department


def member_of(organisation: Organisation, role: Role) -> User:
    return MembershipFactory.create(organisation=organisation, role=role).user


def set_scene() -> Scene:
    category = burst_pipe_category()
    city = category.organisation
    other = DepartmentFactory.create(organisation=city)
    for department in (category.department, other):
        StageFactory.create(department=department, position=1)
        StageFactory.create(department=department, position=2)
    foreign = burst_pipe_category()
    cast = Cast(
        own_agent=staff_member(category.department, capacity=50),
        other_agent=staff_member(other, capacity=50),
        department_admin=_never_free(staff_member(category.department, role=Role.DEPARTMENT_ADMIN)),
        other_department_admin=_never_free(staff_member(other, role=Role.DEPARTMENT_ADMIN)),
        call_centre=member_of(city, Role.CALL_CENTRE),
        organisation_admin=member_of(city, Role.ORGANISATION_ADMIN),
        auditor=member_of(city, Role.AUDITOR),
        foreign_admin=member_of(foreign.organisation, Role.ORGANISATION_ADMIN),
        reporter=UserFactory.create(full_name="Thandi Mokoena"),
        neighbour=UserFactory.create(),
        anonymous=AnonymousUser(),
        operator=UserFactory.create(is_superuser=True, is_staff=True),
    )
    project = Project.objects.create(organisation=city, name="Winter readiness")
    return Scene(category, other, CategoryFactory.create(department=other), cast, project)


def _never_free(admin: User) -> User:
    admin.department_memberships.update(is_available=False)
    return admin


def ticket_in(status: Status, scene: Scene, **fields: Any) -> Ticket:
    """A ticket that came into this status by its usual way, with a photo whose bytes nobody asks for."""
    ticket = report_ticket(scene.category, reporter=scene.cast.reporter, **fields)
    _photo_of(ticket)
    if status == Status.IN_PROGRESS:
        ticket = start_work(ticket, acting_user=None)
    elif status == Status.RESPONDED:
        ticket = respond(ticket, message="Which gate is it?", acting_user=None)
    elif status in {Status.RESOLVED, Status.CLOSED}:
        ticket = resolve_ticket(ticket, note="Coupling replaced.", acting_user=None)
    if status == Status.CLOSED:
        code = code_for(ticket.verifications.get())
        ticket = verify_resolution(ticket, code=code, acting_user=scene.cast.reporter)
    assert ticket.status == status
    return ticket


def _photo_of(ticket: Ticket) -> Attachment:
    """The one that it has, or a new one."""
    return ticket.attachments.first() or Attachment.objects.create(
        ticket=ticket,
        visibility=usual_visibility(ticket),
        name="pipe.jpg",
        content_type="image/jpeg",
        size=1,
    )


def _verify(ticket: Ticket, user: Any, scene: Scene) -> Any:
    asked = ticket.verifications.order_by("-pk").first()
    return verify_resolution(ticket, code=code_for(asked) if asked else "000000", acting_user=user)


def _colleague(user: Any, scene: Scene) -> User:
    cast = scene.cast
    return cast.department_admin if user == cast.own_agent else cast.own_agent


def another_of(ticket: Ticket, scene: Scene) -> Ticket:
    """An open ticket of the same reporter, as public as this one."""
    alike = Ticket.objects.reported_by(scene.cast.reporter).filter(is_public=ticket.is_public)
    found = alike.with_status(Status.OPEN).exclude(pk=ticket.pk).order_by("pk").first()
    return found or report_ticket(scene.category, reporter=scene.cast.reporter, is_public=ticket.is_public)


# Every verb that people or the system have an action for.
CALLS: dict[Verb, Callable[[Ticket, Any, Scene], Any]] = {
    Verb.START: lambda ticket, user, _scene: start_work(ticket, acting_user=user),
    Verb.RESPOND: lambda ticket, user, _scene: respond(ticket, message="Where?", acting_user=user),
    Verb.RESOLVE: lambda ticket, user, _scene: resolve_ticket(ticket, note="Done.", acting_user=user),
    Verb.VERIFY: _verify,
    Verb.DISPUTE: lambda ticket, user, _scene: dispute_resolution(ticket, reason="No.", acting_user=user),
    Verb.LAPSE: lambda ticket, user, _scene: close_unanswered(ticket, acting_user=user),
    Verb.COMPLETE: lambda ticket, user, _scene: complete_ticket(ticket, acting_user=user),
    Verb.REJECT: lambda ticket, user, _scene: reject_ticket(ticket, reason="Not ours.", acting_user=user),
    Verb.REOPEN: lambda ticket, user, _scene: reopen_ticket(ticket, reason="Again.", acting_user=user),
    Verb.WITHDRAW: lambda ticket, user, _scene: withdraw_ticket(ticket, acting_user=user),
    Verb.PICK: lambda ticket, user, _scene: pick_ticket(ticket, acting_user=user),
    Verb.OVERRIDE: lambda ticket, user, scene: override_assignment(
        ticket, assignee=scene.cast.own_agent, reason="Knows the place.", acting_user=user
    ),
    Verb.UNPIN: lambda ticket, user, _scene: unpin_ticket(ticket, acting_user=user),
    Verb.TRANSFER: lambda ticket, user, scene: transfer_ticket(
        ticket, department=scene.other_department, reason="Theirs.", acting_user=user
    ),
    Verb.PROMOTE: lambda ticket, user, _scene: promote_ticket(ticket, note="Inspected.", acting_user=user),
    Verb.PRIORITISE: lambda ticket, user, _scene: change_priority(
        ticket, priority=Priority.URGENT, reason="School.", acting_user=user
    ),
    Verb.ROUTE: lambda ticket, user, scene: route_ticket(
        ticket, category=scene.other_category, acting_user=user
    ),
    Verb.PLAN: lambda ticket, user, scene: plan_ticket(ticket, project=scene.project, acting_user=user),
    Verb.EDIT: lambda ticket, user, _scene: edit_ticket(
        ticket, Corrections(title="Burst main"), acting_user=user
    ),
    Verb.MESSAGE: lambda ticket, user, _scene: add_message(ticket, body="Any news?", acting_user=user),
    Verb.NOTE: lambda ticket, user, _scene: add_note(ticket, body="Called.", acting_user=user),
    Verb.PUBLISH_PHOTO: lambda ticket, user, _scene: publish_photo(_photo_of(ticket), acting_user=user),
    Verb.HIDE_PHOTO: lambda ticket, user, _scene: hide_photo(_photo_of(ticket), acting_user=user),
    Verb.FOLLOW: lambda ticket, user, _scene: follow_ticket(ticket, acting_user=user),
    Verb.ASK_CALL: lambda ticket, user, _scene: ask_for_call(ticket, phone="082 123 4567", acting_user=user),
    Verb.NOTIFY: lambda ticket, user, scene: notify_colleagues(
        ticket, people=[_colleague(user, scene)], note="Yours?", acting_user=user
    ),
    Verb.MERGE: lambda ticket, user, scene: merge_ticket(
        ticket, into=another_of(ticket, scene), acting_user=user
    ),
    Verb.UNMERGE: lambda ticket, user, _scene: undo_merge(ticket, acting_user=user),
    Verb.SUPPORT: lambda ticket, user, _scene: support_ticket(ticket, acting_user=user),
}
