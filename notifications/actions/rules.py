"""What an organisation tells, and what its SMS may cost."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.enums import Capability
from accounts.models import Organisation, User
from accounts.permissions import has_capability
from common.errors import InvalidInput, NotAllowed
from common.text import checked_text
from notifications.models import TellingRules
from notifications.models.rules import LONGEST_NAME
from notifications.topics import ALWAYS_TOLD
from tickets.enums import EventKind


class HasToBeTold(InvalidInput):
    code = "has_to_be_told"
    sentence = _("Without this message nobody could confirm or answer; it cannot be switched off.")


def write_rules(
    organisation: Organisation,
    *,
    kinds_off: Collection[EventKind],
    sender_name: str,
    sms_per_day: int | None,
    sms_per_month: int | None,
    acting_user: User,
) -> TellingRules:
    """Replace an organisation's rules. What is queued already still goes.

    Without a `sender_name` mails come in the organisation's own.
    Raises NotAllowed, HasToBeTold, InvalidInput.
    """
    if not has_capability(acting_user, Capability.MANAGE_ORGANISATION, organisation.pk):
        raise NotAllowed
    if ALWAYS_TOLD & set(kinds_off):
        raise HasToBeTold(field="kinds_off")
    with transaction.atomic():
        rules, _is_new = TellingRules.objects.select_for_update().get_or_create(organisation=organisation)
        rules.kinds_off = [kind.value for kind in EventKind if kind in kinds_off]
        rules.sms_per_day, rules.sms_per_month = sms_per_day, sms_per_month
        rules.sender_name = checked_text(sender_name, field="sender_name", most=LONGEST_NAME)
        rules.save(update_fields=["kinds_off", "sender_name", "sms_per_day", "sms_per_month"])
    return rules
