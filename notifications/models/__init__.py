from __future__ import annotations

from notifications.inbound.models import InboundMessage, OrganisationChannels, SuppressedAddress
from notifications.models.attempt import Attempt, Receipt
from notifications.models.circuit import Circuit
from notifications.models.message import Notification
from notifications.models.notice import Notice
from notifications.models.preference import ChannelChoice, Preference
from notifications.models.rules import SmsUse, TellingRules
from notifications.models.template import MessageTemplate

__all__ = [
    "Attempt",
    "ChannelChoice",
    "Circuit",
    "InboundMessage",
    "MessageTemplate",
    "Notice",
    "Notification",
    "OrganisationChannels",
    "Preference",
    "Receipt",
    "SmsUse",
    "SuppressedAddress",
    "TellingRules",
]
