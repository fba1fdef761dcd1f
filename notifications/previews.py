"""How a message to a resident will look, with an invented ticket, in every language of the site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Organisation
from departments.models import Department
from notifications.enums import Audience
from notifications.gsm import Parts, fit, parts_of
from notifications.models import MessageTemplate
from notifications.occasion import Occasion, needs_code
from notifications.rendering import Message, write_mail
from notifications.wording import words_for
from notifications.wording.own import OwnWords, with_own
from tickets.enums import EventKind, Outcome
from tickets.models import Ticket, TicketEvent


@dataclass(frozen=True)
class Preview:
    """One language's message. `is_own` says that it uses the organisation's words; `as_typed` counts the SMS
    as if its letters were sent as they stand, which they are not.
    """

    language: str
    language_name: str
    is_own: bool
    mail: Message
    sms: str
    sms_parts: Parts
    as_typed: Parts


def previews_of(organisation: Organisation, kind: EventKind, typed: MessageTemplate) -> list[Preview]:
    """The message in every language, with `typed` in its own, whether it is in use yet or not."""
    own: dict[str, OwnWords] = {
        template.language: template
        for template in MessageTemplate.objects.of_organisation(organisation.pk).used_for(kind)
    }
    own[typed.language] = typed
    return list(_previews(organisation, kind, own))


def _previews(organisation: Organisation, kind: EventKind, own: dict[str, OwnWords]) -> Iterator[Preview]:
    for language, name in settings.LANGUAGES:
        with translation.override(language), timezone.override(ZoneInfo(organisation.time_zone)):
            occasion = _sample(organisation, kind)
            words = words_for(occasion)
            if language in own:
                words = with_own(words, own[language], occasion)
            sms = fit(words.sms, occasion.title)
            yield Preview(
                language=language,
                language_name=str(name),
                is_own=language in own,
                mail=write_mail(occasion, words),
                sms=sms,
                sms_parts=parts_of(sms),
                as_typed=parts_of(words.sms(occasion.title)),
            )


def _sample(organisation: Organisation, kind: EventKind) -> Occasion:
    """A reporter hears of an invented ticket. Nothing of it is in the database."""
    now = timezone.now()
    department = Department(organisation=organisation, name=_("Water and Sanitation"))
    reference = f"{organisation.reference_prefix}-234-567"
    ticket = Ticket(
        organisation=organisation,
        department=department,
        reference=reference,
        title=_("Burst pipe in Church Street"),
        due_at=now + timedelta(days=2),
        auto_close_at=now + timedelta(days=4),
        outcome=Outcome.COMPLETED if kind is EventKind.CLOSED else "",
    )
    event = TicketEvent(
        organisation=organisation,
        ticket=ticket,
        kind=kind,
        department=department,
        occurred_at=now,
        data={"into": reference, "supporters": 12},
    )
    page = f"{settings.SITE_URL}/t/{reference}/"
    has_code = needs_code(kind, Audience.REPORTER)
    return Occasion(
        event=event,
        ticket=ticket,
        audience=Audience.CALLER if kind is EventKind.CALL_MISSED else Audience.REPORTER,
        link=page,
        quote=_("A new coupling was fitted."),
        code="123456" if has_code else "",
        verify_link=f"{settings.SITE_URL}/v/sample/" if has_code else "",
    )
