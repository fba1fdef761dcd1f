from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from common.models import IdentifiedModel
from common.text import refuse_control_characters
from departments.enums import AssignmentStrategy
from departments.models.calendar import Calendar
from departments.models.place import Region, Ward
from departments.querysets import DepartmentMemberQuerySet, DepartmentQuerySet


class Department(IdentifiedModel):
    """A part of an organisation that owns work."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="departments", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=100, validators=[refuse_control_characters])
    code = models.SlugField(_("code"), max_length=40)
    description = models.TextField(_("description"), max_length=1000, blank=True)
    calendar = models.ForeignKey(
        Calendar, on_delete=models.PROTECT, related_name="departments", verbose_name=_("calendar")
    )
    strategy = models.CharField(
        _("assignment"), max_length=20, choices=AssignmentStrategy, default=AssignmentStrategy.BALANCED
    )
    overflow_department = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("overflow department"),
        help_text=_("Takes tickets that wait too long for a free agent."),
    )
    queue_limit_seconds = models.PositiveIntegerField(
        _("longest wait in the queue, seconds"), null=True, blank=True
    )
    custody_target_seconds = models.PositiveIntegerField(
        _("internal target, working seconds"),
        null=True,
        blank=True,
        help_text=_("How long a ticket may be with this department at most."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "code"], name="department_code_is_unique"),
            models.CheckConstraint(
                condition=Q(strategy__in=AssignmentStrategy.values), name="department_strategy_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(overflow_department=F("id")), name="department_does_not_overflow_into_itself"
            ),
            models.CheckConstraint(
                condition=Q(custody_target_seconds__gte=1), name="department_custody_target_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Stage(IdentifiedModel):
    """A named step of a department's work, in order."""

    department = models.ForeignKey(
        Department, on_delete=models.CASCADE, related_name="stages", verbose_name=_("department")
    )
    name = models.CharField(_("name"), max_length=80, validators=[refuse_control_characters])
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["department", "position"], name="stage_position_is_unique"),
            models.UniqueConstraint(fields=["department", "name"], name="stage_name_is_unique"),
        ]

    def __str__(self) -> str:
        return self.name


class DepartmentMember(IdentifiedModel):
    """A person who works in a department: how much they can take, and what they hold now.

    `open_tickets` is the load row that assignment locks; only ticket actions change it.
    """

    department = models.ForeignKey(
        Department, on_delete=models.CASCADE, related_name="members", verbose_name=_("department")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="department_memberships",
        verbose_name=_("person"),
    )
    capacity = models.PositiveIntegerField(_("capacity"), default=20, validators=[MinValueValidator(1)])
    open_tickets = models.PositiveIntegerField(_("open tickets"), default=0, editable=False)
    is_available = models.BooleanField(_("available"), default=True)
    last_assigned_at = models.DateTimeField(_("last assigned at"), null=True, blank=True, editable=False)
    skills = models.ManyToManyField(
        "departments.Category",
        related_name="+",
        blank=True,
        verbose_name=_("skills"),
        help_text=_("Categories this person works on; none means all."),
    )
    regions = models.ManyToManyField(
        Region,
        related_name="+",
        blank=True,
        verbose_name=_("regions"),
        help_text=_("Regions this person works in; neither regions nor wards means everywhere."),
    )
    wards = models.ManyToManyField(
        Ward,
        related_name="+",
        blank=True,
        verbose_name=_("wards"),
        help_text=_("Wards this person works in besides these regions."),
    )
    is_active = models.BooleanField(_("active"), default=True)

    objects = DepartmentMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("department member")
        verbose_name_plural = _("department members")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["department", "user"], name="departmentmember_is_one_per_department"
            ),
            models.CheckConstraint(
                condition=Q(capacity__gte=1), name="departmentmember_capacity_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.department}"
