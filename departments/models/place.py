from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from common.models import IdentifiedModel
from departments.querysets import OrganisationScopedQuerySet, SuburbQuerySet, WardQuerySet


class Region(IdentifiedModel):
    """A group of wards that an organisation administers together."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="regions", verbose_name=_("organisation")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=80)

    objects = OrganisationScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "number"], name="region_number_is_unique"),
        ]

    def __str__(self) -> str:
        return self.name


class Ward(IdentifiedModel):
    """An electoral ward. `shape` is a GeoJSON geometry in WGS 84, longitude first."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="wards", verbose_name=_("organisation")
    )
    region = models.ForeignKey(
        Region,
        on_delete=models.PROTECT,
        related_name="wards",
        null=True,
        blank=True,
        verbose_name=_("region"),
    )
    number = models.PositiveIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=80)
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    latitude = models.FloatField(_("latitude"))
    longitude = models.FloatField(_("longitude"))
    shape = models.JSONField(_("shape"), null=True, blank=True)
    is_approximate = models.BooleanField(_("shape is approximate"), default=True)
    source = models.CharField(_("source"), max_length=250, blank=True)
    shaped_at = models.DateTimeField(
        _("shape loaded at"), default=timezone.now, help_text=_("Tells processes to read the shapes again.")
    )

    objects = WardQuerySet.as_manager()

    class Meta:
        verbose_name = _("ward")
        verbose_name_plural = _("wards")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "number"], name="ward_number_is_unique"),
            models.CheckConstraint(
                condition=Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="ward_point_is_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Suburb(IdentifiedModel):
    """A place people call by name, with a point to go to."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="suburbs", verbose_name=_("organisation")
    )
    ward = models.ForeignKey(
        Ward, on_delete=models.SET_NULL, related_name="suburbs", null=True, blank=True, verbose_name=_("ward")
    )
    name = models.CharField(_("name"), max_length=80)
    latitude = models.FloatField(_("latitude"))
    longitude = models.FloatField(_("longitude"))
    source = models.CharField(_("source"), max_length=250, blank=True)

    objects = SuburbQuerySet.as_manager()

    class Meta:
        verbose_name = _("suburb")
        verbose_name_plural = _("suburbs")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "name"], name="suburb_name_is_unique"),
            models.CheckConstraint(
                condition=Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="suburb_point_is_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return self.name
