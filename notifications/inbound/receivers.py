"""Listens to what mail providers post to us, as anymail understands it."""

from __future__ import annotations

from typing import Any

from anymail.signals import AnymailInboundEvent, AnymailTrackingEvent, inbound, tracking
from django.dispatch import receiver

from notifications.inbound.actions.mails import receive_mail
from notifications.inbound.actions.tracking import told_by_mail_provider


@receiver(inbound, dispatch_uid="notifications.inbound.mail")
def take_mail(sender: Any, event: AnymailInboundEvent, esp_name: str, **kwargs: Any) -> None:
    """A mail that a provider received for us. Raises where it was not kept: the provider posts it again."""
    message = event.message
    envelope = [message.envelope_recipient] if message.envelope_recipient else []
    receive_mail(message, envelope=envelope, size=len(message.as_bytes()))


@receiver(tracking, dispatch_uid="notifications.inbound.tracking")
def take_word(sender: Any, event: AnymailTrackingEvent, esp_name: str, **kwargs: Any) -> None:
    told_by_mail_provider(event)
