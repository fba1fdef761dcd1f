"""Answers for pages, API and console. `get_visible_ticket` is the only door to one ticket."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Organisation
from common.errors import NotFound
from common.identifiers import as_uuid
from common.references import MistypedReference, parse_reference
from departments.models import Category
from tickets.area_querysets import AreaFollowQuerySet
from tickets.areas import box_around
from tickets.event_querysets import AttachmentQuerySet, MessageQuerySet, TicketEventQuerySet
from tickets.exchange.querysets import ImportRunQuerySet
from tickets.models import (
    AreaFollow,
    Attachment,
    Callback,
    ImportRun,
    Message,
    Project,
    RefusedRow,
    ReportDraft,
    Support,
    Ticket,
    TicketAssignee,
    TicketEvent,
    Verification,
)
from tickets.people_querysets import CallbackQuerySet, SupportQuerySet
from tickets.permissions import is_reporter, visible_parts
from tickets.querysets import ProjectQuerySet, TicketQuerySet
from tickets.verification import key_of_token

NEARBY_METRES = 300
NEARBY_DAYS = 60
_CAPPED = 1000


def get_visible_ticket(user: Any, name: str | uuid.UUID) -> Ticket:
    """The ticket with this reference or id, if the person may see it.

    Raises MistypedReference for what cannot be a reference, NotFound for what does not exist and
    for what may not be seen: an outsider cannot tell the difference.
    """
    visible = (
        Ticket.objects.visible_to(user).for_change().select_related("project", "assignee", "ward__region")
    )
    key = name if isinstance(name, uuid.UUID) else as_uuid(name)
    found = visible.filter(pk=key) if key else visible.filter(reference=parse_reference(str(name)))
    ticket = found.first()
    if ticket is None:
        raise NotFound
    return ticket


def ticket_named(name: str) -> Ticket | None:
    """Which ticket has this id or reference, whoever asks: for those who check each answer.

    Raises MistypedReference for what cannot be a reference.
    """
    key = as_uuid(name)
    named = {"pk": key} if key else {"reference": parse_reference(name)}
    return Ticket.objects.filter(**named).only("organisation_id").first()


def find_by_reference(user: Any, typed: str) -> Ticket | None:
    """The visible ticket with a typed reference; None when there is none. Raises MistypedReference."""
    try:
        return get_visible_ticket(user, typed)
    except MistypedReference:
        raise
    except NotFound:
        return None


def verification_of_link(token: str) -> Verification:
    """The verification that a link in a message leads to. Raises NotFound."""
    key = key_of_token(token)
    rows = Verification.objects.select_related(
        "ticket__organisation", "ticket__category", "ticket__department"
    )
    verification = rows.filter(pk=key).first() if key else None
    if verification is None:
        raise NotFound
    return verification


def pending_verification(ticket: Ticket) -> Verification | None:
    """The question that a resolved ticket waits for, with the ticket at hand."""
    verification: Verification | None = ticket.verifications.pending().first()
    if verification is not None:
        verification.ticket = ticket
    return verification


def last_answer(ticket: Ticket) -> Verification | None:
    """How the fix that stands was proved, with the witness."""
    rows = ticket.verifications.confirmed().select_related("witness")
    found: Verification | None = rows.newest_first().first()
    return found


def support_among(ticket: Ticket, keys: Collection[str]) -> Support | None:
    """What a visitor said about the ticket, if it is among these."""
    if not keys:
        return None
    found: Support | None = ticket.supports.of_visitors().filter(pk__in=list(keys)).first()
    return found


def support_of_link(token: str) -> Support | None:
    """What the link in a visitor's messages is about; None where that is gone. Raises NotFound."""
    key = key_of_token(token)
    if key is None:
        raise NotFound
    return _visitors_supports().with_key(key).first()


def counting_support(said: Support) -> Support | None:
    """What counts a visitor by now: where the ticket was merged, what they have on the one that goes on."""
    counts: Support | None = said
    while counts is not None and counts.ticket.duplicate_of_id is not None:
        there = _visitors_supports().filter(ticket_id=counts.ticket.duplicate_of_id)
        counts = there.of_contact(counts.contact).first()
    return counts


def _visitors_supports() -> SupportQuerySet:
    return Support.objects.of_visitors().select_related("ticket")


def support_of_visitor(ticket: Ticket, contact: str) -> Support | None:
    """What a visitor said with this number or address."""
    found: Support | None = ticket.supports.of_contact(contact).first()
    return found


@dataclass(frozen=True)
class Conversation:
    """What happened and was said on a ticket, as far as one person may see it."""

    events: list[TicketEvent]
    messages: list[Message]
    attachments: list[Attachment]


def is_among_own(user: Any, ticket: Ticket) -> bool:
    """Whether the person reported, supports or follows it."""
    if is_reporter(user, ticket):
        return True
    return bool(ticket.supports.by(user).exists() or ticket.follows.by(user).exists())


def conversation_for(user: Any, ticket: Ticket) -> Conversation:
    """Timeline, messages and files of a ticket for one person, oldest first. Three queries."""
    parts = visible_parts(user, ticket)
    return Conversation(
        events=list(ticket.events.shown_to(parts).in_order()),
        messages=list(ticket.messages.shown_to(parts).in_order()),
        attachments=list(ticket.attachments.shown_to(parts).in_order()),
    )


def areas_of(person: Any, organisation_id: uuid.UUID) -> AreaFollowQuerySet:
    """The areas of an organisation that somebody follows, by name. They are few."""
    return AreaFollow.objects.by(person).of_organisation(organisation_id).in_order()


def areas_among(person: Any, keys: Iterable[uuid.UUID]) -> AreaFollowQuerySet:
    """Those of these areas that somebody still follows."""
    return AreaFollow.objects.by(person).with_keys(keys).in_order()


def find_area(person: Any, key: uuid.UUID) -> AreaFollow:
    """An area that this person follows. Raises NotFound."""
    found = AreaFollow.objects.by(person).with_keys([key]).in_order().first()
    if found is None:
        raise NotFound
    return found


def similar_open_tickets(
    organisation: Organisation,
    *,
    category: Category | None,
    latitude: float,
    longitude: float,
    limit: int = 3,
) -> list[Ticket]:
    """Public open tickets of the same kind near by and recent, nearest first: perhaps the same problem."""
    open_ones = Ticket.objects.of_organisation(organisation.pk).public().unsettled()
    near = within_metres(open_ones, latitude, longitude, NEARBY_METRES)
    candidates = near.reported_since(timezone.now() - timedelta(days=NEARBY_DAYS))
    if category is not None:
        candidates = candidates.in_category(category.pk)
    return list(candidates.for_list().nearest_to(latitude, longitude)[:limit])


def within_metres(
    tickets: TicketQuerySet, latitude: float, longitude: float, metres: float
) -> TicketQuerySet:
    """Those in the square around a place whose half side is so long."""
    return tickets.within(**asdict(box_around(latitude, longitude, metres)))


def public_tickets(organisation_id: uuid.UUID) -> TicketQuerySet:
    """What everybody may see of an organisation's tickets: the same for whoever asks."""
    return Ticket.objects.of_organisation(organisation_id).public()


def find_report_draft(organisation_id: uuid.UUID, key: str) -> ReportDraft | None:
    """A report that waits for its code."""
    drafts = ReportDraft.objects.of_organisation(organisation_id).with_key(key)
    return drafts.select_related("organisation").first()


def ticket_sent_as(organisation_id: uuid.UUID, external_ref: str) -> Ticket:
    """The ticket that a report with this external reference became. It must be there."""
    return Ticket.objects.of_organisation(organisation_id).with_external_ref(external_ref).get()


def ticket_just_sent(organisation_id: uuid.UUID, reference: str) -> Ticket | None:
    """A ticket for whoever has just sent it, public or not: the caller knows that they did."""
    return Ticket.objects.of_organisation(organisation_id).with_reference(reference).for_change().first()


@dataclass(frozen=True)
class Figures:
    """How an organisation is doing, in few numbers."""

    verified_this_month: int
    overdue: int
    open_now: int


def public_figures(organisation: Organisation, now: datetime) -> Figures:
    """The numbers of the home page, counted up to a thousand: above that they read "1000+"."""
    tickets = Ticket.objects.of_organisation(organisation.pk).not_withdrawn()
    month = timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return Figures(
        verified_this_month=capped_count(tickets.verified_since(month)),
        overdue=capped_count(tickets.overdue(now)),
        open_now=capped_count(tickets.unsettled()),
    )


def capped_count(rows: QuerySet[Any], *, cap: int = _CAPPED) -> int:
    """How many, but never more than cap + 1, so that no page counts a whole table."""
    return rows.order_by().values("pk")[: cap + 1].count()


def tickets_in(organisation_id: uuid.UUID, user: Any) -> TicketQuerySet:
    """The tickets of one organisation that the person may see."""
    return Ticket.objects.of_organisation(organisation_id).visible_to(user)


def ticket_rows(keys: Iterable[uuid.UUID]) -> TicketQuerySet:
    """Tickets by their keys, for showing what was found or checked before."""
    return Ticket.objects.filter(pk__in=list(keys))


def other_assignees(ticket_keys: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[dict[str, Any]]]:
    """Who works on these tickets beside the one who leads, by ticket."""
    rows = TicketAssignee.objects.filter(ticket_id__in=list(ticket_keys)).order_by("added_at", "pk")
    found: dict[uuid.UUID, list[dict[str, Any]]] = {}
    for ticket_id, user_id, full_name in rows.values_list("ticket_id", "user_id", "user__full_name"):
        found.setdefault(ticket_id, []).append({"id": user_id, "full_name": full_name})
    return found


def other_addresses(ticket_keys: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    """The e-mail addresses of who works on these tickets beside the one who leads, by ticket."""
    rows = TicketAssignee.objects.filter(ticket_id__in=list(ticket_keys)).order_by("added_at", "pk")
    found: dict[uuid.UUID, list[str]] = {}
    for ticket_id, email in rows.values_list("ticket_id", "user__email"):
        found.setdefault(ticket_id, []).append(email or "")
    return found


def timeline_of(user: Any, ticket: Ticket) -> TicketEventQuerySet:
    """What happened to a ticket, as far as the person may see it."""
    events = TicketEvent.objects.of_ticket(ticket.pk).shown_to(visible_parts(user, ticket))
    return events.select_related("actor")


def messages_of(user: Any, ticket: Ticket) -> MessageQuerySet:
    """What was said on a ticket, as far as the person may see it."""
    said: MessageQuerySet = ticket.messages.shown_to(visible_parts(user, ticket))
    return said.select_related("author")


def callbacks_in(organisation_id: uuid.UUID, user: Any) -> CallbackQuerySet:
    """Who wants to be called about tickets of the organisation, as far as the person answers them."""
    return Callback.objects.visible_to(user).of_organisation(organisation_id).with_people()


def get_callback(user: Any, key: uuid.UUID) -> Callback:
    """The callback, if the person may answer it. Raises NotFound."""
    found = Callback.objects.visible_to(user).with_people().with_key(key).first()
    if found is None:
        raise NotFound
    return found


def attachments_of(user: Any, ticket: Ticket) -> AttachmentQuerySet:
    """The files of a ticket, as far as the person may see them."""
    files: AttachmentQuerySet = ticket.attachments.shown_to(visible_parts(user, ticket))
    return files


def hidden_files(ticket: Ticket) -> int:
    """How many of a ticket's files staff took out of everybody else's sight."""
    return int(ticket.attachments.hidden().count())


def projects_in(organisation_id: uuid.UUID, user: Any) -> ProjectQuerySet:
    return Project.objects.of_organisation(organisation_id).visible_to(user)


def import_runs_of(organisation_id: uuid.UUID) -> ImportRunQuerySet:
    return ImportRun.objects.of_organisation(organisation_id)


def imports_managed_by(user: Any) -> ImportRunQuerySet:
    """The imports of the organisations that the person looks after, the newest first, with who began them."""
    return ImportRun.objects.managed_by(user).select_related("created_by", "organisation").newest_first()


def first_refusals_of(run: ImportRun, most: int) -> list[RefusedRow]:
    return list(run.refusals.in_order()[:most])


def refusals_of(run: ImportRun) -> Iterator[RefusedRow]:
    """Every reason why rows were refused, in the order of the file, without holding them all."""
    return RefusedRow.objects.filter(run=run).in_order().iterator(chunk_size=1_000)


def find_project(organisation_id: uuid.UUID, key: str) -> Project | None:
    """A project of the organisation, by id or name. Closed ones too: who moves work there is told."""
    return Project.objects.of_organisation(organisation_id).filter(**_project_named(key)).first()


def find_visible_project(organisation_id: uuid.UUID, user: Any, key: str) -> Project | None:
    """A project that the person sees, by id or name."""
    return projects_in(organisation_id, user).filter(**_project_named(key)).first()


def _project_named(key: str) -> dict[str, Any]:
    found = as_uuid(key)
    return {"pk": found} if found else {"name__iexact": key}
