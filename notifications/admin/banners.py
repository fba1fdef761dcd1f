"""What stands above the pages of the console while messages do not go out as they should."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.backlog import counted
from common.banners import Banner, register_banners
from notifications.models import Circuit, SmsUse
from notifications.permissions import reads_delivery_log
from notifications.queries import interrupted_circuits, refused_sms, unwritten_messages, waiting_messages
from tickets.admin.words import moment


def banners(request: HttpRequest) -> Iterator[Banner]:
    """For whoever reads the delivery log."""
    if reads_delivery_log(request.user):
        yield from (_about_circuit(circuit, request.user) for circuit in interrupted_circuits())
        yield from _about_templates(request.user)
        yield from (_about_limit(use) for use in refused_sms(request.user))


def _about_circuit(circuit: Circuit, user: Any) -> Banner:
    waiting = counted(waiting_messages(user, circuit.channel))
    words = {
        "channel": capfirst(circuit.get_channel_display()),
        "since": moment(circuit.opened_at) if circuit.opened_at else "",
        "said": circuit.last_words,
        "count": waiting,
    }
    said = ngettext(
        "%(channel)s does not go out since %(since)s: %(count)d message waits. The provider said: %(said)s",
        "%(channel)s does not go out since %(since)s: %(count)d messages wait. The provider said: %(said)s",
        waiting,
    )
    return Banner(said % words, _log(channel__exact=circuit.channel), _("Delivery log"))


def _about_templates(user: Any) -> Iterator[Banner]:
    count = counted(unwritten_messages(user))
    if count:
        said = ngettext(
            "%(count)d message could not be written and waits: its template has to be put right.",
            "%(count)d messages could not be written and wait: their templates have to be put right.",
            count,
        )
        yield Banner(said % {"count": count}, _log(state__exact="held"), _("See which"))


def _about_limit(use: SmsUse) -> Banner:
    said = ngettext(
        "%(organisation)s: %(count)d SMS was not sent today, the limit is used up. Mails still go out.",
        "%(organisation)s: %(count)d SMS were not sent today, the limit is used up. Mails still go out.",
        use.refused,
    )
    words = {"organisation": use.organisation.name, "count": use.refused}
    return Banner(said % words, _log(channel__exact="sms", state__exact="suppressed"), _("See which"))


def _log(**narrowed: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in narrowed.items())
    return f"{reverse('admin:notifications_notification_changelist')}?{query}"


register_banners(banners)
