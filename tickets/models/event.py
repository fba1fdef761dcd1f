from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from common.models import IdentifiedModel
from departments.models import Department, Stage
from tickets.enums import EventKind, Visibility
from tickets.event_querysets import TicketEventQuerySet
from tickets.models.ticket import Ticket


class TicketEvent(IdentifiedModel):
    """One immutable fact about a ticket: timeline, audit trail, outbox and live feed at once.

    Written in the transaction of the change. Only the relay fills `position` (order of commits)
    and `relayed_at`, once each. Organisation, department, stage and assignee are copied from the locked
    ticket, whose own constraints vouch for them: to ask again for each event cost as much as its row.
    """

    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("organisation"),
        db_index=False,
        db_constraint=False,
    )
    ticket = models.ForeignKey(
        Ticket, on_delete=models.PROTECT, related_name="events", verbose_name=_("ticket"), db_index=False
    )
    kind = models.CharField(_("kind"), max_length=40, choices=EventKind)
    visibility = models.CharField(_("visible to"), max_length=20, choices=Visibility)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("who did it"),
        help_text=_("Empty for the system itself."),
    )
    on_behalf_of = models.CharField(_("on behalf of"), max_length=254, blank=True)
    note = models.TextField(_("note"), blank=True)
    changes = models.JSONField(
        _("changes"), default=dict, encoder=DjangoJSONEncoder, help_text=_("Field -> [old, new].")
    )
    data = models.JSONField(_("details"), default=dict, encoder=DjangoJSONEncoder)
    department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        verbose_name=_("held by department"),
        db_constraint=False,
    )
    stage = models.ForeignKey(
        Stage,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        verbose_name=_("stage"),
        db_constraint=False,
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        verbose_name=_("held by"),
        db_constraint=False,
    )
    update_key = models.UUIDField(
        _("update"), null=True, editable=False, help_text=_("Events of one update share it.")
    )
    ticket_version = models.PositiveIntegerField(_("ticket version"))
    occurred_at = models.DateTimeField(_("at"), default=timezone.now)
    position = models.BigIntegerField(_("feed position"), null=True, unique=True)
    relayed_at = models.DateTimeField(_("relayed at"), null=True)

    objects = TicketEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=EventKind.values), name="ticketevent_kind_is_known"),
            models.CheckConstraint(
                condition=Q(relayed_at__isnull=True) | Q(position__isnull=False),
                name="ticketevent_relayed_has_position",
            ),
        ]
        indexes: ClassVar = [
            models.Index("ticket", "occurred_at", "id", name="ticketevent_timeline"),
            models.Index("organisation", "position", name="ticketevent_feed"),
            # What the relay has to do, in two steps: stamp, then tell.
            models.Index("id", name="ticketevent_unstamped", condition=Q(position__isnull=True)),
            models.Index("position", name="ticketevent_unrelayed", condition=Q(relayed_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ticket_id}"

    @property
    def changes_status(self) -> bool:
        return "status" in self.changes
