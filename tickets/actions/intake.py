"""Intake: a report becomes a ticket with a reference, a ward, a department, a promise and an agent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter, le
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import CharField, TextField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Capability
from accounts.models import Organisation, User
from accounts.permissions import has_capability, is_staff_of
from common.bulk import new_row
from common.errors import DomainError, InvalidInput, NotAllowed
from common.phones import normalise_phone
from common.text import checked_text, clean_line, is_email, is_showable
from departments.enums import Priority
from departments.models import Category, Department
from tickets.actions.assignment import assign_automatically, override_assignment
from tickets.actions.attachments import keep_pictures
from tickets.actions.change import Change
from tickets.actions.clocks import start_clocks
from tickets.actions.projects import ProjectClosed
from tickets.actions.surroundings import Surroundings
from tickets.actions.tags import checked_tags
from tickets.actions.team import checked_people
from tickets.enums import AttachmentKind, EventKind, Source, Visibility
from tickets.events import build_event, one_update, signed_in, write_events
from tickets.models import Project, Ticket, TicketAssignee, TicketEvent
from tickets.permissions import can_log_for_caller
from tickets.pictures import Picture


class ExternalRefTaken(DomainError):
    code = "external_ref_taken"
    sentence = gettext_lazy("There is a ticket with this external reference already.")


class ReporterNeeded(InvalidInput):
    code = "reporter_needed"
    sentence = gettext_lazy("Tell us how to reach you: an e-mail address or a phone number.")


class ContactNotConfirmed(DomainError):
    code = "contact_not_confirmed"
    status_code = 403
    sentence = gettext_lazy("Sign in, or report on the page, where a code shows how we reach you.")


@dataclass(frozen=True)
class Reporter:
    """Who has the problem: a signed-in person, or only a name with an e-mail or phone."""

    user: User | None = None
    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    # A visitor typed a code that was sent there.
    is_confirmed: bool = False


@dataclass(frozen=True)
class Place:
    """Where the problem is. A point, a description, or both."""

    latitude: float | None = None
    longitude: float | None = None
    address: str = ""


@dataclass(frozen=True)
class Report:
    """What comes in, from whatever channel. Rows must belong to the organisation."""

    title: str
    description: str = ""
    category: Category | None = None
    department: Department | None = None
    project: Project | None = None
    priority: Priority | None = None
    place: Place = field(default_factory=Place)
    tags: Sequence[str] = ()
    external_ref: str = ""
    is_public: bool | None = None
    assignees: Sequence[User] = ()
    lead: User | None = None
    pictures: Sequence[Picture] = ()
    follow_up_of: Ticket | None = None


def create_ticket(
    organisation: Organisation,
    report: Report,
    *,
    reporter: Reporter,
    source: Source,
    acting_user: Any,
) -> Ticket:
    """Log a ticket: routed by its category, promised by its standard, assigned to who is free.

    `acting_user` may be a visitor who is not signed in, where the organisation is open to the
    public; None is the system (imports, inbound mail, keys that were checked before). Raises
    InvalidInput with the field, NotAllowed, ContactNotConfirmed, ReporterNeeded, ExternalRefTaken.
    """
    _check_may_report(organisation, reporter, acting_user)
    person = checked_reporter(organisation, reporter, acting_user)
    return enter_ticket(organisation, report, person, source=source, acting_user=acting_user)


def enter_ticket(
    organisation: Organisation, report: Report, reporter: Reporter, *, source: Source, acting_user: Any
) -> Ticket:
    """The rest of `create_ticket`, for actions that checked who reports and how to reach them."""
    with transaction.atomic(), one_update() as update:
        known = Surroundings(organisation)
        ticket = build_ticket(report, reporter, known, source=source, created_at=update.at)
        try:
            with transaction.atomic():
                ticket.save(force_insert=True)
        except IntegrityError as error:
            if "ticket_external_ref_is_unique" in str(error):
                raise ExternalRefTaken(field="external_ref") from error
            raise
        change = Change(ticket, acting_user=acting_user, at=ticket.created_at)
        _add_assignees(ticket, report.assignees)
        start_clocks(change, known)
        keep_pictures(change, report.pictures, AttachmentKind.REPORT)
        _record_creation(change, source)
        if report.lead is None:
            assign_automatically(change)
            return ticket
        reason = _("Chosen when the ticket was logged.")
        return override_assignment(ticket, assignee=report.lead, reason=reason, acting_user=acting_user)


def _record_creation(change: Change, source: Source) -> None:
    """The first event is about version 1: creation is not an update."""
    ticket = change.ticket
    if change.changes:
        ticket.save(update_fields=list(change.changes))
        change.changes = {}
    write_events([creation_event(change, source)])


def creation_event(change: Change, source: Source) -> TicketEvent:
    """What is told of a ticket that was logged, not written yet."""
    ticket = change.ticket
    return build_event(
        ticket,
        EventKind.CREATED,
        acting_user=change.acting_user,
        visibility=Visibility.PUBLIC,
        data={"source": source, "title": ticket.title, **change.told_promises()},
        on_behalf_of=_spoken_for(ticket, change.acting_user),
        occurred_at=ticket.created_at,
    )


def _spoken_for(ticket: Ticket, acting_user: Any) -> str:
    """Whom somebody else logged the ticket for; empty when they logged it themselves."""
    person = signed_in(acting_user)
    if person is None or person.pk == ticket.reporter_id:
        return ""
    return ticket.reporter_email or ticket.reporter_phone or ticket.reporter_name


def _check_may_report(organisation: Organisation, reporter: Reporter, acting_user: Any) -> None:
    if acting_user is None:
        return
    if not organisation.is_active:
        raise NotAllowed
    if not organisation.public_reports and not _works_or_speaks_for(acting_user, organisation):
        raise NotAllowed(_("Only people of the organisation can log tickets here."))
    for_somebody_else = reporter.user is None or reporter.user.pk != acting_user.pk
    if acting_user.is_authenticated and for_somebody_else and not _may_speak_for(acting_user, organisation):
        raise NotAllowed(_("You can log tickets only for yourself."))
    if acting_user.is_authenticated:
        return
    if reporter.user is not None:
        raise NotAllowed
    if organisation.confirms_reporters and not reporter.is_confirmed:
        raise ContactNotConfirmed


def _works_or_speaks_for(acting_user: Any, organisation: Organisation) -> bool:
    return is_staff_of(acting_user, organisation.pk) or can_log_for_caller(acting_user, organisation.pk)


def _may_speak_for(acting_user: User, organisation: Organisation) -> bool:
    """Who takes calls, and who works on tickets; not who only reads them."""
    works = is_staff_of(acting_user, organisation.pk) and has_capability(
        acting_user, Capability.WORK_ON_TICKETS, organisation.pk
    )
    return works or can_log_for_caller(acting_user, organisation.pk)


def checked_reporter(organisation: Organisation, reporter: Reporter, acting_user: Any) -> Reporter:
    email = reporter.email.strip().lower()
    if email and not is_email(email):
        raise InvalidInput(_("This is not an e-mail address."), field="reporter_email")
    phone = normalise_phone(reporter.phone, country=organisation.country) if reporter.phone.strip() else ""
    if reporter.user is not None:
        email = email or (reporter.user.email or "")
        phone = phone or (reporter.user.phone or "")
    elif acting_user is not None and not acting_user.is_authenticated and not (email or phone):
        raise ReporterNeeded(field="reporter_email")
    return Reporter(
        user=reporter.user,
        name=clean_line(reporter.name) or (reporter.user.full_name if reporter.user else ""),
        email=email,
        phone=phone,
        language=reporter.language or (reporter.user.language if reporter.user else organisation.language),
    )


def build_ticket(
    report: Report, reporter: Reporter, known: Surroundings, *, source: Source, created_at: datetime
) -> Ticket:
    """The ticket that a report becomes, checked and not written yet. Raises InvalidInput, ProjectClosed."""
    organisation = known.organisation
    _check_belongs(organisation, report)
    department = _department_for(report, known)
    place = checked_place(report.place)
    ticket = new_row(
        Ticket,
        organisation=organisation,
        reference="",
        external_ref=clean_line(report.external_ref),
        title=clean_line(report.title),
        description=report.description.strip(),
        priority=report.priority
        or (report.category.default_priority if report.category else Priority.MEDIUM),
        source=source,
        tags=checked_tags(report.tags),
        category=report.category,
        department=department,
        stage=known.first_stage(department),
        project=report.project,
        reporter=reporter.user,
        reporter_name=reporter.name,
        reporter_email=reporter.email,
        reporter_phone=reporter.phone,
        reporter_language=reporter.language,
        latitude=place.latitude,
        longitude=place.longitude,
        address=place.address,
        ward=known.ward(place.latitude, place.longitude),
        is_public=_is_public(organisation, report),
        follow_up_of=report.follow_up_of,
        created_at=created_at,
    )
    _check_fields(ticket)
    ticket.reference = known.reference()
    return ticket


def _check_belongs(organisation: Organisation, report: Report) -> None:
    """Rows of another organisation do not exist as far as this one is concerned."""
    for name in ("category", "department", "project", "follow_up_of"):
        row = getattr(report, name)
        if row is not None and row.organisation_id != organisation.pk:
            raise InvalidInput(_("Choose one from the list."), field=name)
        if isinstance(row, Project) and row.is_closed:
            raise ProjectClosed(field=name)
        if row is not None and not _is_in_use(row):
            raise InvalidInput(_("This is not in use any more."), field=name)


def _is_in_use(row: Any) -> bool:
    if isinstance(row, Category):
        return row.is_active and row.department.is_active
    return not isinstance(row, Department) or row.is_active


def _department_for(report: Report, known: Surroundings) -> Department | None:
    """Explicit, else the category's, else the first; a project's ticket needs none."""
    if report.department is not None:
        return report.department
    if report.category is not None:
        return report.category.department
    return None if report.project is not None else known.first_department()


def checked_place(place: Place) -> Place:
    latitude, longitude = place.latitude, place.longitude
    if (latitude is None) != (longitude is None):
        raise InvalidInput(_("A place needs both latitude and longitude."), field="latitude")
    # Written so that "not a number" is refused too.
    if latitude is not None and not -90 <= latitude <= 90:
        raise InvalidInput(_("Latitude goes from -90 to 90."), field="latitude")
    if longitude is not None and not -180 <= longitude <= 180:
        raise InvalidInput(_("Longitude goes from -180 to 180."), field="longitude")
    return Place(latitude, longitude, clean_line(place.address))


def _is_public(organisation: Organisation, report: Report) -> bool:
    """Public only where the organisation is open and the fault is in public space."""
    allowed = organisation.public_reports and report.category is not None and report.category.is_public_space
    return allowed if report.is_public is None else allowed and report.is_public


_GIVEN = frozenset(
    {
        "title",
        "description",
        "priority",
        "source",
        "tags",
        "external_ref",
        "reporter_name",
        "reporter_email",
        "reporter_phone",
        "reporter_language",
        "latitude",
        "longitude",
        "address",
    }
)
_GIVEN_BY_US = {field.name for field in Ticket._meta.fields} - _GIVEN


_LONGEST = {
    field.name: int(field.max_length or 0)
    for field in Ticket._meta.fields
    if field.name in _GIVEN and isinstance(field, CharField | TextField)
}
_PRIORITIES, _SOURCES = frozenset(Priority.values), frozenset(Source.values)
_texts_of = attrgetter(*_LONGEST)


def _is_plain(ticket: Ticket) -> bool:
    """Whether nothing can be wrong: seen at a glance, where asking each field takes ten times as long.

    Never says yes where `_check_fields` would refuse; what it is not sure of is left to the fields.
    """
    texts = _texts_of(ticket)
    return (
        bool(ticket.title)
        and all(map(le, map(len, texts), _LONGEST.values()))
        and is_showable("".join(texts))
        and (not ticket.reporter_email or is_email(ticket.reporter_email))
        and ticket.priority in _PRIORITIES
        and ticket.source in _SOURCES
    )


def _check_fields(ticket: Ticket) -> None:
    """The lengths and characters that the model declares. Raises InvalidInput with the first field.

    Only what comes from outside: the rest is ours, and related rows were checked before.
    """
    if _is_plain(ticket):
        return
    try:
        ticket.clean_fields(exclude=_GIVEN_BY_US)
    except ValidationError as error:
        name, sentences = next(iter(error.message_dict.items()))
        raise InvalidInput(sentences[0], field=name) from error
    checked_text(ticket.description, field="description", most=5000)
    for name in ("reporter_name", "reporter_language", "external_ref"):
        checked_text(getattr(ticket, name), field=name, most=150)


def _add_assignees(ticket: Ticket, people: Sequence[User]) -> None:
    if people:
        unique = checked_people(ticket.organisation_id, people)
        TicketAssignee.objects.bulk_create(
            [TicketAssignee(ticket=ticket, user=person) for person in unique.values()]
        )
