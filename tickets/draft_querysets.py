from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from tickets.models import DraftPhoto, ReportDraft


class ReportDraftQuerySet(models.QuerySet["ReportDraft"]):
    def of_organisation(self, organisation_id: uuid.UUID) -> ReportDraftQuerySet:
        return self.filter(organisation_id=organisation_id)

    def with_key(self, key: str) -> ReportDraftQuerySet:
        return self.filter(pk=key)

    def older_than(self, moment: datetime) -> ReportDraftQuerySet:
        return self.filter(created_at__lt=moment)

    def oldest_first(self) -> ReportDraftQuerySet:
        return self.order_by("created_at", "pk")

    def for_sending(self) -> ReportDraftQuerySet:
        """Locked, with what a ticket is made of."""
        return self.select_for_update(of=("self",)).select_related("organisation", "category__department")


class DraftPhotoQuerySet(models.QuerySet["DraftPhoto"]):
    def of_drafts(self, drafts: list[ReportDraft]) -> DraftPhotoQuerySet:
        return self.filter(draft__in=drafts)

    def in_order(self) -> DraftPhotoQuerySet:
        return self.order_by("pk")
