"""Organisations with every kind of row, each text of them marked, so that a stray one can be recognised."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import time_machine
from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accountability.actions.appeals import appeal
from accountability.actions.recording import hold_accountable
from accountability.actions.remedy import write_remedy
from accountability.models import Breach, PointsEntry
from accounts.actions.invitations import Person, invite
from accounts.actions.keys import IssuedKey, issue_key
from accounts.answers import KeptAnswers
from accounts.contacts import Contact, ContactKind
from accounts.enums import OrganisationKind, Role, Scope
from accounts.models import Organisation, User
from accounts.tests.factories import MembershipFactory, OrganisationFactory, UserFactory
from articles.actions import answer_article
from articles.tests.factories import ArticleFactory
from common.api.idempotency import Sealed
from common.tests.snapshot import Snapshot
from departments.actions.escalation import write_ladder
from departments.escalation import USUAL_LADDER
from departments.models import (
    CalendarException,
    Category,
    Department,
    Leave,
    Shift,
    Suburb,
    WorkingInterval,
)
from departments.tests.factories import (
    CalendarFactory,
    CategoryFactory,
    DepartmentFactory,
    DepartmentMemberFactory,
    RegionFactory,
    StageFactory,
    StandardFactory,
    WardFactory,
)
from notifications.actions.route import route_event
from notifications.enums import Channel, NotificationState, Topic
from notifications.inbound.enums import Became
from notifications.inbound.models import InboundMessage, OrganisationChannels
from notifications.models import (
    Attempt,
    ChannelChoice,
    MessageTemplate,
    Notification,
    Preference,
    Receipt,
    SmsUse,
    TellingRules,
)
from tickets.actions.areas import Area, follow_area
from tickets.actions.attachments import attach_pictures
from tickets.actions.callbacks import ask_for_call
from tickets.actions.conversation import add_message, add_note
from tickets.actions.drafting import keep_report
from tickets.actions.expiry import expire_due_tickets
from tickets.actions.following import follow_ticket
from tickets.actions.importing import begin_import, run_import
from tickets.actions.intake import Place, Report, Reporter, create_ticket
from tickets.actions.lifecycle import resolve_ticket, respond
from tickets.actions.merging import merge_ticket
from tickets.actions.seeing import see_ticket
from tickets.actions.support import Visitor, support_as_visitor, support_ticket
from tickets.actions.verification import verify_resolution
from tickets.enums import AttachmentKind, EventKind, FileFormat, Source
from tickets.feed import stamp_positions
from tickets.models import ClockCheck, Project, Ticket, TicketEvent
from tickets.pictures import prepare_picture
from tickets.tests.pages import jpeg
from tickets.verification import code_for

# A word of every text, to search for: it names no organisation.
NEEDLE = "quagga"
LATITUDE, LONGITUDE = -25.7449, 28.1878


@dataclass
class Neighbour:
    """One organisation, everybody in it, and what its texts are marked with.

    `hidden` marks what nobody outside may read, `shown` what its public pages show if it has any.
    """

    organisation: Organisation
    hidden: str
    shown: str
    staff: dict[Role, User] = field(default_factory=dict)
    key: IssuedKey = field(init=False)
    resident: User = field(init=False)
    category: Category = field(init=False)
    department: Department = field(init=False)
    project: Project = field(init=False)
    public: list[Ticket] = field(default_factory=list)
    private: list[Ticket] = field(default_factory=list)
    # Made by the first proof that reads it.
    snapshot: Snapshot | None = None

    @property
    def domain(self) -> str:
        return self.organisation.domain

    @property
    def tickets(self) -> list[Ticket]:
        return [*self.private, *self.public]

    def secret(self, what: str) -> str:
        return f"{what} {NEEDLE} {self.hidden}"

    def open(self, what: str) -> str:
        return f"{what} {NEEDLE} {self.shown}"

    def person(self, what: str, **fields: Any) -> User:
        # Mobile numbers that the numbering plan has: others are refused where somebody wants to be called.
        number = uuid.uuid4().int % 10**7
        email = f"{what}.{uuid.uuid4().hex[:6]}@{self.hidden}.example"
        user: User = UserFactory.create(
            full_name=self.secret(what.title()), email=email, phone=f"+2782{number:07}", **fields
        )
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        return user

    def everybody(self) -> dict[str, Any]:
        """Who tries the walls: each role, the reporter, and a visitor."""
        people = {role.value: user for role, user in self.staff.items()}
        return {**people, "reporter": self.resident, "anonymous": AnonymousUser()}


def build_neighbour(domain: str, *, is_public: bool) -> Neighbour:
    """An organisation with at least one row of every kind."""
    hidden, shown = (f"x{uuid.uuid4().hex[:12]}" for _ in range(2))
    organisation = OrganisationFactory.create(
        name=f"Town {shown}",
        slug=f"town-{shown}",
        domain=domain,
        kind=OrganisationKind.MUNICIPALITY if is_public else OrganisationKind.COMPANY,
        public_reports=is_public,
    )
    one = Neighbour(organisation, hidden, shown)
    _settle(one)
    add_work(one)
    return one


def _settle(one: Neighbour) -> None:
    """What stands still: places, hours, departments, people."""
    city = one.organisation
    region = RegionFactory.create(organisation=city, name=one.open("Region"))
    ward = WardFactory.create(
        organisation=city, region=region, number=56, name=one.open("Ward"), source=one.open("Map")
    )
    Suburb.objects.create(
        organisation=city, ward=ward, name=one.open("Suburb"), latitude=LATITUDE, longitude=LONGITUDE
    )
    calendar = CalendarFactory.create(organisation=city, name=one.secret("Hours"))
    WorkingInterval.objects.create(calendar=calendar, weekday=0, starts_minute=480, ends_minute=960)
    CalendarException.objects.create(calendar=calendar, date=date(2026, 12, 16), name=one.secret("Holiday"))
    one.department = DepartmentFactory.create(
        organisation=city, calendar=calendar, name=one.open("Water"), code=f"water-{one.shown}"
    )
    for position in (1, 2):
        StageFactory.create(department=one.department, position=position, name=one.open(f"Step {position}"))
    one.category = CategoryFactory.create(
        department=one.department, name=one.open("Pipe"), code=f"pipe-{one.shown}"
    )
    StandardFactory.create(category=one.category, source=one.secret("Charter"))
    _write_articles(one)
    one.project = Project.objects.create(
        organisation=city, name=one.secret("Project"), description=one.secret("Plan")
    )
    OrganisationChannels.objects.create(organisation=city, mail_address=f"report@{one.hidden}.example")
    for role in Role:
        one.staff[role] = _member(one, role)
    admin = one.staff[Role.ORGANISATION_ADMIN]
    digest = sha256(one.hidden.encode()).hexdigest()
    KeptAnswers().keep(digest, Sealed(digest, one.hidden.encode()), admin)
    one.key = issue_key(city, name=one.secret("Website"), scopes=list(Scope), acting_user=admin)
    write_ladder(city, steps=USUAL_LADDER, acting_user=admin)
    MessageTemplate.objects.create(
        organisation=city, kind=EventKind.STARTED, language="zu", headline=one.secret("Good news")
    )
    asked = Person(one.secret("Asked"), f"asked.{uuid.uuid4().hex[:6]}@{one.hidden}.example")
    invite(city, asked, role=Role.AGENT, acting_user=admin)
    member = one.staff[Role.AGENT].department_memberships.get()
    member.skills.add(one.category)
    member.regions.add(region)
    member.wards.add(ward)
    for weekday in range(7):
        Shift.objects.create(member=member, weekday=weekday, starts_minute=0, ends_minute=1440)
    # One that is over, and one to come.
    ahead = timezone.localdate() + timedelta(days=60)
    for starts_on in (date(2024, 3, 4), ahead):
        Leave.objects.create(
            member=member,
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=4),
            reason=one.secret("The sea"),
        )


def _write_articles(one: Neighbour) -> None:
    """One that everybody may read, and one that is not published yet."""
    for words, is_published in ((one.open, True), (one.secret, False)):
        article = ArticleFactory.create(
            organisation=one.organisation,
            title=words("No water"),
            summary=words("Ask a neighbour"),
            body=words("Look at the meter"),
            topic=words("Water"),
            keywords=words("taps"),
            source=words("Charter"),
            is_published=is_published,
        )
        article.categories.add(one.category)
        visitor = sha256(one.hidden.encode()).hexdigest()[:32]
        answer_article(article, helped=True, acting_user=AnonymousUser(), visitor=visitor)


def _member(one: Neighbour, role: Role) -> User:
    user = one.person(role.value, is_staff=role is not Role.RESIDENT)
    MembershipFactory.create(organisation=one.organisation, user=user, role=role)
    if role in {Role.AGENT, Role.DEPARTMENT_ADMIN}:
        is_agent = role is Role.AGENT
        DepartmentMemberFactory.create(
            department=one.department, user=user, capacity=500, is_available=is_agent
        )
    return user


def add_work(one: Neighbour) -> None:
    """What happens: tickets in several states, talk, pictures, proofs, breaches, points, messages."""
    one.resident = one.person("reporter")
    before = timezone.now() - timedelta(days=3)
    with time_machine.travel(before, tick=False):
        late = _report(one)
    one.private += [late, _report(one), _report(one)]
    if one.organisation.public_reports:
        one.public += [_report(one, is_public=True)]
        passer_by = Contact(ContactKind.EMAIL, f"{one.hidden}@visitor.example".lower())
        visitor = Visitor(passer_by, is_confirmed=True)
        support_as_visitor(one.public[0], visitor, acting_user=AnonymousUser())
        _wait_to_be_looked_at(one)
    answered, resolved = one.private[-2:]
    respond(answered, message=one.secret("Where"), acting_user=None)
    resolved = resolve_ticket(resolved, note=one.secret("Fixed"), acting_user=None)
    code = code_for(resolved.verifications.get())
    verify_resolution(resolved, code=code, acting_user=one.resident)
    one.private.append(resolve_ticket(_report(one), note=one.secret("Fixed"), acting_user=None))
    merge_ticket(_report(one), into=late, acting_user=one.staff[Role.AGENT])
    ask_for_call(late, note=one.secret("At the gate"), acting_user=one.resident)
    follow_ticket(late, acting_user=one.staff[Role.AUDITOR])
    support_ticket(late, acting_user=one.staff[Role.AUDITOR])
    see_ticket(late, acting_user=one.staff[Role.AUDITOR])
    home = Area(latitude=LATITUDE, longitude=LONGITUDE, radius=500, name=one.secret("Home"))
    follow_area(one.organisation, home, acting_user=one.resident)
    expire_due_tickets(acting_user=None)
    _wait_for_code(one)
    _import(one)
    _hear_back(one, late)
    _account(one)
    columns = {"promise": "resolve", "column": "state", "kept": "met", "told": "running"}
    difference = {"reference": one.private[0].reference, **columns}
    ClockCheck.objects.create(organisation=one.organisation, tickets=1, count=1, differences=[difference])
    stamp_positions()


def _report(one: Neighbour, *, is_public: bool = False) -> Ticket:
    words = one.open if is_public else one.secret
    ticket = create_ticket(
        one.organisation,
        Report(
            title=words("Leak"),
            description=words("Water everywhere"),
            category=one.category,
            project=None if is_public else one.project,
            place=Place(LATITUDE, LONGITUDE, words("12 Church Street")),
            tags=[one.hidden],
            external_ref=f"ext-{one.hidden}-{uuid.uuid4().hex[:8]}",
            is_public=is_public,
            assignees=[one.staff[Role.AGENT]],
        ),
        reporter=Reporter(user=one.resident),
        source=Source.API,
        acting_user=None,
    )
    Ticket.objects.filter(pk=ticket.pk).update(
        reporter_name=one.secret("Caller"),
        reporter_email=one.resident.email,
        reporter_phone=one.resident.phone,
    )
    picture = prepare_picture(jpeg(f"{one.hidden}.jpg"))
    attach_pictures(ticket, [picture], kind=AttachmentKind.REPORT, acting_user=None)
    add_message(ticket, body=one.secret("Please hurry"), acting_user=one.resident)
    add_note(ticket, body=one.secret("Key at the depot"), acting_user=one.staff[Role.AGENT])
    ticket.refresh_from_db()
    return ticket


def _wait_to_be_looked_at(one: Neighbour) -> None:
    """A photo of a public ticket that is not public yet, also when new ones do not wait any more."""
    for looks_first in (True, False):
        one.organisation.moderates_photos = looks_first
        one.organisation.save(update_fields=["moderates_photos"])
        if looks_first:
            photo = prepare_picture(jpeg(f"{one.hidden}.jpg"))
            ticket = Ticket.objects.get(pk=one.public[-1].pk)
            attach_pictures(ticket, [photo], kind=AttachmentKind.REPORT, acting_user=one.resident)


def _hear_back(one: Neighbour, ticket: Ticket) -> None:
    InboundMessage.objects.create(
        organisation=one.organisation,
        channel=Channel.SMS,
        provider_id=f"SM{uuid.uuid4().hex}",
        sender=one.resident.phone or "",
        person=one.resident,
        became=Became.MESSAGE_ADDED,
        ignored_because="",
        ticket=ticket,
        text=one.secret("At the gate"),
    )


def _wait_for_code(one: Neighbour) -> None:
    """A report of somebody without an account, whose code was not typed yet."""
    report = Report(
        title=one.secret("Leak"),
        description=one.secret("Water everywhere"),
        category=one.category,
        place=Place(LATITUDE, LONGITUDE, one.secret("12 Church Street")),
        pictures=[prepare_picture(jpeg(f"{one.hidden}.jpg"))],
    )
    visitor = Reporter(name=one.secret("Visitor"), email=f"visitor@{one.hidden}.example")
    keep_report(one.organisation, report, visitor, token=uuid.uuid4().hex)


def _import(one: Neighbour) -> None:
    """A file with one good row and one that is refused."""
    title = one.secret(f"Leak {uuid.uuid4().hex}")
    rows = [title, ""]
    run = begin_import(
        one.organisation,
        [json.dumps({"title": words, "tags": [one.hidden]}).encode() + b"\n" for words in rows],
        file_format=FileFormat.JSONL,
        is_dry_run=False,
        acting_user=one.staff[Role.ORGANISATION_ADMIN],
    )
    for _batch in run_import(run.pk):
        pass
    one.private.insert(1, Ticket.objects.get(title=title))


def _account(one: Neighbour) -> None:
    events = list(TicketEvent.objects.filter(organisation=one.organisation).values_list("pk", flat=True))
    for key in events:
        route_event(key)
    hold_accountable(events)
    for breach in Breach.objects.filter(organisation=one.organisation, remedy_note=""):
        admin = one.staff[Role.ORGANISATION_ADMIN]
        write_remedy(breach, note=one.secret("A second team"), acting_user=admin)
    agent = one.staff[Role.AGENT]
    # One that was not appealed against before: work is added more than once.
    penalties = PointsEntry.objects.filter(organisation=one.organisation, person=agent, points__lt=0)
    penalty = penalties.filter(appeals=None)[:1].get()
    appeal(penalty, reason=one.secret("The road was closed"), acting_user=agent)
    _tell(one)


def _tell(one: Neighbour) -> None:
    """A message that was tried, and what the provider said of it."""
    message = Notification.objects.filter(organisation=one.organisation, tries=None).order_by("pk")[:1].get()
    now, said = timezone.now(), one.secret("No such box")
    attempt = Attempt.objects.create(notification=message, number=1, began_at=now, words=said)
    Receipt.objects.create(attempt=attempt, state=NotificationState.BOUNCED, words=said, at=now)
    TellingRules.objects.get_or_create(organisation=one.organisation)
    SmsUse.objects.get_or_create(organisation=one.organisation, day=timezone.localdate())
    wishes, _is_new = Preference.objects.get_or_create(user=one.resident)
    ChannelChoice.objects.get_or_create(preference=wishes, topic=Topic.MESSAGES, channel=Channel.SMS)
