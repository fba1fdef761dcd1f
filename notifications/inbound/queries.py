"""Who somebody is to us who writes from an address: what they were told last, and what they may answer."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils import timezone

from accounts.models import Organisation
from accounts.queries import find_user_by_phone
from common.errors import NotFound
from common.identifiers import as_uuid
from common.languages import known_language
from notifications.enums import Audience, Channel
from notifications.inbound.mail.tokens import notification_in
from notifications.inbound.models import OrganisationChannels, SuppressedAddress
from notifications.models import Notification
from notifications.occasion import is_asked
from notifications.routing import RESIDENTS
from tickets.enums import EventKind, Status
from tickets.models import Ticket, Verification
from tickets.permissions import can_view_ticket
from tickets.verification import code_for

PHONE_CHANNELS = (Channel.SMS, Channel.WHATSAPP)
_ASKED_BY = (EventKind.RESOLVED, EventKind.CODE_SENT, EventKind.PROOF_REMINDED)
_LATEST = 50
# What all mails about a ticket refer to: notifications.channels.email.
_THREAD = re.compile(r"^<ticket\.([0-9a-f-]{36})@")


@dataclass(frozen=True)
class Told:
    """The last that somebody was told: by whom their answer is, and about which ticket."""

    notification: Notification

    @property
    def ticket(self) -> Ticket:
        return self.notification.event.ticket

    @property
    def acting_user(self) -> Any:
        """The person, or a visitor: somebody without an account is never the system."""
        return self.notification.recipient or AnonymousUser()

    def is_from(self, sender: str) -> bool:
        """Whether a mail comes from whom the message was sent to: its address, or theirs by now."""
        person = self.notification.recipient
        theirs = {self.notification.address, (person.email or "") if person else ""} - {""}
        return sender in {address.lower() for address in theirs}

    @property
    def is_reporter(self) -> bool:
        return self.notification.audience == Audience.REPORTER


def language_of(told: Told | None, organisation: Organisation | None = None) -> str:
    """The language in which somebody was told the last thing; without one the organisation's."""
    if told is not None:
        return known_language(told.notification.language, told.notification.organisation.language)
    return known_language(*([organisation.language] if organisation else []))


def told_by_token(addresses: list[str]) -> Told | None:
    """The message whose reply address is among these."""
    keys = [key for address in addresses if (key := notification_in(address)) is not None]
    found = _of_who_is_here().filter(pk__in=keys).first() if keys else None
    return Told(found) if found else None


def told_by_references(references: list[str], sender: str) -> Told | None:
    """The message to this sender that a mail answers: by its own id, else the last about the same ticket."""
    to_sender = _of_who_is_here().filter(channel=Channel.EMAIL, address=sender)
    sent = to_sender.filter(sent_at__isnull=False).order_by("-created_at", "-pk")
    found = sent.filter(provider_reference__in=references).first()
    tickets = [key for reference in references if (key := _ticket_of_thread(reference)) is not None]
    if found is None and tickets:
        found = sent.filter(event__ticket__in=tickets).first()
    return Told(found) if found else None


def _ticket_of_thread(reference: str) -> uuid.UUID | None:
    match = _THREAD.match(reference)
    return as_uuid(match[1]) if match else None


def organisation_at(addresses: list[str]) -> Organisation | None:
    """Whose own address a mail was sent to."""
    rows = OrganisationChannels.objects.with_mail_address_among(addresses)
    row = rows.filter(organisation__is_active=True).select_related("organisation").first()
    return row.organisation if row else None


def organisation_mail_addresses() -> set[str]:
    rows = OrganisationChannels.objects.exclude(mail_address="")
    return set(rows.values_list("mail_address", flat=True))


def _of_who_is_here() -> Any:
    """Messages to addresses, and to people who have not left."""
    left = Q(recipient__isnull=False, recipient__is_active=False)
    return Notification.objects.for_sending().exclude(left)


def last_told(address: str, *, organisation_id: uuid.UUID | None = None) -> Told | None:
    """What was sent to this number last, by SMS or WhatsApp, within the organisation where one is given."""
    return next(iter(_told(address, organisation_id)[:1]), None)


def _told(address: str, organisation_id: uuid.UUID | None) -> list[Told]:
    sent = _of_who_is_here().filter(
        address=address, channel__in=PHONE_CHANNELS, audience__in=RESIDENTS, sent_at__isnull=False
    )
    if organisation_id is not None:
        sent = sent.filter(organisation_id=organisation_id)
    newest = sent.order_by("-created_at", "-pk")[:_LATEST]
    return [Told(row) for row in newest]


def questions_to(
    address: str, *, organisation_id: uuid.UUID | None = None
) -> list[tuple[Told, Verification]]:
    """The resolutions that this number was asked to confirm and still can, the last asked first."""
    asked: dict[uuid.UUID, Told] = {}
    for told in _told(address, organisation_id):
        if told.notification.event.kind in _ASKED_BY and is_asked(told.ticket, told.notification.audience):
            asked.setdefault(told.ticket.pk, told)
    open_ones = Verification.objects.pending().filter(
        ticket__in=asked, ticket__status=Status.RESOLVED, expires_at__gt=timezone.now()
    )
    by_ticket = {verification.ticket_id: verification for verification in open_ones}
    return [(told, by_ticket[key]) for key, told in asked.items() if key in by_ticket]


def ticket_shown_to(address: str, reference: str) -> Ticket:
    """The ticket, if whoever has this number may see it. Raises NotFound, whether it exists or not."""
    ticket = Ticket.objects.for_change().filter(reference=reference).first()
    if ticket is None or not (_is_theirs(address, ticket) or can_view_ticket(_person(address), ticket)):
        raise NotFound
    return ticket


def _is_theirs(address: str, ticket: Ticket) -> bool:
    """Reported with this number, which is told all of it by SMS anyway."""
    return ticket.reporter_phone == address


def _person(address: str) -> Any:
    return find_user_by_phone(address) or AnonymousUser()


def hide_codes_of(ticket: Ticket, text: str, *, instead: str) -> str:
    """The text without the ticket's present code: staff who read it could confirm their own work."""
    for verification in ticket.verifications.pending():
        code = code_for(verification)
        text = text.replace(code, instead).replace(f"{code[:3]} {code[3:]}", instead)
    return text


def stopped(channel: str, address: str) -> SuppressedAddress | None:
    return SuppressedAddress.objects.of(channel, address).first()


def organisation_with_whatsapp(number: str) -> Organisation | None:
    row = OrganisationChannels.objects.with_whatsapp(number).select_related("organisation").first()
    return row.organisation if row else None


def whatsapp_number_of(organisation_id: uuid.UUID) -> str:
    """The organisation's own WhatsApp number; "" where it has none."""
    row = OrganisationChannels.objects.of_organisation(organisation_id).only("whatsapp_from").first()
    return row.whatsapp_from if row else ""
