"""Who was asked to work in an organisation."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.organisation import Organisation
from accounts.models.person import Membership
from accounts.querysets import InvitationQuerySet
from common.models import IdentifiedModel


class Invitation(IdentifiedModel):
    """The membership is asleep until whoever reads the mails of the address joins.

    Until then its user is a name without an address, as whom nobody can sign in; the invitation has the
    same key. So an organisation learns nothing about accounts: with this address there may be one or none.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="invitations", verbose_name=_("organisation")
    )
    membership = models.OneToOneField(
        Membership, on_delete=models.CASCADE, related_name="invitation", verbose_name=_("membership")
    )
    email = models.EmailField(_("e-mail address"), max_length=254)
    phone = models.CharField(_("phone"), max_length=16, blank=True, help_text=_("In E.164: +27821234567."))
    # Counted up with every mail: only the link of the last one works.
    serial = models.PositiveIntegerField(_("number of the mail"), default=1, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("invited by"),
    )
    sent_at = models.DateTimeField(_("sent at"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires at"))
    joined_at = models.DateTimeField(_("joined at"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints: ClassVar = [
            models.UniqueConstraint(
                "organisation",
                Lower("email"),
                condition=Q(joined_at__isnull=True),
                name="invitation_is_one_per_address",
            ),
            models.CheckConstraint(condition=Q(serial__gte=1), name="invitation_serial_is_positive"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("sent_at")), name="invitation_expires_after_it_was_sent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} · {self.organisation}"

    def is_open(self, at: datetime) -> bool:
        """Neither accepted nor too old then."""
        return self.joined_at is None and self.expires_at > at
