"""What goes out in one mail: the message that carries, and those that it tells of as well."""

from __future__ import annotations

from dataclasses import dataclass

from notifications.enums import Audience, Hold
from notifications.models import Notification
from notifications.queries import followed_areas
from tickets.models import AreaFollow

# The others are counted in the mail, and stand on their tickets' pages.
MOST = 100
_TOLD_TOGETHER = frozenset({Hold.BURST, Hold.DIGEST, Hold.TEMPLATE})


@dataclass(frozen=True)
class Bundle:
    """The members in the order in which they happened; mostly the message alone."""

    carrier: Notification
    members: list[Notification]
    is_digest: bool = False

    @property
    def has_others(self) -> bool:
        return len(self.members) > 1

    @property
    def is_about_areas(self) -> bool:
        """Whether anything in it is told because of an area that somebody follows."""
        return any(one.audience == Audience.AREA_FOLLOWERS for one in self.members)

    def areas(self) -> list[AreaFollow]:
        """The areas that its recipient follows now. Asks only where it is about any."""
        if not self.is_about_areas:
            return []
        return followed_areas(self.carrier.recipient, self.carrier.organisation)


def bundle_of(carrier: Notification) -> Bundle:
    """A message with what it carries. Asks nothing where it never waited for others."""
    if carrier.hold not in _TOLD_TOGETHER:
        return Bundle(carrier, [carrier])
    carried = list(Notification.objects.for_sending().carried_by(carrier))
    hold = carried[0].hold if carried else carrier.hold
    members = sorted([carrier, *carried], key=lambda one: (one.event.occurred_at, one.event_id))
    return Bundle(carrier, members, is_digest=hold == Hold.DIGEST)
