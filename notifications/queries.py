"""Who the people of each audience are, with the addresses they can be reached at."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from accounts.enums import Role
from accounts.models import Membership, Organisation, User
from accounts.permissions import is_operator, staffed_organisations
from accounts.querysets import MembershipQuerySet
from notifications.enums import Audience, Channel, Digest, Topic
from notifications.holds import Wishes
from notifications.models import Circuit, Notice, Notification, Preference, SmsUse, TellingRules
from notifications.querysets import NotificationQuerySet
from notifications.routing import RESIDENTS, TEAM_KINDS
from notifications.topics import topics_of
from tickets.enums import EventKind, Visibility
from tickets.live import may_see_event
from tickets.models import AreaFollow, Support, Ticket, TicketEvent
from tickets.queries import areas_of
from tickets.subjects import subject_of


@dataclass(frozen=True)
class Recipient:
    """Somebody to tell: a person, or only an address."""

    key: str
    language: str
    user_id: uuid.UUID | None = None
    email: str = ""
    phone: str = ""


def recipients_of(event: TicketEvent, audience: Audience) -> list[Recipient]:
    """The people of an audience for this event. Reads the event's ticket: select it beforehand."""
    return _AUDIENCES[audience](event)


def _reporter(event: TicketEvent) -> list[Recipient]:
    """Who reported, at the addresses given with the report."""
    ticket = event.ticket
    email, phone = ticket.reporter_email, ticket.reporter_phone
    person = ticket.reporter
    if person is not None and not person.is_active:
        return []
    if person is None and not (email or phone):
        return []
    language = ticket.reporter_language or ticket.organisation.language
    key = _key_of(person) if person else _key_of_address(email or phone)
    return [Recipient(key, language, person.pk if person else None, email, phone)]


def _supporters(event: TicketEvent) -> list[Recipient]:
    supports = event.ticket.supports.select_related("user", "report").order_by("created_at", "pk")
    people = _people(support.user for support in supports if support.user is not None)
    reports = [_address_of(row.report, event) for row in supports if row.report is not None]
    return [*people, *reports, *(_visitor(row, event) for row in supports if row.contact)]


def _visitor(support: Support, event: TicketEvent) -> Recipient:
    """Who said me too without an account, at the number or the address that a code went to."""
    language = support.language or event.ticket.organisation.language
    return Recipient(_key_of_address(support.contact), language, None, support.email, support.phone)


def _address_of(report: Ticket, event: TicketEvent) -> Recipient:
    """Who reported a duplicate of this without an account, at the addresses given with it."""
    email, phone = report.reporter_email, report.reporter_phone
    language = report.reporter_language or event.ticket.organisation.language
    return Recipient(_key_of_address(email or phone), language, None, email, phone)


def _followers(event: TicketEvent) -> list[Recipient]:
    """Those of them who may see this now: a ticket that is not public is followed by its staff only."""
    follows = event.ticket.follows.select_related("user").order_by("created_at", "pk")
    is_open_to_all = event.ticket.is_public and event.visibility == Visibility.PUBLIC
    return _people(follow.user for follow in follows if is_open_to_all or may_see_event(follow.user, event))


def _assignee(event: TicketEvent) -> list[Recipient]:
    return _people([event.assignee] if event.assignee else [])


def _department_admins(event: TicketEvent) -> list[Recipient]:
    """The admins of the department that answers for it, or else held the ticket; without one, those of
    the organisation. Nobody decides about their own appeal.
    """
    own = _members(event).filter(
        role=Role.DEPARTMENT_ADMIN,
        user__department_memberships__department=event.data.get("answerable", event.department_id),
        user__department_memberships__is_active=True,
    )
    if event.kind == EventKind.APPEALED:
        own = own.exclude(user=event.actor_id)
    admins = _people(membership.user for membership in own.order_by("pk"))
    return admins or _organisation_admins(event)


def _organisation_admins(event: TicketEvent) -> list[Recipient]:
    return _people(membership.user for membership in _members(event).admins().order_by("pk"))


def _members(event: TicketEvent) -> MembershipQuerySet:
    return Membership.objects.of_organisation(event.organisation_id).active().select_related("user")


def _caller(event: TicketEvent) -> list[Recipient]:
    """Who asked to be called, at the number that did not answer and by mail."""
    asked = event.ticket.callbacks.with_people().with_key(event.data["callback"]).first()
    if asked is None or not asked.person.is_active:
        return []
    person = asked.person
    return [Recipient(_key_of(person), person.language, person.pk, person.email or "", asked.phone)]


def _appellant(event: TicketEvent) -> list[Recipient]:
    return _people(User.objects.filter(pk=event.data["person"]))


def _colleagues(event: TicketEvent) -> list[Recipient]:
    people = User.objects.filter(pk__in=event.data["people"]).order_by("full_name", "pk")
    return _people(people)


def _team(event: TicketEvent) -> list[Recipient]:
    """The lead and everybody else who works on a ticket that belongs to a project."""
    ticket = event.ticket
    if ticket.project_id is None:
        return []
    others = [row.user for row in ticket.assignees.select_related("user").order_by("added_at", "pk")]
    return _people([ticket.assignee, *others] if ticket.assignee else others)


def _area_followers(event: TicketEvent) -> list[Recipient]:
    """Who follows an area in which a public ticket lies, but for whose it is. One question."""
    ticket = event.ticket
    if not ticket.is_public:
        return []
    follows = AreaFollow.objects.around(ticket).select_related("person").order_by("created_at", "pk")
    own = {ticket.reporter_id, event.actor_id}
    return _people(row.person for row in follows if row.person_id not in own and row.covers(ticket))


def followed_areas(person: User | None, organisation: Organisation) -> list[AreaFollow]:
    """The areas of an organisation that somebody follows, by name."""
    return list(areas_of(person, organisation.pk)) if person else []


def update_of(event: TicketEvent) -> list[TicketEvent]:
    """Everything of the event's update that the team hears of, in order; the event itself among it."""
    together = TicketEvent.objects.of_update(event).of_kind(*TEAM_KINDS)
    return list(together.select_related("actor"))


def updates_of(events: Sequence[TicketEvent]) -> list[TicketEvent]:
    """Everything of the updates that these events of one ticket belong to, in order."""
    if len(events) == 1:
        return update_of(events[0])
    keys = [event.update_key for event in events if event.update_key]
    together = TicketEvent.objects.of_updates(events[0].ticket_id, keys).of_kind(*TEAM_KINDS)
    found = {event.pk: event for event in (*events, *together.select_related("actor"))}
    return sorted(found.values(), key=lambda event: event.pk)


def wishes_of(keys: Collection[uuid.UUID], organisation: Organisation) -> dict[uuid.UUID, Wishes]:
    """What these people want to hear, and when; without those who never said."""
    return {
        preference.user_id: wishes_in(preference, organisation)
        for preference in Preference.objects.of_people(keys)
    }


def wishes_in(preference: Preference, organisation: Organisation) -> Wishes:
    """In the person's own zone, or else the organisation's."""
    return _wishes(preference, ZoneInfo(preference.user.time_zone or organisation.time_zone))


def _wishes(preference: Preference, zone: ZoneInfo) -> Wishes:
    return Wishes(
        zone=zone,
        digest=Digest(preference.digest),
        quiet_from=preference.quiet_from,
        quiet_until=preference.quiet_until,
        switched_off=frozenset(
            (Topic(choice.topic), Channel(choice.channel)) for choice in preference.switched_off.all()
        ),
    )


def wishes_for(person: User) -> Wishes:
    """What this person wants, in the zone of their account."""
    preference = Preference.objects.of_people([person.pk]).first()
    zone = ZoneInfo(person.time_zone or settings.TIME_ZONE)
    return _wishes(preference, zone) if preference else Wishes(zone)


def topics_for(person: User) -> list[Topic]:
    """The topics that somebody like this hears of."""
    works_here = bool(staffed_organisations(person)) or is_operator(person)
    return topics_of(Audience) if works_here else topics_of(RESIDENTS)


def kinds_not_told(organisation_id: uuid.UUID) -> frozenset[str]:
    """The kinds of events that the organisation tells nobody."""
    rules = TellingRules.objects.of_organisation(organisation_id).first()
    return frozenset(rules.kinds_off) if rules else frozenset()


def rules_of(organisation: Organisation) -> TellingRules:
    """What is in force; without a row everything is told."""
    found = TellingRules.objects.of_organisation(organisation.pk).first()
    return found or TellingRules(organisation=organisation)


def _people(users: Iterable[User]) -> list[Recipient]:
    return [
        Recipient(_key_of(user), user.language, user.pk, user.email or "", user.phone or "")
        for user in users
        if user.is_active
    ]


def _key_of(user: User) -> str:
    return f"user:{user.pk}"


def _key_of_address(address: str) -> str:
    # A digest, because the key also stands in the Message-ID, which others get to see.
    return f"address:{sha256(address.encode()).hexdigest()[:40]}"


_AUDIENCES: dict[Audience, Callable[[TicketEvent], list[Recipient]]] = {
    Audience.REPORTER: _reporter,
    Audience.SUPPORTERS: _supporters,
    Audience.FOLLOWERS: _followers,
    Audience.ASSIGNEE: _assignee,
    Audience.DEPARTMENT_ADMINS: _department_admins,
    Audience.ORGANISATION_ADMINS: _organisation_admins,
    Audience.CALLER: _caller,
    Audience.APPELLANT: _appellant,
    Audience.COLLEAGUES: _colleagues,
    Audience.TEAM: _team,
    Audience.AREA_FOLLOWERS: _area_followers,
}


def names_of(keys: Iterable[str]) -> list[str]:
    """The names of these people, in the order of the names."""
    return list(
        User.objects.filter(pk__in=list(keys)).order_by("full_name").values_list("full_name", flat=True)
    )


def people_on(ticket: Ticket) -> list[str]:
    """The names of everybody who works on a ticket, the lead first."""
    lead = [ticket.assignee.full_name] if ticket.assignee else []
    others = ticket.assignees.order_by("added_at", "pk").values_list("user__full_name", flat=True)
    return list(dict.fromkeys([*lead, *others]))


# For the console


def interrupted_circuits() -> QuerySet[Circuit]:
    """The channels whose provider is down."""
    return Circuit.objects.interrupted()


def waiting_messages(user: Any, channel: str) -> NotificationQuerySet:
    """What waits for a channel, as far as the person may know of it."""
    return Notification.objects.visible_to(user).unfinished().by_channel(channel)


def unwritten_messages(user: Any) -> NotificationQuerySet:
    return Notification.objects.visible_to(user).waiting_for_template()


def refused_sms(user: Any) -> list[SmsUse]:
    """Of each organisation that the person manages, today's SMS that a limit kept back."""
    found = SmsUse.objects.with_refusals_since(user, timezone.now().date() - timedelta(days=1))
    return [use for use in found if use.day == today_of(use.organisation)]


def today_of(organisation: Organisation) -> date:
    """The day that it is where the organisation is."""
    return timezone.localdate(timezone=ZoneInfo(organisation.time_zone))


# More than the bell says, and as many as a page shows.
MOST_UNREAD, NEWEST = 100, 50


def unread_count(person: Any) -> int:
    """How much news somebody has not looked at; counted no further than 100."""
    if not person.is_authenticated:
        return 0
    return Notice.objects.of_person(person.pk).unread()[:MOST_UNREAD].count()


def newest_notices(person: User) -> list[Notice]:
    """What they still may see of it: who left an organisation has no news of it."""
    return [
        notice
        for notice in Notice.objects.of_person(person.pk).for_list()[:NEWEST]
        if may_see_news(person, notice)
    ]


def notice_of(person: User, key: uuid.UUID) -> Notice | None:
    found = (
        Notice.objects.of_person(person.pk).with_key(key).select_related("event__ticket", "person").first()
    )
    return found if found is not None and may_see_news(person, found) else None


def may_see_news(person: User, notice: Notice) -> bool:
    """News of their own ticket stays; of others as long as they may see it."""
    return subject_of(notice.event) is not None or may_see_event(person, notice.event)
