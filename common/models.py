"""Abstract bases. This app owns no table."""

from __future__ import annotations

from django.db import models

from common.identifiers import new_id


class IdentifiedModel(models.Model):
    """A row with a time-ordered UUID as its key."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True
