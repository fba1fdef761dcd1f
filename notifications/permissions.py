"""Who may do what with the messages of an organisation."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from accounts.enums import Capability
from accounts.permissions import has_capability, has_capability_anywhere, organisations_where

if TYPE_CHECKING:
    from notifications.models import Notification


def reads_delivery_log(user: Any) -> bool:
    """It holds addresses: for those who may see every ticket and who reported it."""
    reads_all = has_capability_anywhere(user, Capability.VIEW_ALL_TICKETS)
    return reads_all and has_capability_anywhere(user, Capability.VIEW_REPORTERS)


def organisations_with_log(user: Any) -> set[uuid.UUID]:
    """The organisations whose log the person may read; the operator reads all."""
    whole = set(organisations_where(user, Capability.VIEW_ALL_TICKETS))
    return whole & set(organisations_where(user, Capability.VIEW_REPORTERS))


def can_send_again(user: Any, notification: Notification) -> bool:
    return has_capability(user, Capability.MANAGE_ORGANISATION, notification.organisation_id)
