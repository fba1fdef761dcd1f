"""The whole message: words in the recipient's language, laid out as mail or fitted into an SMS."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.languages import known_language
from notifications.bundles import Bundle
from notifications.digest import write_digest
from notifications.enums import Audience, Channel
from notifications.gsm import fit
from notifications.models import MessageTemplate, Notification
from notifications.occasion import Occasion, is_asked, needs_code
from notifications.queries import updates_of
from notifications.routing import RESIDENTS
from notifications.unsubscribing import areas_link, said_without_account, unsubscribe_link
from notifications.wording import Words, words_for
from notifications.wording.own import with_own
from tickets.enums import EventKind
from tickets.models import AreaFollow, Ticket, TicketEvent, Verification
from tickets.models import Message as TicketMessage
from tickets.permissions import can_view_as_staff
from tickets.subjects import subject_of
from tickets.verification import code_for, link_token, short_key

_ABOUT_WORDS = frozenset({EventKind.MESSAGE_ADDED, EventKind.NOTE_ADDED, EventKind.REPLIED})
_TEAMS = frozenset({Audience.ASSIGNEE, Audience.TEAM})


@dataclass(frozen=True)
class Message:
    """What a channel sends: a mail has subject, text and html, an SMS only its line."""

    subject: str = ""
    text: str = ""
    html: str = ""
    sms: str = ""
    unsubscribe_link: str = ""
    is_about_one_ticket: bool = True


class TemplatesInUse:
    """What organisations say to residents in their own words; each is asked for once in a batch."""

    def __init__(self) -> None:
        self._found: dict[tuple[uuid.UUID, str, str], MessageTemplate | None] = {}

    def about(self, occasion: Occasion) -> MessageTemplate | None:
        """In the language that is active."""
        if occasion.audience not in RESIDENTS or occasion.audience is Audience.AREA_FOLLOWERS:
            return None
        wanted = (occasion.ticket.organisation_id, occasion.event.kind, translation.get_language())
        if wanted not in self._found:
            self._found[wanted] = _own_words(*wanted)
        return self._found[wanted]


def write_message(bundle: Bundle, templates: TemplatesInUse | None = None) -> Message | None:
    """The words of a message as things are now, with what it carries; None where what it is about is gone."""
    notification = bundle.carrier
    with translation.override(_language(notification)), timezone.override(_zone(notification)):
        areas = bundle.areas()
        if bundle.is_digest and bundle.has_others:
            return _summary(bundle, areas)
        occasion = _occasion(_speaker(bundle), bundle.members, areas)
        if occasion is None:
            return None
        words = words_for(occasion)
        if own := (templates or TemplatesInUse()).about(occasion):
            words = with_own(words, own, occasion)
        if notification.channel != Channel.EMAIL:
            return Message(sms=fit(words.sms, occasion.title))
        way_out = unsubscribe_link(notification) or areas_link(notification, occasion.areas)
        return write_mail(occasion, words, way_out=way_out)


def _summary(bundle: Bundle, areas: Sequence[AreaFollow]) -> Message | None:
    found = [_occasion(one, [one], areas) for one in bundle.members]
    occasions = [occasion for occasion in found if occasion is not None]
    if not occasions:
        return None
    told_of = {area.pk: area for occasion in occasions for area in occasion.areas}
    way_out = areas_link(bundle.carrier, list(told_of.values()))
    subject, text, html = write_digest(bundle.carrier.organisation, occasions, way_out=way_out)
    return Message(subject, text, html, unsubscribe_link=way_out, is_about_one_ticket=False)


def _speaker(bundle: Bundle) -> Notification:
    """The member whose words lead: what somebody's own work is before what changed about it."""
    own = [one for one in bundle.members if one.audience == Audience.ASSIGNEE]
    return own[0] if own else bundle.members[-1]


def _own_words(organisation_id: uuid.UUID, kind: str, language: str) -> MessageTemplate | None:
    templates = MessageTemplate.objects.of_organisation(organisation_id)
    return templates.used_for(kind).in_language(language).first()


def _language(notification: Notification) -> str:
    return known_language(notification.language, notification.organisation.language)


def _zone(notification: Notification) -> ZoneInfo:
    return ZoneInfo(notification.organisation.time_zone)


def _occasion(
    notification: Notification, together: Sequence[Notification], areas: Sequence[AreaFollow]
) -> Occasion | None:
    event, ticket = notification.event, notification.event.ticket
    audience = Audience(notification.audience)
    verification = None
    if needs_code(EventKind(event.kind), audience):
        verification = ticket.verifications.pending().first()
        if verification is None or verification.expires_at <= timezone.now():
            return None
    told = [one.event for one in together]
    update = updates_of(told) if audience in _TEAMS and ticket.project_id else [event]
    return Occasion(
        event=event,
        update=update,
        ticket=ticket,
        audience=audience,
        link=settings.SITE_URL + _page_of(notification),
        quote=next((quote for row in update if (quote := _quote(row, ticket))), ""),
        code=_code(verification, ticket, audience),
        verify_link=_verify_link(verification, ticket, audience),
        areas=_around(ticket, audience, areas),
    )


def _around(ticket: Ticket, audience: Audience, areas: Sequence[AreaFollow]) -> list[AreaFollow]:
    is_about_areas = audience is Audience.AREA_FOLLOWERS
    return [area for area in areas if area.covers(ticket)] if is_about_areas else []


def _page_of(notification: Notification) -> str:
    """For who said me too without an account a page of their own, from which they can take it back."""
    if said := said_without_account(notification):
        return reverse("tickets:my_me_too", args=[short_key(said.pk)])
    return page_for(notification.event, notification.audience, notification.recipient)


def page_for(event: TicketEvent, audience: Audience | str, recipient: User | None) -> str:
    """The path of what the event is about: the ticket's page for residents, and for those who follow it as
    their work the console's; a page of its own where it is about another row.
    """
    subject, ticket = subject_of(event), event.ticket
    if subject:
        return subject.page(event)
    by_reach = audience in {Audience.FOLLOWERS, Audience.COLLEAGUES}
    works_here = by_reach and can_view_as_staff(recipient, ticket)
    if (audience in RESIDENTS or by_reach) and not works_here:
        return reverse("tickets:ticket", args=[ticket.reference])
    return reverse("admin:tickets_ticket_change", args=[ticket.pk])


def _code(verification: Verification | None, ticket: Ticket, audience: Audience) -> str:
    return code_for(verification) if verification and is_asked(ticket, audience) else ""


def _verify_link(verification: Verification | None, ticket: Ticket, audience: Audience) -> str:
    if verification is None or not is_asked(ticket, audience):
        return ""
    return settings.SITE_URL + reverse("tickets:verify_by_link", args=[link_token(verification)])


def _quote(event: TicketEvent, ticket: Ticket) -> str:
    """What somebody wrote: the event's note, the message it is about, or the note of the resolution."""
    if event.kind == EventKind.CLOSED and not event.note:
        resolved = ticket.events.of_kind(EventKind.RESOLVED).order_by("-occurred_at").first()
        return resolved.note if resolved else ""
    if event.kind in _ABOUT_WORDS:
        said = TicketMessage.objects.filter(pk=event.data.get("message"), ticket=ticket).first()
        return said.body if said else ""
    return event.note


def write_mail(occasion: Occasion, words: Words, *, way_out: str = "") -> Message:
    """The words laid out as a mail, in the language that is active. `way_out` is the link for followers."""
    subject = _("[%(reference)s] %(headline)s: %(title)s") % {
        "reference": occasion.reference,
        "headline": words.headline,
        "title": occasion.title,
    }
    context = {
        "words": words,
        "occasion": occasion,
        "organisation": occasion.ticket.organisation,
        "reason": _reason(occasion),
        "button": occasion.verify_link or occasion.link,
        "unsubscribe_link": way_out,
    }
    return Message(
        subject=subject,
        text=render_to_string("emails/message.txt", context),
        html=render_to_string("emails/message.html", context),
        unsubscribe_link=way_out,
    )


_REASONS = {
    Audience.REPORTER: gettext_lazy("You get this because you reported this problem."),
    Audience.SUPPORTERS: gettext_lazy("You get this because you said that this is your problem too."),
    Audience.FOLLOWERS: gettext_lazy("You get this because you follow this ticket."),
    Audience.CALLER: gettext_lazy("You get this because you asked to be called."),
    Audience.ASSIGNEE: gettext_lazy("You get this because this ticket is assigned to you."),
    Audience.DEPARTMENT_ADMINS: gettext_lazy(
        "You get this because you look after the department: %(department)s."
    ),
    Audience.ORGANISATION_ADMINS: gettext_lazy(
        "You get this because you look after the organisation: %(organisation)s."
    ),
    Audience.APPELLANT: gettext_lazy("You get this because you appealed."),
    Audience.COLLEAGUES: gettext_lazy("You get this because a colleague sent it to you."),
    Audience.TEAM: gettext_lazy("You get this because you work on this ticket."),
    Audience.AREA_FOLLOWERS: gettext_lazy("You get this because you follow: %(areas)s."),
}


def _reason(occasion: Occasion) -> str:
    """Why this person gets this mail."""
    names = {
        "department": occasion.department,
        "organisation": occasion.ticket.organisation.name,
        "areas": occasion.area_names,
    }
    return str(_REASONS[occasion.audience]) % names
