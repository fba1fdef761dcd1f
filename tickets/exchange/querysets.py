"""Chainable questions about imports."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db import models

from accounts.models import Organisation
from tickets.enums import ImportState

if TYPE_CHECKING:
    from tickets.models import ImportRun, RefusedRow


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def of_organisation(self, organisation_id: uuid.UUID) -> ImportRunQuerySet:
        return self.filter(organisation_id=organisation_id)

    def managed_by(self, user: Any) -> ImportRunQuerySet:
        """Of the organisations that the person looks after."""
        return self.filter(organisation__in=Organisation.objects.active().managed_by(user))

    def newest_first(self) -> ImportRunQuerySet:
        return self.order_by("-created_at", "-pk")

    def of_file(self, digest: str, *, is_dry_run: bool) -> ImportRunQuerySet:
        """Runs of the same bytes, the newest first."""
        return self.filter(digest=digest, is_dry_run=is_dry_run).newest_first()

    def unfinished(self) -> ImportRunQuerySet:
        return self.filter(state__in=[ImportState.WAITING, ImportState.RUNNING]).order_by("created_at", "pk")


class RefusedRowQuerySet(models.QuerySet["RefusedRow"]):
    def in_order(self) -> RefusedRowQuerySet:
        return self.order_by("line", "pk")
