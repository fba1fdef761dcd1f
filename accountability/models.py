"""What is remembered of kept and broken promises."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accountability.enums import EARNING, AppealState, Cause, Share
from accountability.querysets import (
    BreachQuerySet,
    PointsAppealQuerySet,
    PointsEntryQuerySet,
    PointsRuleQuerySet,
)
from accounts.models import Organisation
from common.models import IdentifiedModel
from common.text import refuse_control_characters
from departments.models import Department
from tickets.enums import Promise
from tickets.models import Ticket, TicketEvent


class Breach(IdentifiedModel):
    """A promise that was missed, the department whose custody used up most of the time, and its remedy.

    `custody_split` says who used up how much of the promised time: a list of {department, name,
    seconds, share in percent, over_target, agents: [{agent, seconds}]}, in the order in which they first
    held the ticket; agent None is the time in which nobody in particular had it. `remind_at`
    is when the next reminder of a missing remedy is due, after `reminders` that were sent.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    ticket = models.ForeignKey(
        Ticket, on_delete=models.PROTECT, related_name="breaches", verbose_name=_("ticket")
    )
    promise = models.CharField(_("promise"), max_length=20, choices=Promise)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="+", verbose_name=_("accountable department")
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("accountable agent"),
    )
    breached_at = models.DateTimeField(_("promised for"))
    cause = models.CharField(_("cause"), max_length=20, choices=Cause)
    custody_split = models.JSONField(_("who held it how long"), default=list)
    remedy_note = models.TextField(
        _("remedy"),
        max_length=2000,
        blank=True,
        validators=[refuse_control_characters],
        help_text=_("What the department does about it. The public can be shown this."),
    )
    remedied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("remedy written by"),
    )
    remedied_at = models.DateTimeField(_("remedy written at"), null=True, blank=True)
    created_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)
    remind_at = models.DateTimeField(_("next reminder at"), null=True, blank=True, editable=False)
    reminders = models.PositiveSmallIntegerField(_("reminders"), default=0, editable=False)

    objects = BreachQuerySet.as_manager()

    class Meta:
        verbose_name = _("breach")
        verbose_name_plural = _("breaches")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["ticket", "promise", "breached_at"], name="breach_is_recorded_once"
            ),
            models.CheckConstraint(condition=Q(promise__in=Promise.values), name="breach_promise_is_known"),
            models.CheckConstraint(condition=Q(cause__in=Cause.values), name="breach_cause_is_known"),
            models.CheckConstraint(
                condition=Q(remedy_note="", remedied_at__isnull=True, remedied_by__isnull=True)
                | (~Q(remedy_note="") & Q(remedied_at__isnull=False, remedied_by__isnull=False)),
                name="breach_remedy_has_author_and_time",
            ),
            models.CheckConstraint(
                condition=Q(remind_at__isnull=True) | Q(remedied_at__isnull=True),
                name="breach_remedied_waits_for_nothing",
            ),
        ]
        indexes: ClassVar = [
            models.Index("organisation", F("breached_at").desc(), F("id").desc(), name="breach_newest"),
            models.Index("department", F("breached_at").desc(), name="breach_of_department"),
            models.Index("remind_at", "id", name="breach_remind", condition=Q(remind_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.department}: {timezone.localtime(self.breached_at):%Y-%m-%d %H:%M}"


class PointsRule(IdentifiedModel):
    """How many points a kind of event is worth. A changed rule is a new version; entries keep theirs."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="+", verbose_name=_("organisation")
    )
    code = models.SlugField(_("code"), max_length=40)
    version = models.PositiveIntegerField(_("version"), default=1)
    title = models.CharField(_("title"), max_length=120)
    event_kind = models.CharField(
        _("event"), max_length=40, choices=[(kind.value, kind.label) for kind in EARNING]
    )
    points = models.SmallIntegerField(_("points"), help_text=_("Negative for a penalty."))
    share = models.CharField(_("dealt out"), max_length=20, choices=Share)
    monthly_cap = models.PositiveIntegerField(
        _("at most in a month"),
        null=True,
        blank=True,
        help_text=_("The most points that one person gets by this rule in a calendar month."),
    )
    created_at = models.DateTimeField(_("in force since"), default=timezone.now, editable=False)
    retired_at = models.DateTimeField(_("replaced at"), null=True, blank=True)

    objects = PointsRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("points rule")
        verbose_name_plural = _("points rules")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "code", "version"], name="pointsrule_version_is_unique"
            ),
            models.UniqueConstraint(
                fields=["organisation", "code"],
                condition=Q(retired_at__isnull=True),
                name="pointsrule_has_one_version_in_force",
            ),
            models.CheckConstraint(condition=~Q(points=0), name="pointsrule_is_worth_something"),
            models.CheckConstraint(
                condition=Q(monthly_cap__isnull=True) | Q(monthly_cap__gt=0, points__gt=0),
                name="pointsrule_cap_is_of_a_reward",
            ),
            models.CheckConstraint(condition=Q(share__in=Share.values), name="pointsrule_share_is_known"),
            models.CheckConstraint(
                condition=Q(event_kind__in=[kind.value for kind in EARNING]),
                name="pointsrule_event_kind_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} (v{self.version})"


class PointsEntry(IdentifiedModel):
    """One line of the ledger: points of a department, or of a person in it, with rule and event.

    Append-only, and the database says so with a trigger. A correction is another entry.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    rule = models.ForeignKey(PointsRule, on_delete=models.PROTECT, related_name="+", verbose_name=_("rule"))
    event = models.ForeignKey(
        TicketEvent, on_delete=models.PROTECT, related_name="+", verbose_name=_("event")
    )
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="+", verbose_name=_("department")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("person"),
        help_text=_("Empty for the points of the department itself."),
    )
    points = models.SmallIntegerField(_("points"))
    reverses = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("reverses")
    )
    reason = models.TextField(_("reason of the reversal"), max_length=2000, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("reversed by"),
    )
    occurred_at = models.DateTimeField(_("earned at"))
    created_at = models.DateTimeField(_("entered at"), default=timezone.now, editable=False)

    objects = PointsEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("points entry")
        verbose_name_plural = _("points ledger")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rule", "event", "department", "person"],
                condition=Q(reverses__isnull=True),
                name="pointsentry_is_earned_once",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(fields=["reverses"], name="pointsentry_is_reversed_once"),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True, reason="", entered_by__isnull=True)
                | (Q(reverses__isnull=False, entered_by__isnull=False) & ~Q(reason="")),
                name="pointsentry_reversal_has_author_and_reason",
            ),
            models.CheckConstraint(condition=~Q(points=0), name="pointsentry_is_worth_something"),
        ]
        indexes: ClassVar = [
            models.Index("organisation", "occurred_at", name="pointsentry_board"),
            models.Index("department", F("occurred_at").desc(), name="pointsentry_of_department"),
            models.Index("person", F("occurred_at").desc(), name="pointsentry_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.points:+} {self.department}"


class PointsAppeal(IdentifiedModel):
    """What an agent says against a penalty, and what was decided. Granted, it has its reversal."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    entry = models.ForeignKey(
        PointsEntry, on_delete=models.PROTECT, related_name="appeals", verbose_name=_("entry")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("person")
    )
    reason = models.TextField(_("reason"), max_length=2000)
    created_at = models.DateTimeField(_("made at"), default=timezone.now, editable=False)
    state = models.CharField(_("state"), max_length=20, choices=AppealState, default=AppealState.OPEN)
    decision_note = models.TextField(_("reason of the decision"), max_length=2000, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    reversal = models.ForeignKey(
        PointsEntry,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("reversal"),
    )

    objects = PointsAppealQuerySet.as_manager()

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["entry"], name="pointsappeal_is_one_per_entry"),
            models.CheckConstraint(
                condition=Q(state__in=AppealState.values), name="pointsappeal_state_is_known"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="pointsappeal_has_reason"),
            models.CheckConstraint(
                condition=Q(state=AppealState.OPEN, decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state=AppealState.OPEN) & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="pointsappeal_decided_has_author_and_time",
            ),
            models.CheckConstraint(
                condition=Q(state=AppealState.GRANTED, reversal__isnull=False)
                | (~Q(state=AppealState.GRANTED) & Q(reversal__isnull=True)),
                name="pointsappeal_granted_has_reversal",
            ),
            models.CheckConstraint(
                condition=~Q(person=F("decided_by")), name="pointsappeal_is_decided_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_state_display()}"


class FeedPlace(IdentifiedModel):
    """How far the feed of events is accounted for: the only row. Whoever locks it is at work."""

    is_the_only_one = models.BooleanField(default=True, editable=False)
    position = models.BigIntegerField(_("feed position"), default=0)

    class Meta:
        verbose_name = _("place in the feed")
        verbose_name_plural = _("places in the feed")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["is_the_only_one"], name="feedplace_is_the_only_one"),
            models.CheckConstraint(
                condition=Q(is_the_only_one=True, position__gte=0), name="feedplace_is_in_the_feed"
            ),
        ]

    def __str__(self) -> str:
        return str(self.position)
