"""What lies on the desk of somebody who works here: composed reads for the console.

Each answer is a fixed number of queries, whatever it finds.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils import timezone

from accounts.enums import Capability
from accounts.models import Organisation, User
from accounts.permissions import has_capability_anywhere, is_operator, organisations_where
from accounts.queries import people_with_roles, staff_of
from common.phones import phone_in
from common.references import MistypedReference, looks_like_reference, parse_reference
from departments.models import Category, Department, DepartmentMember, Stage
from departments.permissions import can_manage_department, departments_of
from departments.queries import read_departments
from tickets.enums import Status
from tickets.event_querysets import AttachmentQuerySet
from tickets.models import Attachment, Callback, Clock, Custody, Message, Project, Ticket, TicketEvent
from tickets.permissions import can_view_ticket
from tickets.queries import NEARBY_METRES, capped_count, similar_open_tickets, within_metres
from tickets.querysets import TicketQuerySet

SHOWN = 12
# What is due within a day asks for attention now.
SOON = timedelta(hours=24)
_COUNT_CAP = 200


class Counted:
    """How high a pile is, in words: counted up to a cap."""

    count: int

    @property
    def height(self) -> str:
        return f"{_COUNT_CAP}+" if self.count > _COUNT_CAP else str(self.count)


@dataclass(frozen=True)
class Pile(Counted):
    """The top of a pile of tickets."""

    tickets: list[Ticket]
    count: int


def _pile(tickets: TicketQuerySet, *, shown: int = SHOWN) -> Pile:
    return Pile(list(tickets.for_list()[:shown]), capped_count(tickets, cap=_COUNT_CAP))


@dataclass(frozen=True)
class Desk:
    to_do: Pile
    waiting: Pile
    queue: Pile
    places: list[DepartmentMember]


def desk_of(user: Any) -> Desk:
    """What one person has to do, what waits for reporters, and what they could pick."""
    mine = Ticket.objects.work_of(user)
    return Desk(
        to_do=_pile(mine.with_status(Status.OPEN, Status.IN_PROGRESS)),
        waiting=_pile(mine.with_status(Status.RESPONDED, Status.RESOLVED), shown=6),
        queue=_pile(_queue_for(user)),
        places=list(DepartmentMember.objects.active().of_user(user.pk).with_people()),
    )


def _queue_for(user: Any) -> TicketQuerySet:
    """The queues that concern somebody who works on tickets; nobody else picks."""
    if not has_capability_anywhere(user, Capability.WORK_ON_TICKETS):
        return Ticket.objects.none()
    return Ticket.objects.visible_to_staff(user).queued()


@dataclass(frozen=True)
class Board:
    """What a department admin answers for."""

    expired: Pile
    expiring: Pile
    members: list[DepartmentMember]


def board_of(user: Any, now: datetime) -> Board | None:
    """The overdue, the expiring and the load of the departments somebody manages; None for others."""
    if not has_capability_anywhere(user, Capability.MANAGE_DEPARTMENT):
        return None
    departments = [department.pk for department in Department.objects.managed_by(user)]
    theirs = Ticket.objects.in_departments(departments)
    members = DepartmentMember.objects.in_departments(departments).active().with_people()
    return Board(
        expired=_pile(theirs.overdue(now).due_first(), shown=8),
        expiring=_pile(theirs.due_between(now, now + SOON).due_first(), shown=8),
        members=list(members.fullest_first()[:SHOWN]),
    )


def own_place(user: Any, key: Any) -> DepartmentMember | None:
    """The person's own place in a department, or that of a member whose department they manage."""
    member: DepartmentMember | None = (
        DepartmentMember.objects.visible_to(user).with_people().with_key(key).first()
    )
    if member is None or (member.user_id != user.pk and not can_manage_department(user, member.department)):
        return None
    return member


def member_in_reach(user: Any, key: Any) -> DepartmentMember | None:
    """A member of a department in one of the person's organisations."""
    members = DepartmentMember.objects.visible_to(user).with_people()
    found: DepartmentMember | None = members.with_key(key).first()
    return found


def held_at(member: DepartmentMember) -> Pile:
    """What a member has to work on at this desk."""
    return _pile(Ticket.objects.in_department(member.department_id).held_by(member.user_id).due_first())


def colleague_desks(member: DepartmentMember) -> list[DepartmentMember]:
    """The others who work in the member's department, with whether they are there now."""
    others = members_of_departments([member.department_id])
    return [desk for desk in others if desk.user_id != member.user_id]


def newest_for(user: Any) -> Pile:
    """What came in last, for those who talk to callers. Nobody needs to know how many there ever were."""
    newest = Ticket.objects.visible_to_staff(user).not_withdrawn().newest_first()
    return Pile(list(newest.for_list()[:8]), 0)


# The ticket list


def search_tickets(tickets: TicketQuerySet, user: Any, typed: str) -> TicketQuerySet:
    """Tickets by reference, phone, words or reporter. Raises MistypedReference.

    Who may not see reporters finds nothing by them.
    """
    reference = reference_in(user, typed)
    if reference:
        return tickets.with_reference(reference)
    reporters = organisations_where(user, Capability.VIEW_REPORTERS)
    phone = phone_in(typed)
    if phone and has_capability_anywhere(user, Capability.VIEW_REPORTERS):
        return tickets.reported_from(phone=phone)
    return tickets.matching_words_or_reporter(typed, reporters)


def reference_in(user: Any, typed: str) -> str:
    """The reference that somebody typed, or "" for words. Raises MistypedReference for a mistyped one."""
    try:
        return parse_reference(typed)
    except MistypedReference:
        prefixes = Organisation.objects.staffed_by(user).values_list("reference_prefix", flat=True)
        if any(looks_like_reference(typed, prefix=prefix) for prefix in prefixes):
            raise
    return ""


# The workspace


@dataclass(frozen=True)
class Surroundings:
    """What stands around one ticket, beside what is said and done on it."""

    clocks: list[Clock]
    custodies: list[Custody]
    same_reporter: list[Ticket]
    near_by: list[Ticket]


def surroundings_of(ticket: Ticket, user: Any, *, with_reporter: bool) -> Surroundings:
    others: list[Ticket] = []
    if with_reporter:
        reach = Ticket.objects.visible_to_staff(user).of_same_reporter(ticket)
        others = list(reach.for_list().newest_first()[:5])
    return Surroundings(
        clocks=list(ticket.clocks.select_related("calendar").order_by("promise")),
        custodies=list(ticket.custodies.in_order()),
        same_reporter=others,
        near_by=_near_by(ticket),
    )


def _near_by(ticket: Ticket) -> list[Ticket]:
    if ticket.latitude is None or ticket.longitude is None:
        return []
    found = similar_open_tickets(
        ticket.organisation,
        category=ticket.category,
        latitude=ticket.latitude,
        longitude=ticket.longitude,
        limit=4,
    )
    return [other for other in found if other.pk != ticket.pk][:3]


def merge_candidates(ticket: Ticket, user: Any, *, limit: int = 6) -> list[Ticket]:
    """Tickets that this one may be a duplicate of: not closed, near by, the nearest first.

    Without a place, the newest of the same kind. Whatever the person works with, and what is public.
    """
    rows = Ticket.objects.of_organisation(ticket.organisation_id).visible_to(user).unclosed()
    others = rows.exclude(pk=ticket.pk).for_list()
    # Into a ticket that is not public go only reports of the same person.
    fitting = others.public() if ticket.is_public else others
    if ticket.latitude is not None and ticket.longitude is not None:
        near = within_metres(fitting, ticket.latitude, ticket.longitude, NEARBY_METRES)
        return list(near.nearest_to(ticket.latitude, ticket.longitude)[:limit])
    alike = fitting.in_category(ticket.category_id) if ticket.category_id else fitting
    return list(alike.newest_first()[:limit])


def colleagues_who_may_see(ticket: Ticket, user: Any) -> list[User]:
    """Everybody else who works here and may see the ticket, by name."""
    staff = staff_of(ticket.organisation_id).order_by("user__full_name", "pk")
    keys = list(staff.values_list("user_id", flat=True))
    people = people_with_roles(keys)
    read_departments(people)
    others = [people[key] for key in keys if key in people and key != user.pk]
    return [person for person in others if can_view_ticket(person, ticket)]


def people_who_can_hold(ticket: Ticket) -> list[DepartmentMember]:
    """The members of the ticket's department, the least loaded first, with whether they are there now."""
    if ticket.department_id is None:
        return []
    members = DepartmentMember.objects.of_department(ticket.department_id).active()
    present = members.with_presence(timezone.now())
    return list(present.select_related("user").least_loaded_first())


def members_of_departments(department_ids: Sequence[Any]) -> list[DepartmentMember]:
    """Everybody who works in one of these departments, by name, with whether they are there now."""
    members = DepartmentMember.objects.in_departments(department_ids).active()
    return list(members.with_presence(timezone.now()).with_people())


def departments_with_stages(organisation_id: Any) -> list[Department]:
    """Where a ticket can go: active departments by name, with their stages in order."""
    in_order = Prefetch("stages", queryset=Stage._default_manager.order_by("position"))
    return list(
        Department.objects.of_organisation(organisation_id).active().by_name().prefetch_related(in_order)
    )


def categories_of(organisation_id: Any) -> list[Category]:
    return list(Category.objects.of_organisation(organisation_id).active().by_department())


def attachment_of(ticket: Ticket, key: Any) -> Attachment | None:
    return ticket.attachments.filter(pk=key).first()


def audit_trail(events: models.QuerySet[TicketEvent]) -> models.QuerySet[TicketEvent]:
    """Events with what the audit trail shows of each."""
    related = events.select_related("ticket", "actor", "department")
    return related.defer("ticket__search", "ticket__description")


def has_projects(user: Any) -> bool:
    return Project.objects.visible_to(user).exists()


def open_projects(organisation_id: Any) -> list[Project]:
    """Where a ticket can be moved to, by name."""
    return list(Project.objects.of_organisation(organisation_id).open().by_name())


def workplaces_of(user: Any) -> models.QuerySet[Organisation]:
    """The organisations in which the person works on tickets."""
    if is_operator(user):
        return Organisation.objects.active()
    return Organisation.objects.active().filter(pk__in=organisations_where(user, Capability.WORK_ON_TICKETS))


def projects_to_choose_from(user: Any) -> list[Project]:
    return list(Project.objects.visible_to(user).by_name())


@dataclass(frozen=True)
class Colleagues:
    """Everybody who works in an organisation, by name, and the keys of those on a ticket beside its lead."""

    everybody: list[User]
    working: list[Any]


def colleagues_on(ticket: Ticket) -> Colleagues:
    members = staff_of(ticket.organisation_id).order_by("user__full_name", "pk")
    return Colleagues(
        everybody=[membership.user for membership in members],
        working=list(ticket.assignees.values_list("user_id", flat=True)),
    )


# Conversations

TALKS = 25


@dataclass(frozen=True)
class Talk:
    """A ticket that waits for an answer, with what was said last."""

    ticket: Ticket
    said: str


@dataclass(frozen=True)
class TalkPage(Counted):
    talks: list[Talk]
    has_more: bool
    count: int


def talks_for(user: Any, *, whose: str, after: tuple[datetime, uuid.UUID] | None) -> TalkPage:
    """Where residents wait for an answer, the longest first: all, `mine`, or of my `departments`.

    Three queries.
    """
    unanswered = _unanswered_of(user, whose)
    rows = unanswered.unanswered_behind(*after) if after else unanswered
    found = list(rows.for_list()[: TALKS + 1])
    said = dict(Message.objects.last_of(row.pk for row in found[:TALKS]).values_list("ticket_id", "body"))
    talks = [Talk(ticket, said.get(ticket.pk, "")) for ticket in found[:TALKS]]
    return TalkPage(talks, has_more=len(found) > TALKS, count=capped_count(unanswered, cap=_COUNT_CAP))


def _talked_about(user: Any) -> TicketQuerySet:
    """The tickets on which the person speaks for the organisation."""
    reached = Ticket.objects.visible_to_staff(user)
    if is_operator(user):
        return reached
    return reached.in_organisations(organisations_where(user, Capability.VIEW_REPORTERS))


def _unanswered_of(user: Any, whose: str) -> TicketQuerySet:
    reached = _talked_about(user)
    if whose == "mine":
        reached = reached.assigned_to(user)
    if whose == "departments":
        reached = reached.in_departments(departments_of(user))
    return reached.unanswered()


def talks_waiting(user: Any) -> int:
    """How many wait, counted up to a cap."""
    return capped_count(_unanswered_of(user, ""), cap=_COUNT_CAP)


# So many are looked at on one page; the others come up when these are done.
PHOTOS = 30


@dataclass(frozen=True)
class PhotoPile(Counted):
    photos: list[Attachment]
    count: int

    @property
    def has_more(self) -> bool:
        return self.count > len(self.photos)


def waiting_photos(user: Any) -> PhotoPile:
    """Those that wait to be looked at on tickets that the person works with, the longest waiting first."""
    found = list(_waiting_photos_of(user).longest_waiting_first()[:PHOTOS])
    return PhotoPile(found, photos_waiting(user))


def photos_waiting(user: Any) -> int:
    """How many wait, counted up to a cap."""
    return capped_count(_waiting_photos_of(user), cap=_COUNT_CAP)


def _waiting_photos_of(user: Any) -> AttachmentQuerySet:
    return Attachment.objects.waiting().of_tickets(_talked_about(user))


def looks_at_photos(user: Any) -> bool:
    """Whether an organisation that the person works for wants it, or did when photos came that still wait."""
    waiting = Attachment.objects.waiting().filter(ticket__organisation=OuterRef("pk"))
    wanting = Organisation.objects.filter(Q(moderates_photos=True) | Exists(waiting))
    if not is_operator(user):
        wanting = wanting.filter(pk__in=organisations_where(user, Capability.VIEW_REPORTERS))
    return wanting.exists()


def calls_due(user: Any, now: datetime) -> int:
    """How many people are to be called by now, counted up to a cap."""
    due = Callback.objects.visible_to(user).open().due_by(now)
    return capped_count(due, cap=_COUNT_CAP)
