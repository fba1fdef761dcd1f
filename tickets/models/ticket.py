from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from common.models import IdentifiedModel
from common.text import refuse_control_characters
from departments.enums import Priority
from departments.models import Category, Department, Stage, Ward
from tickets.enums import Outcome, Source, Status
from tickets.models.project import Project
from tickets.querysets import TicketQuerySet

UNCLOSED_STATUSES = [Status.OPEN, Status.IN_PROGRESS, Status.RESPONDED, Status.RESOLVED]


class Ticket(IdentifiedModel):
    """One problem that somebody wants solved.

    Written only by `tickets.actions`. What lists sort and filter by is a column here; history,
    promises and custody are rows of their own. A relation that an index of lists begins with has no
    other index: each costs every ticket that comes in.
    """

    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="tickets",
        verbose_name=_("organisation"),
        db_index=False,
    )
    reference = models.CharField(_("reference"), max_length=20, unique=True, editable=False)
    external_ref = models.CharField(_("external reference"), max_length=100, blank=True)
    title = models.CharField(_("title"), max_length=200, validators=[refuse_control_characters])
    description = models.TextField(
        _("description"), max_length=5000, blank=True, validators=[refuse_control_characters]
    )
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.OPEN)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome, blank=True)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, default=Priority.MEDIUM)
    source = models.CharField(_("source"), max_length=20, choices=Source)
    tags = ArrayField(
        models.CharField(max_length=40), verbose_name=_("tags"), default=list, blank=True, size=20
    )

    category = models.ForeignKey(
        Category,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("category"),
        db_index=False,
    )
    department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("department"),
        db_index=False,
    )
    stage = models.ForeignKey(
        Stage, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("stage")
    )
    project = models.ForeignKey(
        Project,
        on_delete=models.PROTECT,
        related_name="tickets",
        null=True,
        blank=True,
        verbose_name=_("project"),
        db_index=False,
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("assignee"),
        help_text=_("The one who leads; others are in the list of assignees."),
    )
    is_pinned = models.BooleanField(_("assignment is pinned"), default=False)
    queued_at = models.DateTimeField(_("waiting since"), null=True, blank=True)
    overflow_at = models.DateTimeField(
        _("leaves the queue at"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Unless somebody is free."),
    )

    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("reporter"),
        db_index=False,
    )
    reporter_name = models.CharField(_("reporter's name"), max_length=150, blank=True)
    reporter_email = models.EmailField(_("reporter's e-mail"), blank=True)
    reporter_phone = models.CharField(_("reporter's phone"), max_length=16, blank=True)
    reporter_language = models.CharField(_("reporter's language"), max_length=10, blank=True)

    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    address = models.CharField(
        _("address or description of the place"),
        max_length=250,
        blank=True,
        validators=[refuse_control_characters],
    )
    ward = models.ForeignKey(
        Ward,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("ward"),
        db_index=False,
    )
    is_public = models.BooleanField(_("anybody may see it"), default=False)
    support_count = models.PositiveIntegerField(_("supporters"), default=0)
    raised_at = models.DateTimeField(_("raised by its supporters at"), null=True, blank=True, editable=False)

    duplicate_of = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="duplicates",
        null=True,
        blank=True,
        verbose_name=_("duplicate of"),
    )
    follow_up_of = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="follow_ups",
        null=True,
        blank=True,
        verbose_name=_("follow-up of"),
    )

    version = models.PositiveIntegerField(_("version"), default=1)
    reopened_count = models.PositiveIntegerField(_("times reopened"), default=0)
    transfer_count = models.PositiveIntegerField(_("times moved to another department"), default=0)
    bounce_count = models.PositiveIntegerField(_("times back where it was before"), default=0)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), null=True, blank=True, editable=False)
    assigned_at = models.DateTimeField(_("assigned at"), null=True, blank=True, editable=False)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True, editable=False)
    responded_at = models.DateTimeField(_("responded at"), null=True, blank=True, editable=False)
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True, editable=False)
    due_at = models.DateTimeField(_("due at"), null=True, blank=True, editable=False)
    expired_at = models.DateTimeField(_("expired at"), null=True, blank=True, editable=False)
    # The next step up the ladder, how many were taken, and what is left to it while no work is owed.
    escalate_at = models.DateTimeField(_("escalated at"), null=True, blank=True, editable=False)
    escalation_level = models.PositiveSmallIntegerField(_("steps escalated"), default=0, editable=False)
    escalation_left_seconds = models.PositiveIntegerField(
        _("to the next step, working seconds"), null=True, blank=True, editable=False
    )
    # Since when the last word is the resident's; empty where staff had it.
    unanswered_since = models.DateTimeField(_("unanswered since"), null=True, blank=True, editable=False)
    auto_close_at = models.DateTimeField(_("closes by itself at"), null=True, blank=True, editable=False)

    search = models.GeneratedField(
        expression=SearchVector("title", weight="A", config="english")
        + SearchVector("description", weight="B", config="english")
        + SearchVector("address", weight="C", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="ticket_status_is_known"),
            models.CheckConstraint(
                condition=Q(priority__in=Priority.values), name="ticket_priority_is_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", closed_at__isnull=True) & ~Q(status=Status.CLOSED)
                | Q(status=Status.CLOSED, outcome__in=Outcome.values, closed_at__isnull=False),
                name="ticket_closed_has_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.RESOLVED) | Q(resolved_at__isnull=False),
                name="ticket_resolved_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.RESPONDED)
                | Q(responded_at__isnull=False, auto_close_at__isnull=False),
                name="ticket_responded_closes_by_itself",
            ),
            models.CheckConstraint(
                condition=Q(auto_close_at__isnull=True) | Q(status__in=[Status.RESPONDED, Status.RESOLVED]),
                name="ticket_only_waiting_ones_close_by_themselves",
            ),
            models.CheckConstraint(
                condition=Q(escalate_at__isnull=True, escalation_left_seconds__isnull=True)
                | Q(expired_at__isnull=False),
                name="ticket_only_expired_ones_escalate",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="ticket_title_is_given"),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="ticket_point_is_on_earth",
            ),
            models.CheckConstraint(
                condition=Q(queued_at__isnull=True) | Q(assignee__isnull=True, department__isnull=False),
                name="ticket_waits_only_without_assignee",
            ),
            models.CheckConstraint(
                condition=Q(overflow_at__isnull=True) | Q(queued_at__isnull=False),
                name="ticket_overflows_only_from_the_queue",
            ),
            models.CheckConstraint(
                condition=Q(bounce_count__lte=F("transfer_count")), name="ticket_bounces_are_transfers"
            ),
            models.CheckConstraint(
                condition=Q(stage__isnull=True) | Q(department__isnull=False),
                name="ticket_stage_has_department",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.DUPLICATE) | Q(duplicate_of__isnull=False),
                name="ticket_duplicate_has_original",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.DUPLICATE) | Q(support_count=0),
                name="ticket_duplicate_counts_nobody",
            ),
            models.CheckConstraint(
                condition=~Q(duplicate_of=F("id")), name="ticket_is_not_its_own_duplicate"
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="ticket_version_is_positive"),
            models.UniqueConstraint(
                fields=["organisation", "external_ref"],
                condition=~Q(external_ref=""),
                name="ticket_external_ref_is_unique",
            ),
        ]
        indexes: ClassVar = [
            # Lists: newest first, whole organisation and by the usual filters.
            models.Index("organisation", F("created_at").desc(), F("id").desc(), name="ticket_newest"),
            models.Index(
                "organisation", "status", F("created_at").desc(), F("id").desc(), name="ticket_by_status"
            ),
            models.Index(
                "department", "status", F("created_at").desc(), F("id").desc(), name="ticket_by_department"
            ),
            models.Index("ward", F("created_at").desc(), F("id").desc(), name="ticket_by_ward"),
            models.Index("category", F("created_at").desc(), F("id").desc(), name="ticket_by_category"),
            models.Index("reporter", F("created_at").desc(), F("id").desc(), name="ticket_by_reporter"),
            models.Index("project", F("created_at").desc(), F("id").desc(), name="ticket_by_project"),
            # An agent's own work: TicketQuerySet.work_of.
            models.Index("assignee", "due_at", name="ticket_work", condition=Q(status__in=UNCLOSED_STATUSES)),
            # The queue in the order it is drained: TicketQuerySet.waiting_in.
            models.Index(
                "department",
                F("priority").desc(),
                F("due_at").asc(nulls_last=True),
                "created_at",
                name="ticket_queue",
                condition=Q(queued_at__isnull=False),
            ),
            # Sweeps: waited too long, close by itself, and expiring first.
            models.Index("overflow_at", name="ticket_overflow", condition=Q(overflow_at__isnull=False)),
            models.Index("auto_close_at", name="ticket_auto_close", condition=Q(auto_close_at__isnull=False)),
            models.Index(
                "organisation",
                "due_at",
                name="ticket_due",
                condition=Q(due_at__isnull=False, status__in=[Status.OPEN, Status.IN_PROGRESS]),
            ),
            # Conversations: TicketQuerySet.unanswered.
            models.Index(
                "organisation",
                "unanswered_since",
                "id",
                name="ticket_unanswered",
                condition=Q(unanswered_since__isnull=False),
            ),
            # The figure of the home page: TicketQuerySet.verified_since.
            models.Index(
                "organisation",
                "closed_at",
                name="ticket_verified",
                condition=Q(status=Status.CLOSED, outcome=Outcome.VERIFIED),
            ),
            models.Index("escalate_at", "id", name="ticket_escalate", condition=Q(escalate_at__isnull=False)),
            # Near by: TicketQuerySet.within and .nearest_to.
            GistIndex(
                Func(F("longitude"), F("latitude"), function="point"),
                name="ticket_spot",
                condition=Q(latitude__isnull=False),
            ),
            GinIndex(fields=["search"], name="ticket_search"),
            GinIndex(fields=["tags"], name="ticket_tags"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def is_shown_to_all(self) -> bool:
        """Whether anybody may see it. The same as `TicketQuerySet.public`."""
        return self.is_public and self.outcome != Outcome.WITHDRAWN


class TicketAssignee(IdentifiedModel):
    """Somebody else who works on the ticket beside the one who leads."""

    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, related_name="assignees", verbose_name=_("ticket")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("person")
    )
    added_at = models.DateTimeField(_("added at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("assignee")
        verbose_name_plural = _("assignees")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket", "user"], name="ticketassignee_is_one_per_person"),
        ]

    def __str__(self) -> str:
        return str(self.user)
