from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models

from accounts.permissions import is_operator
from accounts.querysets import ManagedRows
from notifications.enums import Channel
from notifications.permissions import organisations_with_log

if TYPE_CHECKING:
    from notifications.inbound.models import InboundMessage, OrganisationChannels, SuppressedAddress


class InboundMessageQuerySet(models.QuerySet["InboundMessage"]):
    def visible_to(self, user: Any) -> InboundMessageQuerySet:
        """The same people as the delivery log; of no organisation only for the operator."""
        if is_operator(user):
            return self.all()
        return self.filter(organisation_id__in=organisations_with_log(user))

    def taken(self, channel: str, provider_id: str) -> InboundMessageQuerySet:
        return self.filter(channel=channel, provider_id=provider_id)

    def from_sender(self, channel: str, sender: str) -> InboundMessageQuerySet:
        return self.filter(channel=channel, sender=sender)

    def since(self, moment: datetime) -> InboundMessageQuerySet:
        return self.filter(received_at__gte=moment)

    def before(self, message: InboundMessage) -> InboundMessageQuerySet:
        return self.exclude(pk=message.pk)

    def that_became(self, *outcomes: str) -> InboundMessageQuerySet:
        return self.filter(became__in=outcomes)

    def answered(self) -> InboundMessageQuerySet:
        return self.exclude(answer="")

    def to_answer(self, since: datetime) -> InboundMessageQuerySet:
        """Mails whose answer was not sent yet, the oldest first."""
        waiting = self.answered().filter(channel=Channel.EMAIL, answered_at__isnull=True)
        return waiting.since(since).select_related("ticket", "organisation").order_by("received_at", "pk")

    def newest_first(self) -> InboundMessageQuerySet:
        return self.order_by("-received_at", "-pk")

    def for_list(self) -> InboundMessageQuerySet:
        return self.select_related("ticket", "person", "organisation")


class SuppressedAddressQuerySet(models.QuerySet["SuppressedAddress"]):
    def visible_to(self, user: Any) -> SuppressedAddressQuerySet:
        """An address is stopped for every organisation at once: the operator's business."""
        return self.all() if is_operator(user) else self.none()

    def of(self, channel: str, address: str) -> SuppressedAddressQuerySet:
        return self.filter(channel=channel, address=address)

    def among(self, channel: str, addresses: Collection[str]) -> SuppressedAddressQuerySet:
        return self.filter(channel=channel, address__in=addresses)


class OrganisationChannelsQuerySet(ManagedRows, models.QuerySet["OrganisationChannels"]):
    def with_whatsapp(self, number: str) -> OrganisationChannelsQuerySet:
        return self.filter(whatsapp_from=number).exclude(whatsapp_from="")

    def with_mail_address_among(self, addresses: list[str]) -> OrganisationChannelsQuerySet:
        return self.filter(mail_address__in=addresses).exclude(mail_address="")
