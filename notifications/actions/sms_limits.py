"""What an organisation's SMS may cost: counted in parts, by the day and month of its own calendar."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from notifications.enums import Channel
from notifications.gsm import parts_of
from notifications.models import Notification, SmsUse, TellingRules
from notifications.queries import today_of
from notifications.rendering import Message


class NoSmsLeft(Exception):
    """The organisation's limit keeps this message back. Carries the reason."""


def take_parts(notification: Notification, message: Message) -> int:
    """Count an SMS before it goes, and return its parts; 0 where nothing is counted.

    Counted beforehand, so that no two workers take the last one, and a crash rather counts one too many.
    Raises NoSmsLeft.
    """
    if notification.channel != Channel.SMS:
        return 0
    organisation, taken = notification.organisation, parts_of(message.sms).parts
    rules = TellingRules.objects.of_organisation(organisation.pk).first() or TellingRules()
    day = today_of(organisation)
    with transaction.atomic():
        use, _is_new = SmsUse.objects.select_for_update().get_or_create(organisation=organisation, day=day)
        reason = _over(rules, use, taken)
        counted = {"refused": F("refused") + 1} if reason else {"parts": F("parts") + taken}
        SmsUse.objects.filter(pk=use.pk).update(**counted)
    if reason:
        raise NoSmsLeft(reason)
    return taken


def give_back(notification: Notification, taken: int) -> None:
    """What was counted for an SMS that the provider did not take."""
    if taken:
        today = SmsUse.objects.of_day(notification.organisation_id, today_of(notification.organisation))
        today.with_at_least(taken).update(parts=F("parts") - taken)


def _over(rules: TellingRules, use: SmsUse, taken: int) -> str:
    """Why not, or an empty string."""
    if rules.sms_per_day is not None and use.parts + taken > rules.sms_per_day:
        return _("The limit of %(parts)d parts of SMS a day is used up.") % {"parts": rules.sms_per_day}
    if rules.sms_per_month is not None:
        month = SmsUse.objects.of_month(use.organisation_id, use.day).aggregate(sum=Sum("parts"))
        if (month["sum"] or 0) + taken > rules.sms_per_month:
            return _("The limit of %(parts)d parts of SMS a month is used up.") % {
                "parts": rules.sms_per_month
            }
    return ""
