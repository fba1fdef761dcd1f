"""What requests with an Idempotency-Key were answered."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.querysets import KeptAnswerQuerySet
from common.models import IdentifiedModel


class KeptAnswer(IdentifiedModel):
    """One answer, for a day. Only who comes with the request's own key again can open it."""

    # A hash of who asked what with which key; see common.api.idempotency.
    name = models.CharField(_("name"), max_length=64, unique=True, editable=False)
    fingerprint = models.CharField(_("hash of the request"), max_length=64, editable=False)
    contents = models.BinaryField(_("sealed answer"), editable=False)
    # Goes with the account; a visitor's answer belongs to nobody.
    asker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        null=True,
        editable=False,
        verbose_name=_("who asked"),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = KeptAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("kept answer")
        verbose_name_plural = _("kept answers")
        indexes: ClassVar = [models.Index(fields=["created_at"], name="keptanswer_by_age")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(name__regex=r"^[0-9a-f]{64}$", fingerprint__regex=r"^[0-9a-f]{64}$"),
                name="keptanswer_hashes_have_their_shape",
            ),
        ]

    def __str__(self) -> str:
        return self.name[:10]
