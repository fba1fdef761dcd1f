"""Chainable questions about tickets. Views and console compose these; they never filter themselves."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.search import SearchQuery
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.enums import Capability
from accounts.permissions import is_operator, organisations_where
from departments.models import DepartmentMember
from departments.permissions import departments_of
from tickets.enums import ClockState, Outcome, Status, VerificationState
from tickets.tags import fold_tag

if TYPE_CHECKING:
    from tickets.models import (
        Custody,
        Project,
        Ticket,
        Verification,
    )

UNCLOSED = [Status.OPEN, Status.IN_PROGRESS, Status.RESPONDED, Status.RESOLVED]
UNSETTLED = [Status.OPEN, Status.IN_PROGRESS]


class Operator(Func):
    """Two expressions with a PostgreSQL operator between them."""

    template = "(%(expressions)s)"

    def __init__(self, left: Any, operator: str, right: Any, output_field: models.Field[Any, Any]) -> None:
        super().__init__(left, right, arg_joiner=f" {operator} ", output_field=output_field)


def spot_of_ticket() -> Func:
    """The ticket's place as a point, written as the index `ticket_spot` has it."""
    return Func(F("longitude"), F("latitude"), function="point", output_field=models.TextField())


def spot(longitude: float, latitude: float) -> Func:
    return Func(Value(longitude), Value(latitude), function="point", output_field=models.TextField())


# Which ticket it is, where, and what says how it stands: what `tickets.views.words` reads.
_STANDING = (
    "reference",
    "title",
    "latitude",
    "longitude",
    "status",
    "outcome",
    "assignee_id",
    "reopened_count",
    "queued_at",
    "assigned_at",
    "started_at",
    "resolved_at",
    "closed_at",
    "due_at",
    "expired_at",
)
_CARD = (
    *_STANDING,
    "address",
    "created_at",
    "support_count",
    "department__code",
    "department__name",
    "ward__number",
)


class TicketQuerySet(models.QuerySet["Ticket"]):
    # Who sees what

    def public(self) -> TicketQuerySet:
        """What anybody may see: public tickets that were not withdrawn."""
        return self.filter(is_public=True).not_withdrawn()

    def visible_to(self, user: Any) -> TicketQuerySet:
        """Every ticket the person may see. The same answer as `permissions.can_view_ticket`."""
        if is_operator(user):
            return self.all()
        shown = Q(is_public=True) & ~Q(outcome=Outcome.WITHDRAWN)
        if user is not None and user.is_authenticated:
            shown |= Q(reporter_id=user.pk) & ~Q(outcome=Outcome.WITHDRAWN)
            shown |= self._seen_as_staff(user)
        return self.filter(shown)

    def visible_to_staff(self, user: Any) -> TicketQuerySet:
        """The tickets the person works with or looks after. The same as `can_view_as_staff`."""
        return self.all() if is_operator(user) else self.filter(self._seen_as_staff(user))

    def _seen_as_staff(self, user: Any) -> Q:
        whole = organisations_where(user, Capability.VIEW_ALL_TICKETS)
        own = organisations_where(user, Capability.VIEW_DEPARTMENT_TICKETS)
        within = Q(department_id__in=list(departments_of(user))) | Q(department_id__isnull=True)
        within |= Q(assignee_id=user.pk)
        return Q(organisation_id__in=whole) | (Q(organisation_id__in=own) & within)

    def of_organisation(self, organisation_id: uuid.UUID) -> TicketQuerySet:
        return self.filter(organisation_id=organisation_id)

    def reported_by(self, user: Any) -> TicketQuerySet:
        return self.filter(reporter_id=user.pk)

    def supported_by(self, user: Any) -> TicketQuerySet:
        """Where the person says me too. What they said on a duplicate counts where that was merged into."""
        return self.filter(supports__user_id=user.pk).exclude(outcome=Outcome.DUPLICATE)

    def followed_by(self, user: Any) -> TicketQuerySet:
        """What the person follows. A duplicate is followed where it was merged into."""
        return self.filter(follows__user_id=user.pk).exclude(outcome=Outcome.DUPLICATE)

    def with_news_for(self, user: Any) -> TicketQuerySet:
        """With `news_at`, when something happened last that concerns the person and that they did not do
        themselves, and `is_unread`, whether they have looked since. The newest news first.
        """
        related: Any = {field.name: field.related_model for field in self.model._meta.related_objects}
        events = related["events"]._default_manager.news_for(user).filter(ticket_id=OuterRef("pk"))
        seen = related["seen"]._default_manager.filter(ticket_id=OuterRef("pk"), user_id=user.pk)
        latest = events.order_by("-ticket_version")
        rows = self.annotate(
            news_at=Coalesce(Subquery(latest.values("occurred_at")[:1]), F("created_at")),
            news_version=Coalesce(Subquery(latest.values("ticket_version")[:1]), 0),
            seen_version=Coalesce(Subquery(seen.values("version")[:1]), 0),
        )
        rows = rows.annotate(is_unread=Q(news_version__gt=F("seen_version")))
        return rows.order_by("-news_at", "-pk")

    def with_older_news(self, at: datetime, key: uuid.UUID) -> TicketQuerySet:
        """Behind a place of `with_news_for`."""
        return self.filter(Q(news_at__lt=at) | Q(news_at=at, pk__lt=key))

    # What state they are in

    def not_withdrawn(self) -> TicketQuerySet:
        return self.exclude(outcome=Outcome.WITHDRAWN)

    def unclosed(self) -> TicketQuerySet:
        return self.filter(status__in=UNCLOSED)

    def unsettled(self) -> TicketQuerySet:
        """Work is still owed: open or in progress."""
        return self.filter(status__in=UNSETTLED)

    def merged(self) -> TicketQuerySet:
        """Closed as duplicates of another ticket."""
        return self.filter(outcome=Outcome.DUPLICATE)

    def with_status(self, *statuses: str) -> TicketQuerySet:
        return self.filter(status__in=statuses)

    def resolved_between(self, start: datetime, end: datetime) -> TicketQuerySet:
        """Those whose fix of that time still stands."""
        return self.filter(resolved_at__gte=start, resolved_at__lt=end)

    def overdue(self, now: datetime) -> TicketQuerySet:
        """Unsettled past the promised time, whether or not a sweep has said so yet."""
        return self.unsettled().filter(due_at__lt=now)

    def due_between(self, earlier: datetime, later: datetime) -> TicketQuerySet:
        """Unsettled and promised for this span of time."""
        return self.unsettled().filter(due_at__gte=earlier, due_at__lt=later)

    def due_first(self) -> TicketQuerySet:
        return self.order_by(F("due_at").asc(nulls_last=True), "-priority", "created_at", "pk")

    def verified_since(self, moment: datetime) -> TicketQuerySet:
        return self.filter(status=Status.CLOSED, outcome=Outcome.VERIFIED, closed_at__gte=moment)

    def reported_since(self, moment: datetime) -> TicketQuerySet:
        return self.filter(created_at__gte=moment)

    def overflowing_by(self, now: datetime) -> TicketQuerySet:
        """Tickets that waited in their queue as long as their department lets them, first the longest."""
        return self.filter(overflow_at__lte=now).order_by("overflow_at", "pk")

    def overflowing_behind(self, overflow_at: datetime, key: uuid.UUID) -> TicketQuerySet:
        """Behind a place of `overflowing_by`."""
        return self.filter(Q(overflow_at__gt=overflow_at) | Q(pk__gt=key), overflow_at__gte=overflow_at)

    def closing_by(self, now: datetime) -> TicketQuerySet:
        """Waiting tickets whose time to answer is over, the longest over first."""
        return self.filter(auto_close_at__lte=now).order_by("auto_close_at", "pk")

    def closing_behind(self, auto_close_at: datetime, key: uuid.UUID) -> TicketQuerySet:
        """Behind a place of `closing_by`."""
        return self.filter(
            Q(auto_close_at__gt=auto_close_at) | Q(pk__gt=key), auto_close_at__gte=auto_close_at
        )

    def escalating_by(self, now: datetime) -> TicketQuerySet:
        """Expired tickets whose next step up the ladder has come, the longest waiting first."""
        return self.unsettled().filter(escalate_at__lte=now).order_by("escalate_at", "pk")

    def escalating_behind(self, at: datetime, key: uuid.UUID) -> TicketQuerySet:
        """Behind a place of `escalating_by`."""
        return self.filter(Q(escalate_at__gt=at) | Q(pk__gt=key), escalate_at__gte=at)

    def escalated(self) -> TicketQuerySet:
        """Unsettled tickets that somebody above the agent was told about, the highest first."""
        return (
            self.unsettled().filter(escalation_level__gt=0).order_by("-escalation_level", "expired_at", "pk")
        )

    def held_too_long(self, now: datetime) -> TicketQuerySet:
        """Where who has the ticket now has used up their department's internal target."""
        custodies = self.model._meta.get_field("custodies").related_model._default_manager
        over = custodies.filter(ended_at__isnull=True, target_at__lt=now)
        return self.filter(pk__in=over.values("ticket_id"))

    def with_open_clocks(self) -> TicketQuerySet:
        """Where a clock runs or pauses, or may still go on."""
        clocks = self.model._meta.get_field("clocks").related_model._default_manager
        live = clocks.filter(ticket_id=OuterRef("pk"), state__in=[ClockState.RUNNING, ClockState.PAUSED])
        return self.filter(Q(status__in=UNCLOSED) | Exists(live))

    def unanswered(self) -> TicketQuerySet:
        """Where the resident had the last word, who waits longest first."""
        return self.filter(unanswered_since__isnull=False).order_by("unanswered_since", "pk")

    def unanswered_behind(self, since: datetime, key: uuid.UUID) -> TicketQuerySet:
        """Behind a place of `unanswered`."""
        return self.filter(Q(unanswered_since__gt=since) | Q(pk__gt=key), unanswered_since__gte=since)

    # Whose they are

    def work_of(self, user: Any) -> TicketQuerySet:
        """What an agent has on their desk, expiring first."""
        mine = self.filter(assignee_id=user.pk, status__in=UNCLOSED)
        return mine.order_by(F("due_at").asc(nulls_last=True), "-priority", "created_at", "pk")

    def waiting_in(self, department_ids: Iterable[uuid.UUID]) -> TicketQuerySet:
        """The queue of departments in the order it is drained: priority, time left, age."""
        waiting = self.filter(department_id__in=list(department_ids), queued_at__isnull=False)
        return waiting.order_by("-priority", F("due_at").asc(nulls_last=True), "created_at", "pk")

    def queued(self) -> TicketQuerySet:
        """Waiting for a free agent, in the order in which queues are drained."""
        waiting = self.filter(queued_at__isnull=False)
        return waiting.order_by("-priority", F("due_at").asc(nulls_last=True), "created_at", "pk")

    def held_by(self, user_id: uuid.UUID) -> TicketQuerySet:
        """What somebody has to work on."""
        return self.unsettled().filter(assignee_id=user_id)

    def held_by_who_left(self) -> TicketQuerySet:
        """Work that nobody does: whoever has it works in its department no more."""
        desks = DepartmentMember.objects.active().filter(
            department_id=OuterRef("department_id"), user_id=OuterRef("assignee_id")
        )
        held = self.unsettled().filter(assignee__isnull=False, department__isnull=False)
        return held.filter(~Exists(desks)).order_by("pk")

    def assigned_to(self, user: Any) -> TicketQuerySet:
        return self.filter(assignee_id=user.pk)

    def with_priority(self, priority: int) -> TicketQuerySet:
        return self.filter(priority=priority)

    def in_departments(self, department_ids: Iterable[uuid.UUID]) -> TicketQuerySet:
        return self.filter(department_id__in=list(department_ids))

    def in_departments_or_none(self, department_ids: Iterable[uuid.UUID | None]) -> TicketQuerySet:
        """The same; None among them stands for tickets without a department."""
        keys = set(department_ids)
        without = Q(department__isnull=True) if None in keys else Q(pk__in=[])
        return self.filter(Q(department_id__in=keys - {None}) | without)

    def in_organisations(self, organisation_ids: Iterable[uuid.UUID]) -> TicketQuerySet:
        return self.filter(organisation_id__in=list(organisation_ids))

    def in_department(self, department_id: uuid.UUID) -> TicketQuerySet:
        return self.filter(department_id=department_id)

    def in_category(self, category_id: uuid.UUID) -> TicketQuerySet:
        return self.filter(category_id=category_id)

    def in_project(self, project_id: uuid.UUID) -> TicketQuerySet:
        return self.filter(project_id=project_id)

    def in_ward(self, ward_id: uuid.UUID) -> TicketQuerySet:
        return self.filter(ward_id=ward_id)

    # Where they are

    def located(self) -> TicketQuerySet:
        return self.filter(latitude__isnull=False)

    def within(self, *, south: float, west: float, north: float, east: float) -> TicketQuerySet:
        """Tickets whose place lies in the box, by the index `ticket_spot`."""
        box = Func(spot(west, south), spot(east, north), function="box", output_field=models.TextField())
        return self.located().filter(Operator(spot_of_ticket(), "<@", box, models.BooleanField()))

    def nearest_to(self, latitude: float, longitude: float) -> TicketQuerySet:
        """Ordered by distance from a place, nearest first, with `distance` in degrees."""
        distance = Operator(spot_of_ticket(), "<->", spot(longitude, latitude), models.FloatField())
        return self.located().annotate(distance=distance).order_by("distance", "pk")

    # Words

    def matching(self, words: str) -> TicketQuerySet:
        """Tickets with these words in title, description or address (web-search syntax)."""
        return self.filter(search=SearchQuery(words, search_type="websearch", config="english"))

    def reported_from(self, *, phone: str) -> TicketQuerySet:
        """Tickets whose reporter has this number, in E.164."""
        return self.filter(Q(reporter_phone=phone) | Q(reporter__phone=phone))

    def matching_words_or_reporter(self, words: str, organisation_ids: Iterable[uuid.UUID]) -> TicketQuerySet:
        """The same as `matching`, and reporters of that name or e-mail in these organisations."""
        reporter = Q(reporter_name__icontains=words) | Q(reporter_email__iexact=words)
        found = Q(search=SearchQuery(words, search_type="websearch", config="english"))
        return self.filter(found | (reporter & Q(organisation_id__in=list(organisation_ids))))

    def of_same_reporter(self, ticket: Ticket) -> TicketQuerySet:
        """Other tickets of who reported this one; nothing where nobody knows who that was."""
        others = self.filter(organisation_id=ticket.organisation_id).exclude(pk=ticket.pk)
        if ticket.reporter_id is not None:
            return others.filter(reporter_id=ticket.reporter_id)
        if ticket.reporter_phone:
            return others.filter(reporter_phone=ticket.reporter_phone)
        return others.filter(reporter_email=ticket.reporter_email) if ticket.reporter_email else self.none()

    # Reading

    def newest_first(self) -> TicketQuerySet:
        return self.order_by("-created_at", "-pk")

    def older_than(self, created_at: datetime, key: uuid.UUID) -> TicketQuerySet:
        """Behind a place of `newest_first`, by the key its indexes end on."""
        # The first condition says nothing new, but it is the one that the index can start at.
        return self.filter(Q(created_at__lt=created_at) | Q(pk__lt=key), created_at__lte=created_at)

    def newer_than(self, created_at: datetime, key: uuid.UUID) -> TicketQuerySet:
        """Before a place of `newest_first`."""
        return self.filter(Q(created_at__gt=created_at) | Q(pk__gt=key), created_at__gte=created_at)

    def oldest_first(self) -> TicketQuerySet:
        return self.order_by("created_at", "pk")

    def further_than(self, distance: float, key: uuid.UUID) -> TicketQuerySet:
        """Behind a place of `nearest_to`."""
        return self.filter(Q(distance__gt=distance) | Q(distance=distance, pk__gt=key))

    def affecting_many(self, least: int) -> TicketQuerySet:
        """What many people have said "me too" about, most of them first."""
        return self.filter(support_count__gte=least).order_by("-support_count", "-created_at", "pk")

    def tagged(self, tag: str) -> TicketQuerySet:
        return self.filter(tags__contains=[fold_tag(tag)])

    def with_reference(self, reference: str) -> TicketQuerySet:
        return self.filter(reference=reference)

    def with_external_ref(self, external_ref: str) -> TicketQuerySet:
        return self.filter(external_ref=external_ref)

    def external_refs_among(self, wanted: Sequence[str]) -> set[str]:
        """Which of these references have a ticket."""
        return set(self.filter(external_ref__in=wanted).values_list("external_ref", flat=True))

    def for_list(self) -> TicketQuerySet:
        """With what a list shows of each ticket, and without its long texts."""
        related = self.select_related("category", "department", "ward", "organisation", "stage", "assignee")
        return related.defer("search", "description", "ward__shape")

    def for_cards(self) -> TicketQuerySet:
        """With what a card of a list says of each ticket, and no more."""
        return self.select_related("department", "ward").only(*_CARD)

    def for_feeds(self) -> TicketQuerySet:
        """With what feeds say besides."""
        related = self.select_related("category", "department", "ward")
        return related.only(*_CARD, "updated_at", "category__code", "category__name")

    def for_markers(self) -> TicketQuerySet:
        """With what the map says of each ticket and no more: it shows hundreds at once."""
        return self.only(*_STANDING)

    def for_change(self) -> TicketQuerySet:
        """With what every action reads of a ticket."""
        related = self.select_related("organisation", "department", "category", "stage", "ward", "assignee")
        # Official ward shapes are as long as books.
        return related.defer("search", "ward__shape")

    def with_support_of(self, user: Any) -> TicketQuerySet:
        """With `is_supported`: whether this person supports the ticket."""
        return self.annotate(is_supported=self._has_row_of(user, "supports"))

    def with_follow_of(self, user: Any) -> TicketQuerySet:
        """With `is_followed`: whether this person follows the ticket."""
        return self.annotate(is_followed=self._has_row_of(user, "follows"))

    def _has_row_of(self, user: Any, relation: str) -> Any:
        if user is None or not user.is_authenticated:
            return Value(False)
        related: Any = self.model._meta.get_field(relation).related_model
        rows = related._default_manager
        return Exists(rows.filter(ticket_id=OuterRef("pk"), user_id=user.pk))


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: Any) -> ProjectQuerySet:
        """Projects of organisations in which the person works on tickets or reads them all."""
        if is_operator(user):
            return self.all()
        organisations = {
            *organisations_where(user, Capability.WORK_ON_TICKETS),
            *organisations_where(user, Capability.VIEW_ALL_TICKETS),
        }
        return self.filter(organisation_id__in=organisations)

    def of_organisation(self, organisation_id: uuid.UUID) -> ProjectQuerySet:
        return self.filter(organisation_id=organisation_id)

    def by_name(self) -> ProjectQuerySet:
        return self.order_by("name", "pk")

    def open(self) -> ProjectQuerySet:
        """Those that take tickets."""
        return self.filter(closed_at__isnull=True)

    def with_work(self) -> ProjectQuerySet:
        """With how many tickets wait to be done (`to_do`) and are closed (`finished`)."""
        counted = Q(tickets__isnull=False) & ~Q(tickets__outcome=Outcome.WITHDRAWN)
        is_done = Q(tickets__status=Status.CLOSED)
        return self.annotate(
            to_do=models.Count("tickets", filter=counted & ~is_done),
            finished=models.Count("tickets", filter=counted & is_done),
        )


class CustodyQuerySet(models.QuerySet["Custody"]):
    def held_now(self) -> CustodyQuerySet:
        return self.filter(ended_at__isnull=True)

    def ended(self) -> CustodyQuerySet:
        return self.filter(ended_at__isnull=False)

    def of_tickets(self, ticket_ids: Iterable[uuid.UUID]) -> CustodyQuerySet:
        return self.filter(ticket_id__in=list(ticket_ids))

    def in_order(self) -> CustodyQuerySet:
        return self.select_related("department", "stage", "assignee").order_by("started_at", "pk")


class VerificationQuerySet(models.QuerySet["Verification"]):
    def pending(self) -> VerificationQuerySet:
        return self.filter(state=VerificationState.PENDING)

    def confirmed(self) -> VerificationQuerySet:
        return self.filter(state=VerificationState.CONFIRMED)

    def of_ticket(self, ticket_id: uuid.UUID) -> VerificationQuerySet:
        return self.filter(ticket_id=ticket_id)

    def newest_first(self) -> VerificationQuerySet:
        return self.order_by("-issued_at", "-pk")

    def reminding_by(self, now: datetime) -> VerificationQuerySet:
        """Those that wait for an answer and are asked again by now, the longest due first."""
        return self.pending().filter(remind_at__lte=now).order_by("remind_at", "pk")

    def reminding_behind(self, remind_at: datetime, key: uuid.UUID) -> VerificationQuerySet:
        """Behind a place of `reminding_by`."""
        return self.filter(Q(remind_at__gt=remind_at) | Q(pk__gt=key), remind_at__gte=remind_at)

    def of_tickets(self, ticket_ids: Iterable[uuid.UUID]) -> VerificationQuerySet:
        return self.filter(ticket_id__in=list(ticket_ids))

    def rated_between(self, start: datetime, end: datetime) -> VerificationQuerySet:
        return self.filter(rated_at__gte=start, rated_at__lt=end)
