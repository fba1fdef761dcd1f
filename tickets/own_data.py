"""What tickets know of a person: handed out on their wish, and forgotten with their account."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from accounts.own_data import register_holder
from tickets.actions.erasure import forget_person
from tickets.models import AreaFollow, Attachment, Callback, Follow, Message, Support, Ticket


def export(person: User) -> dict[str, Any]:
    return {
        "reported": [_ticket(found) for found in _reported(person)],
        "messages": list(_messages(person)),
        "supports": [*_rows_of(person, Support), *_said_without_signing_in(person)],
        "callbacks": list(_callbacks(person)),
        "follows": list(_rows_of(person, Follow)),
        "areas": list(_areas(person)),
        "files": list(_files(person)),
    }


def _reported(person: User) -> Any:
    return Ticket.objects.reported_by(person).for_change().oldest_first()


def _ticket(ticket: Ticket) -> dict[str, Any]:
    plain = ("reference", "title", "description", "status", "outcome", "address", "latitude", "longitude")
    reporter = ("reporter_name", "reporter_email", "reporter_phone", "reporter_language")
    known = {name: getattr(ticket, name) for name in (*plain, *reporter)}
    return known | {"organisation": ticket.organisation.name, "created_at": ticket.created_at.isoformat()}


def _messages(person: User) -> Any:
    for found in Message.objects.filter(author=person).select_related("ticket").order_by("created_at", "pk"):
        at = found.created_at.isoformat()
        yield {"ticket": found.ticket.reference, "text": found.body, "created_at": at}


def _rows_of(person: User, model: type[Support] | type[Follow]) -> Any:
    for found in model.objects.by(person).select_related("ticket").order_by("created_at", "pk"):
        yield {"ticket": found.ticket.reference, "created_at": found.created_at.isoformat()}


def _said_without_signing_in(person: User) -> Any:
    said = Support.objects.of_contact(*person.confirmed_contacts).select_related("ticket").in_order()
    for found in said:
        at = found.created_at.isoformat()
        yield {"ticket": found.ticket.reference, "contact": found.contact, "created_at": at}


def _callbacks(person: User) -> Any:
    for found in Callback.objects.of_person(person.pk).with_people().order_by("created_at", "pk"):
        plain = {"phone": found.phone, "note": found.note, "state": found.state}
        yield {"ticket": found.ticket.reference, **plain, "created_at": found.created_at.isoformat()}


def _areas(person: User) -> Any:
    for found in AreaFollow.objects.by(person).select_related("organisation").in_order():
        place = {"latitude": found.latitude, "longitude": found.longitude, "radius": found.radius}
        at = found.created_at.isoformat()
        yield {"name": found.name, **place, "organisation": found.organisation.name, "created_at": at}


def _files(person: User) -> Any:
    files = Attachment.objects.filter(uploaded_by=person).select_related("ticket").in_order()
    for found in files:
        at = found.created_at.isoformat()
        yield {"ticket": found.ticket.reference, "name": found.name, "created_at": at}


def erase(person: User) -> None:
    forget_person(person, acting_user=person)


register_holder("tickets", export=export, erase=erase)
