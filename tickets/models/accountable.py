"""What a promise rests on: the clock that runs, who held the ticket, and the proof of the fix."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from departments.models import Calendar, Department, Stage, Standard
from tickets.clock_querysets import ClockQuerySet
from tickets.enums import Answerer, ClockState, Promise, Proof, VerificationState
from tickets.models.ticket import Ticket
from tickets.querysets import CustodyQuerySet, VerificationQuerySet


class Clock(IdentifiedModel):
    """One running promise of one ticket. Target and calendar version are frozen when it starts, and
    again when category or priority change what is promised.

    `elapsed_seconds` is what was used up before `running_since`; the rest runs in working time.
    """

    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, related_name="clocks", verbose_name=_("ticket"), db_index=False
    )
    promise = models.CharField(_("promise"), max_length=20, choices=Promise)
    state = models.CharField(_("state"), max_length=20, choices=ClockState, default=ClockState.RUNNING)
    standard = models.ForeignKey(
        Standard,
        # What was promised stays on the record: a standard that nobody wants any more is switched off.
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("standard"),
    )
    calendar = models.ForeignKey(
        Calendar, on_delete=models.PROTECT, related_name="+", verbose_name=_("calendar")
    )
    target_seconds = models.PositiveIntegerField(_("target, working seconds"))
    elapsed_seconds = models.PositiveIntegerField(_("used before this run, working seconds"), default=0)
    started_at = models.DateTimeField(_("started at"))
    running_since = models.DateTimeField(_("running since"), null=True, blank=True)
    paused_at = models.DateTimeField(_("paused at"), null=True, blank=True)
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    warn_at = models.DateTimeField(_("warn at"), null=True, blank=True)
    warned_at = models.DateTimeField(_("warned at, for this target"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("met or cancelled at"), null=True, blank=True)
    breached_at = models.DateTimeField(_("breached at"), null=True, blank=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket", "promise"], name="clock_is_one_per_promise"),
            models.CheckConstraint(condition=Q(target_seconds__gte=1), name="clock_target_is_positive"),
            models.CheckConstraint(condition=Q(state__in=ClockState.values), name="clock_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state=ClockState.RUNNING) | Q(due_at__isnull=False, running_since__isnull=False),
                name="clock_running_is_due",
            ),
            models.CheckConstraint(
                condition=~Q(state=ClockState.PAUSED) | Q(due_at__isnull=True, paused_at__isnull=False),
                name="clock_paused_is_not_due",
            ),
            models.CheckConstraint(
                condition=~Q(state=ClockState.BREACHED) | Q(breached_at__isnull=False),
                name="clock_breached_has_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index("due_at", "id", name="clock_due", condition=Q(state=ClockState.RUNNING)),
            models.Index(
                "warn_at",
                "id",
                name="clock_warn",
                condition=Q(state=ClockState.RUNNING, warned_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_promise_display()}: {self.get_state_display()}"


class Custody(IdentifiedModel):
    """Who held a ticket from when to when, in working seconds of the holding department.

    `target_at` is when the department's internal target is used up, frozen as the custody begins: what
    lasts longer was held too long.
    """

    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, related_name="custodies", verbose_name=_("ticket"), db_index=False
    )
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="+", verbose_name=_("department")
    )
    stage = models.ForeignKey(
        Stage, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("stage")
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("agent"),
    )
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("to"), null=True, blank=True)
    working_seconds = models.PositiveIntegerField(_("working seconds"), null=True, blank=True)
    target_at = models.DateTimeField(_("internal target used up at"), null=True, blank=True)

    objects = CustodyQuerySet.as_manager()

    class Meta:
        verbose_name = _("custody")
        verbose_name_plural = _("custodies")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(ended_at__isnull=True), name="custody_is_held_by_one"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, working_seconds__isnull=True)
                | Q(ended_at__gte=F("started_at"), working_seconds__isnull=False),
                name="custody_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(target_at__gte=F("started_at")), name="custody_target_is_not_before_start"
            ),
        ]
        indexes: ClassVar = [
            models.Index("ticket", "started_at", "id", name="custody_of_ticket"),
            models.Index(
                "target_at",
                "ticket",
                name="custody_held_by_target",
                condition=Q(ended_at__isnull=True, target_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department}: {self.started_at:%Y-%m-%d %H:%M}"

    def is_over_target(self, moment: datetime) -> bool:
        """Whether it was held longer than the department's target, as far as it lasted by that moment."""
        ended = moment if self.ended_at is None else min(self.ended_at, moment)
        return self.target_at is not None and self.target_at < ended


class Verification(IdentifiedModel):
    """The request to prove one resolution. Its one-time code is derived from this row, not stored."""

    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, related_name="verifications", verbose_name=_("ticket")
    )
    state = models.CharField(
        _("state"), max_length=20, choices=VerificationState, default=VerificationState.PENDING
    )
    issued_at = models.DateTimeField(_("issued at"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires at"))
    attempts = models.PositiveSmallIntegerField(_("wrong codes"), default=0)
    code_serial = models.PositiveSmallIntegerField(_("codes issued"), default=1)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("answered by"),
    )
    answered_as = models.CharField(_("answered as"), max_length=20, choices=Answerer, blank=True)
    proof = models.CharField(_("proof"), max_length=20, choices=Proof, blank=True)
    witness = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("witness"),
        help_text=_("Who stood there for the department: typed the code, or showed the QR code."),
    )
    reason = models.TextField(_("reason of the dispute"), max_length=2000, blank=True)
    remind_at = models.DateTimeField(_("asked again at"), null=True, blank=True, editable=False)
    rating = models.PositiveSmallIntegerField(_("rating, one to five"), null=True, blank=True)
    rating_words = models.TextField(_("words to the rating"), max_length=1000, blank=True)
    rated_at = models.DateTimeField(_("first rated at"), null=True, blank=True)

    objects = VerificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["ticket"],
                condition=Q(state=VerificationState.PENDING),
                name="verification_is_pending_once",
            ),
            models.CheckConstraint(
                condition=Q(state=VerificationState.PENDING) | Q(answered_at__isnull=False),
                name="verification_answered_has_time",
            ),
            models.CheckConstraint(
                condition=Q(remind_at__isnull=True) | Q(state=VerificationState.PENDING),
                name="verification_only_pending_ones_are_reminded",
            ),
            models.CheckConstraint(
                condition=Q(witness__isnull=True) | Q(proof__in=[Proof.ON_THE_SPOT, Proof.READ_OUT]),
                name="verification_witness_was_there",
            ),
            models.CheckConstraint(
                condition=Q(rating__isnull=True, rated_at__isnull=True, rating_words="")
                | Q(rating__range=(1, 5), rated_at__isnull=False, state=VerificationState.CONFIRMED),
                name="verification_rating_is_of_a_confirmed_fix",
            ),
        ]
        indexes: ClassVar = [
            models.Index("remind_at", "id", name="verification_remind", condition=Q(remind_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.get_state_display()}"
