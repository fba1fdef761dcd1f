from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from common.models import IdentifiedModel
from common.text import refuse_control_characters
from departments.enums import Priority
from departments.models.calendar import Calendar
from departments.models.department import Department
from departments.querysets import CategoryQuerySet, StandardQuerySet

# Ten years around the clock, in seconds.
LONGEST_PROMISE = 10 * 366 * 24 * 3600


class Category(IdentifiedModel):
    """A kind of problem that a department handles; in Open311 a service."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="categories", verbose_name=_("organisation")
    )
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="categories", verbose_name=_("department")
    )
    code = models.SlugField(_("code"), max_length=40, help_text=_("The Open311 service code."))
    name = models.CharField(_("name"), max_length=100, validators=[refuse_control_characters])
    description = models.TextField(_("description"), max_length=1000, blank=True)
    keywords = models.TextField(
        _("keywords"),
        max_length=1000,
        blank=True,
        help_text=_("Words residents use for it, separated by commas."),
    )
    default_priority = models.PositiveSmallIntegerField(
        _("default priority"), choices=Priority, default=Priority.MEDIUM
    )
    is_public_space = models.BooleanField(
        _("in public space"),
        default=True,
        help_text=_("Anybody may see it, and any supporter may confirm the fix."),
    )
    raise_at_supporters = models.PositiveIntegerField(
        _("supporters that raise the priority"),
        null=True,
        blank=True,
        help_text=_("Empty: as everywhere in the organisation. 0: no number of them does."),
    )
    may_raise_to_urgent = models.BooleanField(
        _("supporters may raise it to urgent"),
        default=False,
        help_text=_("Otherwise they raise it to high at most."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "code"], name="category_code_is_unique"),
            models.CheckConstraint(
                condition=Q(default_priority__in=Priority.values), name="category_priority_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Standard(IdentifiedModel):
    """The promise for a category and priority, in working seconds of a calendar.

    Clocks freeze what it says when they start: a change, or the end of its use, is for new ones.
    """

    category = models.ForeignKey(
        Category, on_delete=models.CASCADE, related_name="standards", verbose_name=_("category")
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority, null=True, blank=True, help_text=_("Empty: for every priority.")
    )
    respond_within_seconds = models.PositiveIntegerField(_("respond within, working seconds"))
    resolve_within_seconds = models.PositiveIntegerField(_("resolve within, working seconds"))
    calendar = models.ForeignKey(
        Calendar,
        on_delete=models.PROTECT,
        related_name="standards",
        null=True,
        blank=True,
        verbose_name=_("calendar"),
        help_text=_("Empty: the department's own."),
    )
    source = models.CharField(_("source"), max_length=300, blank=True)
    is_assumption = models.BooleanField(_("is an assumption"), default=False)
    is_active = models.BooleanField(
        _("in use"), default=True, help_text=_("Otherwise new tickets get the promise for every priority.")
    )

    objects = StandardQuerySet.as_manager()

    class Meta:
        verbose_name = _("standard")
        verbose_name_plural = _("standards")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["category", "priority"], name="standard_is_one_per_priority", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(
                    respond_within_seconds__gte=1, resolve_within_seconds__gte=F("respond_within_seconds")
                ),
                name="standard_targets_are_positive",
                violation_error_message=_(
                    "Both times must be positive, and resolving cannot be due before responding."
                ),
            ),
            models.CheckConstraint(
                condition=Q(resolve_within_seconds__lte=LONGEST_PROMISE),
                name="standard_targets_are_in_reach",
                violation_error_message=_("Nobody promises anything for more than ten years."),
            ),
            models.CheckConstraint(
                condition=Q(priority__isnull=True) | Q(priority__in=Priority.values),
                name="standard_priority_is_known",
            ),
        ]

    def __str__(self) -> str:
        priority = self.get_priority_display() if self.priority else _("any priority")
        return f"{self.category} · {priority}"
