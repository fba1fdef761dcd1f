"""Reports that wait for the code of who sent them."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from common.models import IdentifiedModel
from departments.models import Category
from tickets.draft_querysets import DraftPhotoQuerySet, ReportDraftQuerySet

_TOKEN = RegexValidator(r"^[0-9a-f]{32}$")


class ReportDraft(IdentifiedModel):
    """A whole report of somebody without an account, not logged yet. Kept for a day.

    `token` was made on the phone or in the session: the same report again is the same draft.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="+", verbose_name=_("organisation")
    )
    token = models.CharField(_("token"), max_length=32, validators=[_TOKEN])
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), max_length=5000, blank=True)
    category = models.ForeignKey(
        Category, on_delete=models.CASCADE, related_name="+", verbose_name=_("category")
    )
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    address = models.CharField(_("address"), max_length=250, blank=True)
    reporter_name = models.CharField(_("reporter's name"), max_length=150, blank=True)
    reporter_email = models.CharField(_("reporter's e-mail"), max_length=254, blank=True)
    reporter_phone = models.CharField(_("reporter's phone"), max_length=20, blank=True)
    reporter_language = models.CharField(_("reporter's language"), max_length=10, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = ReportDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("report that waits for a code")
        verbose_name_plural = _("reports that wait for a code")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "token"], name="reportdraft_is_one_per_token"),
            models.CheckConstraint(
                condition=~Q(reporter_email="") | ~Q(reporter_phone=""), name="reportdraft_can_be_reached"
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="reportdraft_point_is_on_earth",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["created_at"], name="reportdraft_by_age")]

    def __str__(self) -> str:
        return self.title


class DraftPhoto(IdentifiedModel):
    """A picture of such a report, prepared as it will be kept."""

    draft = models.ForeignKey(
        ReportDraft, on_delete=models.CASCADE, related_name="photos", verbose_name=_("report")
    )
    file = models.FileField(_("file"), upload_to="drafts/%Y/%m/", max_length=250)
    name = models.CharField(_("name"), max_length=150)
    content_type = models.CharField(_("content type"), max_length=100)
    size = models.PositiveIntegerField(_("size in bytes"))
    width = models.PositiveIntegerField(_("width in pixels"))
    height = models.PositiveIntegerField(_("height in pixels"))

    objects = DraftPhotoQuerySet.as_manager()

    class Meta:
        verbose_name = _("photo of a waiting report")
        verbose_name_plural = _("photos of waiting reports")

    def __str__(self) -> str:
        return self.name
