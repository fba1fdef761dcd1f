"""The tenant."""

from __future__ import annotations

import zoneinfo
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MinLengthValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Accent, OrganisationKind
from accounts.querysets import OrganisationQuerySet
from common.models import IdentifiedModel
from common.text import refuse_control_characters


def validate_time_zone(value: str) -> None:
    if value not in zoneinfo.available_timezones():
        raise ValidationError(_("%(value)s is not a time zone."), params={"value": value})


# Emergency lines have three digits; nothing here is dialled by a program.
_PHONE = RegexValidator(r"^[0-9+][0-9 ()/-]{2,39}$", _("A phone number as people dial it."))


class Organisation(IdentifiedModel):
    """The tenant: a municipality or a company. Every other row belongs to exactly one."""

    name = models.CharField(
        _("name"), max_length=120, validators=[MinLengthValidator(2), refuse_control_characters]
    )
    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=OrganisationKind)
    reference_prefix = models.CharField(
        _("reference prefix"),
        max_length=5,
        unique=True,
        validators=[RegexValidator(r"^[A-Z]{2,5}$", _("Two to five capital letters."))],
    )
    domain = models.CharField(_("domain"), max_length=253, blank=True)
    accent = models.CharField(_("accent colour"), max_length=20, choices=Accent, default=Accent.JACARANDA)
    contact_phone = models.CharField(_("contact phone"), max_length=40, blank=True, validators=[_PHONE])
    country = models.CharField(_("country"), max_length=2, default="ZA")
    language = models.CharField(_("language"), max_length=10, default="en")
    time_zone = models.CharField(
        _("time zone"), max_length=60, default="Africa/Johannesburg", validators=[validate_time_zone]
    )
    public_reports = models.BooleanField(_("residents may report publicly"), default=False)
    confirms_reporters = models.BooleanField(
        _("visitors confirm how they are reached"),
        default=True,
        help_text=_("Whoever reports without an account types a code that is sent to them."),
    )
    moderates_photos = models.BooleanField(
        _("photos of residents are looked at first"),
        default=False,
        help_text=_("Until staff publish a photo of a public ticket, only the reporter and staff see it."),
    )
    verification_required = models.BooleanField(_("resolutions are verified"), default=True)
    second_factor_required = models.BooleanField(_("staff need a second factor"), default=False)
    accountability_enabled = models.BooleanField(_("breaches and points are kept"), default=True)
    auto_close_days = models.PositiveSmallIntegerField(_("days before a responded ticket closes"), default=30)
    verification_days = models.PositiveSmallIntegerField(_("days to confirm a resolution"), default=7)
    verification_reminder_days = models.PositiveSmallIntegerField(
        _("days until it is asked again"), default=3, help_text=_("0: nobody is asked twice.")
    )
    raise_at_supporters = models.PositiveIntegerField(
        _("supporters that raise the priority"),
        default=10,
        help_text=_("So many make a ticket more urgent, once. 0: no number of them does."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=OrganisationKind.values), name="organisation_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(auto_close_days__gte=1, verification_days__gte=1),
                name="organisation_waiting_days_are_positive",
            ),
            models.UniqueConstraint(
                Lower("domain"), condition=~Q(domain=""), name="organisation_domain_is_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name
