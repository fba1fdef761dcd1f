"""A message that did not arrive is sent once more because a person says so."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.errors import DomainError, NotAllowed
from notifications.enums import NotificationState
from notifications.models import Notification
from notifications.own_data import ADDRESS_AFTERWARDS
from notifications.permissions import can_send_again

S = NotificationState
NOT_ARRIVED = frozenset({S.FAILED, S.BOUNCED, S.SUPPRESSED})


class NothingToSendAgain(DomainError):
    code = "nothing_to_send_again"
    sentence = _("Only a message that failed, came back or was not sent can be sent again.")


class AddressIsForgotten(DomainError):
    code = "address_is_forgotten"
    sentence = _("Whose message it was has deleted their account: there is no address any more.")


def send_again(notification: Notification, *, acting_user: User) -> Notification:
    """Put it back into the queue with all its attempts before it. It is checked again before it goes.

    Raises NotAllowed, NothingToSendAgain, AddressIsForgotten.
    """
    with transaction.atomic():
        locked = Notification.objects.select_for_update().get(pk=notification.pk)
        if not can_send_again(acting_user, locked):
            raise NotAllowed
        if locked.state not in NOT_ARRIVED:
            raise NothingToSendAgain
        if locked.address == ADDRESS_AFTERWARDS:
            raise AddressIsForgotten
        # On its own now: what carried it may have arrived at others of its events.
        locked.carrier = None
        locked.state, locked.hold, locked.failures, locked.last_error = S.QUEUED, "", 0, ""
        locked.next_attempt_at = locked.sent_again_at = timezone.now()
        locked.sent_again_by = acting_user
        locked.save(update_fields=_WRITTEN)
    return locked


_WRITTEN = [
    "carrier",
    "state",
    "hold",
    "failures",
    "last_error",
    "next_attempt_at",
    "sent_again_at",
    "sent_again_by",
]
