"""The keys with which an organisation's own programs come."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Scope
from accounts.models.organisation import Organisation
from accounts.querysets import ApiKeyQuerySet
from common.models import IdentifiedModel
from common.text import refuse_control_characters


class ApiKey(IdentifiedModel):
    """A key of an organisation. Its secret is known to nobody here: only a peppered hash is kept."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="keys", verbose_name=_("organisation")
    )
    # Events need somebody who acted: this one has no address, signs in nowhere and works nowhere.
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="key", verbose_name=_("acts as")
    )
    name = models.CharField(_("name"), max_length=80, validators=[refuse_control_characters])
    prefix = models.CharField(_("prefix"), max_length=10, unique=True, editable=False)
    digest = models.CharField(_("hash of the secret"), max_length=64, editable=False)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope), verbose_name=_("scopes"))
    # The one that came with signing up, and its successors: what the documents call `secret`.
    is_secret = models.BooleanField(_("the organisation's secret"), default=False, editable=False)
    replaces = models.OneToOneField(
        "self",
        on_delete=models.SET_NULL,
        related_name="replacement",
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("replaces"),
    )
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True, editable=False)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("revoked by"),
    )
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("created by"),
    )

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("key")
        verbose_name_plural = _("keys")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(scopes__contained_by=Scope.values) & Q(scopes__len__gt=0),
                name="apikey_scopes_are_known",
            ),
            models.CheckConstraint(
                condition=Q(prefix__regex=r"^[a-z0-9]{10}$", digest__regex=r"^[0-9a-f]{64}$"),
                name="apikey_prefix_and_digest_have_their_shape",
            ),
            models.CheckConstraint(
                condition=Q(revoked_by__isnull=True) | Q(revoked_at__isnull=False),
                name="apikey_is_revoked_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"

    def is_live(self, at: datetime) -> bool:
        """Neither revoked nor expired then."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > at)
