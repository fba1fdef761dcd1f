from __future__ import annotations

from typing import ClassVar

from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models.functions import Length, Lower, Trim
from django.db.models.lookups import GreaterThanOrEqual
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from common.models import IdentifiedModel
from common.text import refuse_control_characters
from tickets.querysets import ProjectQuerySet


class Project(IdentifiedModel):
    """A body of work that tickets belong to, beside or instead of a department."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="projects", verbose_name=_("organisation")
    )
    name = models.CharField(
        _("name"), max_length=100, validators=[MinLengthValidator(3), refuse_control_characters]
    )
    description = models.TextField(_("description"), max_length=5000, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True, editable=False)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        constraints: ClassVar = [
            models.UniqueConstraint("organisation", Lower("name"), name="project_name_is_unique"),
            models.CheckConstraint(
                condition=GreaterThanOrEqual(Length(Trim("name")), 3),
                name="project_name_has_three_characters",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_closed(self) -> bool:
        """A closed project keeps its tickets and takes no others."""
        return self.closed_at is not None
