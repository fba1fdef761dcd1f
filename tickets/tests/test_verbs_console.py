"""Each button of the workspace calls its action; a refused one changes nothing."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.enums import Role
from accounts.models import User
from accounts.tests.factories import UserFactory
from departments.enums import Priority
from departments.models import Category
from departments.tests.factories import CategoryFactory, DepartmentFactory, StageFactory, staff_member
from tickets.actions.lifecycle import resolve_ticket, respond, withdraw_ticket
from tickets.admin.verbs import CONSOLE_VERBS, offered_verbs
from tickets.enums import AttachmentKind, EventKind, Outcome, Status, Visibility
from tickets.models import Ticket
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db


@dataclass
class Room:
    """A department with an agent, an admin, and one ticket in the agent's hands."""

    category: Category
    agent: User
    admin: User
    ticket: Ticket


@pytest.fixture
def room(settings: Any, tmp_path: Any) -> Room:
    settings.MEDIA_ROOT = str(tmp_path)
    category = burst_pipe_category()
    for position, name in enumerate(["Inspection", "Repair"], start=1):
        StageFactory.create(department=category.department, name=name, position=position)
    agent = staff_member(category.department)
    ticket = report_ticket(category)
    admin = staff_member(category.department, role=Role.DEPARTMENT_ADMIN)
    return Room(category, agent, admin, ticket)


def as_person(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def press(person: User, ticket: Ticket, slug: str, **data: Any) -> Any:
    data.setdefault("version", Ticket.objects.get(pk=ticket.pk).version)
    return as_person(person).post(reverse("admin:tickets_ticket_verb", args=[ticket.pk, slug]), data)


def last_event(ticket: Ticket) -> str:
    return ticket.events.order_by("pk").values_list("kind", flat=True).last() or ""


def facts(ticket: Ticket) -> tuple[Any, ...]:
    """Everything that must stay as it is when something is refused."""
    row = Ticket.objects.filter(pk=ticket.pk).values_list().get()
    return row, ticket.events.count(), ticket.messages.count(), ticket.attachments.count()


def photo() -> SimpleUploadedFile:
    written = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(written, "PNG")
    return SimpleUploadedFile("fixed.png", written.getvalue(), content_type="image/png")


def test_start(room: Room) -> None:
    response = press(room.agent, room.ticket, "start")

    room.ticket.refresh_from_db()
    assert response.status_code == 302
    assert room.ticket.status == Status.IN_PROGRESS
    assert last_event(room.ticket) == EventKind.STARTED


def test_resolve_with_a_photo_of_the_repair(room: Room) -> None:
    press(room.agent, room.ticket, "resolve", note="New coupling.", photos=photo())

    room.ticket.refresh_from_db()
    assert room.ticket.status == Status.RESOLVED
    attachment = room.ticket.attachments.get()
    assert (attachment.kind, attachment.visibility) == (AttachmentKind.RESOLUTION, Visibility.PUBLIC)
    shown = as_person(room.agent).get(
        reverse("admin:tickets_ticket_photo", args=[room.ticket.pk, attachment.pk])
    )
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    assert shown.getvalue().startswith(b"\xff\xd8")
    shown.close()


def test_answer_and_wait(room: Room) -> None:
    press(room.agent, room.ticket, "respond", message="Which house number?")

    room.ticket.refresh_from_db()
    assert room.ticket.status == Status.RESPONDED
    assert room.ticket.messages.get().body == "Which house number?"


def test_message_and_note(room: Room) -> None:
    press(room.agent, room.ticket, "message", body="We are on our way.")
    press(room.agent, room.ticket, "note", body="Bring the big wrench.")

    said = list(room.ticket.messages.order_by("pk").values_list("body", "visibility"))
    assert said == [
        ("We are on our way.", Visibility.PARTICIPANTS),
        ("Bring the big wrench.", Visibility.STAFF),
    ]


def test_next_stage(room: Room) -> None:
    press(room.agent, room.ticket, "promote", note="Pipe is 200 mm.")

    room.ticket.refresh_from_db()
    assert str(room.ticket.stage) == "Repair"
    assert last_event(room.ticket) == EventKind.PROMOTED


def test_transfer_to_a_later_stage_of_another_department(room: Room) -> None:
    roads = DepartmentFactory.create(organisation=room.category.organisation, name="Roads")
    StageFactory.create(department=roads, name="Survey", position=1)
    paving = StageFactory.create(department=roads, name="Paving", position=2)

    response = press(
        room.agent, room.ticket, "transfer", department=f"{roads.pk}.{paving.pk}", reason="A road."
    )

    room.ticket.refresh_from_db()
    assert (room.ticket.department, room.ticket.stage, room.ticket.assignee) == (roads, paving, None)
    # It is out of the agent's reach now, so the page goes back to their work.
    assert response["Location"] == reverse("admin:index")


def test_assign_to_a_member_over_capacity(room: Room) -> None:
    colleague = staff_member(room.category.department, capacity=1)
    press(room.admin, room.ticket, "override", assignee=str(colleague.pk), reason="Knows the place.")

    room.ticket.refresh_from_db()
    assert (room.ticket.assignee, room.ticket.is_pinned) == (colleague, True)
    assert last_event(room.ticket) == EventKind.ASSIGNMENT_OVERRIDDEN


def test_change_priority(room: Room) -> None:
    press(room.agent, room.ticket, "prioritise", priority=Priority.URGENT.value, reason="A clinic.")

    room.ticket.refresh_from_db()
    assert room.ticket.priority == Priority.URGENT


def test_change_category(room: Room) -> None:
    leak = CategoryFactory.create(department=room.category.department, name="Leak")
    press(room.agent, room.ticket, "route", category=str(leak.pk))

    room.ticket.refresh_from_db()
    assert room.ticket.category == leak


def test_correct_the_details(room: Room) -> None:
    press(room.agent, room.ticket, "edit", title="Burst main", description="Big.", address="Church Square")

    room.ticket.refresh_from_db()
    assert (room.ticket.title, room.ticket.description) == ("Burst main", "Big.")


def test_reject_and_reopen(room: Room) -> None:
    press(room.agent, room.ticket, "reject", reason="Private pipe.")
    room.ticket.refresh_from_db()
    assert (room.ticket.status, room.ticket.outcome) == (Status.CLOSED, Outcome.REJECTED)

    press(room.agent, room.ticket, "reopen", reason="It is ours after all.")
    room.ticket.refresh_from_db()
    assert room.ticket.status == Status.IN_PROGRESS


def test_withdraw(room: Room) -> None:
    press(room.admin, room.ticket, "withdraw", reason="A test.")

    room.ticket.refresh_from_db()
    assert room.ticket.outcome == Outcome.WITHDRAWN


def test_pick_from_the_queue_and_go_back_to_my_work(room: Room) -> None:
    room.agent.department_memberships.update(is_available=False)
    room.admin.department_memberships.update(is_available=False)
    waiting = report_ticket(room.category, title="Another one")
    response = press(room.agent, waiting, "pick", next=reverse("admin:index"))

    waiting.refresh_from_db()
    assert waiting.assignee == room.agent
    assert response["Location"] == reverse("admin:index")


def test_complete_where_nothing_is_verified(room: Room) -> None:
    organisation = room.category.organisation
    organisation.verification_required = False
    organisation.save()
    press(room.agent, room.ticket, "complete")

    room.ticket.refresh_from_db()
    assert room.ticket.outcome == Outcome.COMPLETED


def test_a_new_code_for_a_resolved_ticket(room: Room) -> None:
    resolve_ticket(room.ticket, note="Done.", acting_user=room.agent)
    press(room.agent, room.ticket, "send-code")
    assert room.ticket.verifications.get().code_serial == 2


def test_photos_are_added(room: Room) -> None:
    press(room.agent, room.ticket, "pictures", photos=photo())
    assert room.ticket.attachments.get().kind == AttachmentKind.OTHER


# Refusals


@pytest.mark.parametrize(
    ("slug", "data"),
    [
        ("resolve", {"note": "  "}),
        ("respond", {"message": ""}),
        ("note", {"body": "\x07"}),
        ("transfer", {"department": "not-a-department", "reason": "Why not"}),
        ("prioritise", {"priority": "99", "reason": "Why not"}),
        ("prioritise", {"priority": "2", "reason": "It is medium already"}),
        ("route", {"category": ""}),
        ("pictures", {}),
        ("edit", {"title": ""}),
    ],
)
def test_what_is_missing_or_nonsense_is_said_by_the_field_and_changes_nothing(
    room: Room, slug: str, data: dict[str, str]
) -> None:
    before = facts(room.ticket)
    response = press(room.agent, room.ticket, slug, **data)

    assert response.status_code == 409
    assert 'class="c-error"' in response.content.decode()
    assert facts(room.ticket) == before


def test_a_file_that_is_no_picture_is_refused_and_the_ticket_stays_open(room: Room) -> None:
    before = facts(room.ticket)
    nonsense = SimpleUploadedFile("virus.png", b"not a picture", content_type="image/png")
    response = press(room.agent, room.ticket, "resolve", note="Done.", photos=nonsense)

    assert response.status_code == 409
    assert "Done." in response.content.decode()
    assert facts(room.ticket) == before


def test_a_stale_version_is_refused_and_may_be_repeated(room: Room) -> None:
    press(room.agent, room.ticket, "note", body="Somebody was faster.")
    before = facts(room.ticket)
    response = press(room.agent, room.ticket, "reject", reason="Private pipe.", version=1)

    assert response.status_code == 409
    assert facts(room.ticket) == before
    form = next(b.form for b in response.context["other_buttons"] if b.row.slug == "reject")
    assert form["version"].value() == str(Ticket.objects.get(pk=room.ticket.pk).version)


def test_a_verb_that_the_role_does_not_have_is_forbidden(room: Room) -> None:
    before = facts(room.ticket)
    assert press(room.agent, room.ticket, "withdraw").status_code == 403
    assert facts(room.ticket) == before


def test_an_auditor_reads_and_changes_nothing(room: Room) -> None:
    auditor = staff_member(room.category.department, role=Role.AUDITOR)
    before = facts(room.ticket)

    assert as_person(auditor).get(ticket_page(room.ticket)).status_code == 200
    assert offered(auditor, room.ticket) == {"follow"}
    for slug in set(CONSOLE_VERBS) - {"follow"}:
        assert press(auditor, room.ticket, slug, body="x", note="x", reason="x").status_code == 403, slug
    assert facts(room.ticket) == before


def test_an_auditor_does_not_learn_who_reported(room: Room) -> None:
    auditor = staff_member(room.category.department, role=Role.AUDITOR)
    person = room.ticket.reporter
    assert person is not None
    page = as_person(auditor).get(ticket_page(room.ticket)).content.decode()
    assert person.full_name not in page
    assert str(person.email) not in page


def test_an_unknown_verb_and_an_unknown_ticket_are_not_found(room: Room) -> None:
    assert press(room.agent, room.ticket, "explode").status_code == 404
    other = report_ticket(burst_pipe_category())
    assert press(room.agent, other, "start").status_code == 404


def test_a_verb_is_not_used_by_following_a_link(room: Room) -> None:
    before = facts(room.ticket)
    response = as_person(room.agent).get(reverse("admin:tickets_ticket_verb", args=[room.ticket.pk, "start"]))
    assert response["Location"].endswith("?open=start")
    assert facts(room.ticket) == before


def test_the_fields_of_a_ticket_cannot_be_posted(room: Room) -> None:
    before = facts(room.ticket)
    response = as_person(room.admin).post(ticket_page(room.ticket), {"status": "closed", "title": "Hacked"})
    assert response.status_code == 405
    assert facts(room.ticket) == before


def test_nobody_deletes_or_adds_a_ticket_by_hand(room: Room) -> None:
    operator = UserFactory.create(is_staff=True, is_superuser=True)
    client = as_person(operator)
    assert client.get(reverse("admin:tickets_ticket_delete", args=[room.ticket.pk])).status_code == 403
    assert client.get(reverse("admin:tickets_ticket_add")).status_code == 403
    event = room.ticket.events.first()
    assert event is not None
    assert client.post(reverse("admin:tickets_ticketevent_delete", args=[event.pk])).status_code == 403
    assert Ticket.objects.filter(pk=room.ticket.pk).exists()


# What is offered


def offered(person: User, ticket: Ticket) -> set[str]:
    ticket = Ticket.objects.for_change().get(pk=ticket.pk)
    return {row.slug for row in offered_verbs(person, ticket)}


def test_buttons_follow_status_and_role(room: Room) -> None:
    agent, ticket = room.agent, room.ticket
    working = {"resolve", "respond", "promote", "transfer", "route"}
    always = {"note", "pictures", "follow", "notify"}
    handling = {"message", "prioritise", "edit", "tags", "people", "merge"}
    assert offered(agent, ticket) == always | handling | working | {"start", "reject"}
    assert offered(room.admin, ticket) - offered(agent, ticket) == {"override", "withdraw"}

    respond(ticket, message="?", acting_user=agent)
    assert offered(agent, ticket) == always | handling | {"reopen"}

    withdraw_ticket(ticket, acting_user=room.admin)
    assert offered(room.admin, ticket) == always


def ticket_page(ticket: Ticket) -> str:
    return reverse("admin:tickets_ticket_change", args=[ticket.pk])
