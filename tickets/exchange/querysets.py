"""Chainable questions about imports."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import models

from tickets.enums import ImportState

if TYPE_CHECKING:
    from tickets.models import ImportRun, RefusedRow


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def of_organisation(self, organisation_id: uuid.UUID) -> ImportRunQuerySet:
        return self.filter(organisation_id=organisation_id)

    def of_file(self, digest: str, *, is_dry_run: bool) -> ImportRunQuerySet:
        """Runs of the same bytes, the newest first."""
        return self.filter(digest=digest, is_dry_run=is_dry_run).order_by("-created_at", "-pk")

    def unfinished(self) -> ImportRunQuerySet:
        return self.filter(state__in=[ImportState.WAITING, ImportState.RUNNING]).order_by("created_at", "pk")


class RefusedRowQuerySet(models.QuerySet["RefusedRow"]):
    def in_order(self) -> RefusedRowQuerySet:
        return self.order_by("line", "pk")
