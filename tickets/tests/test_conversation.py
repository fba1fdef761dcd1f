"""What is said: messages, replies, follow-ups after the end, pictures, and me too."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from common.errors import InvalidInput, NotAllowed, NotFound
from tickets.actions.attachments import TooManyPictures, attach_pictures
from tickets.actions.conversation import EmptyMessage, add_message, add_note
from tickets.actions.intake import Report, Reporter, create_ticket
from tickets.actions.lifecycle import resolve_ticket, respond, withdraw_ticket
from tickets.actions.support import OwnTicket, support_ticket, withdraw_support
from tickets.enums import AttachmentKind, EventKind, Source, Status, Visibility
from tickets.models import Ticket
from tickets.pictures import Picture, prepare_picture
from tickets.tests.cast import Scene, set_scene, ticket_in
from tickets.tests.pages import jpeg
from tickets.tests.proof import assert_books_agree, everything_about, refused
from tickets.workflow import TransitionNotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return set_scene()


def pictures(number: int) -> list[Picture]:
    return [prepare_picture(jpeg()) for _picture in range(number)]


def kinds(ticket: Ticket) -> list[str]:
    return list(ticket.events.order_by("pk").values_list("kind", flat=True))


# Messages


def test_a_message_stays_between_reporter_and_staff(scene: Scene) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    said = add_message(ticket, body="  Any news? \n", acting_user=scene.cast.reporter)
    answer = add_message(ticket, body="A team is coming.", acting_user=scene.cast.own_agent)
    assert (said.body, said.is_from_staff, said.author) == ("Any news?", False, scene.cast.reporter)
    assert (answer.is_from_staff, answer.visibility) == (True, Visibility.PARTICIPANTS)
    event = ticket.events.latest("pk")
    assert (event.kind, event.visibility) == (EventKind.MESSAGE_ADDED, Visibility.PARTICIPANTS)
    assert event.data == {"message": str(answer.pk), "is_from_staff": True}


def test_words_of_a_reporter_without_an_account_are_theirs(scene: Scene) -> None:
    ticket = create_ticket(
        scene.organisation,
        Report(title="Leak", category=scene.category),
        reporter=Reporter(email="thandi@example.org"),
        source=Source.WEB,
        acting_user=AnonymousUser(),
    )
    respond(ticket, message="Where?", acting_user=None)
    said = add_message(ticket, body="Here.", acting_user=None, source=Source.EMAIL, as_reporter=True)
    assert (said.is_from_staff, said.author, said.ticket.status) == (False, None, Status.IN_PROGRESS)


@pytest.mark.parametrize("body", ["", "  \n "])
def test_an_empty_message_is_refused(body: str, scene: Scene) -> None:
    for status, user in [(Status.OPEN, scene.cast.own_agent), (Status.RESPONDED, scene.cast.reporter)]:
        ticket = ticket_in(status, scene)
        with refused(ticket, EmptyMessage) as refusal:
            add_message(ticket, body=body, acting_user=user)
        assert refusal.value.field == "body"
    with refused(ticket, EmptyMessage):
        add_note(ticket, body=body, acting_user=scene.cast.own_agent)


@pytest.mark.parametrize("body", ["a\x00b", "\ud800", "x" * 5001])
def test_a_message_that_cannot_be_kept_is_refused(body: str, scene: Scene) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    for act in (add_message, add_note):
        with refused(ticket, InvalidInput) as refusal:
            act(ticket, body=body, acting_user=scene.cast.own_agent)
        assert refusal.value.field == "body"


def test_a_reply_takes_the_ticket_back_to_work(scene: Scene) -> None:
    ticket = ticket_in(Status.RESPONDED, scene)
    said = add_message(ticket, body="The north gate.", acting_user=scene.cast.reporter)
    back = Ticket.objects.get(pk=ticket.pk)
    assert (back.status, back.auto_close_at, back.assignee) == (
        Status.IN_PROGRESS,
        None,
        scene.cast.own_agent,
    )
    assert (kinds(ticket)[-1], said.is_from_staff) == (EventKind.REPLIED, False)
    assert_books_agree()


def test_a_reply_is_judged_by_what_the_ticket_is_and_not_by_what_was_on_the_screen(scene: Scene) -> None:
    seen_open = ticket_in(Status.OPEN, scene)
    respond(seen_open, message="Where?", acting_user=None)
    add_message(seen_open, body="Here.", acting_user=scene.cast.reporter)
    assert Ticket.objects.get(pk=seen_open.pk).status == Status.IN_PROGRESS
    seen_responded = ticket_in(Status.RESPONDED, scene)
    for body in ("Here.", "At the gate."):
        add_message(seen_responded, body=body, acting_user=scene.cast.reporter)
    assert seen_responded.messages.count() == 3


def test_a_reply_to_a_ticket_that_nobody_has_finds_somebody(scene: Scene) -> None:
    scene.department.members.update(is_available=False)
    ticket = ticket_in(Status.RESPONDED, scene)
    assert ticket.queued_at is None
    add_message(ticket, body="Here.", acting_user=scene.cast.reporter)
    assert Ticket.objects.get(pk=ticket.pk).queued_at is not None
    assert_books_agree()


def test_a_note_is_for_staff_only(scene: Scene) -> None:
    ticket = ticket_in(Status.CLOSED, scene)
    note = add_note(ticket, body="Called twice.", acting_user=scene.cast.call_centre)
    assert (note.visibility, ticket.events.latest("pk").visibility) == (Visibility.STAFF, Visibility.STAFF)


# After the end


def test_words_after_closing_open_a_follow_up(scene: Scene) -> None:
    old = ticket_in(Status.CLOSED, scene, description="By the school.", tags=["leak"])
    before = everything_about(old)
    said = add_message(old, body="It leaks again: 082 123 4567", acting_user=scene.cast.reporter)
    new = said.ticket
    assert (new.follow_up_of, new.status, new.reporter) == (old, Status.OPEN, scene.cast.reporter)
    same = ["title", "description", "category", "department", "latitude", "longitude", "address", "tags"]
    same += ["is_public", "priority", "reporter_name", "reporter_email", "reporter_phone"]
    assert [getattr(new, name) for name in same] == [getattr(old, name) for name in same]
    assert (new.is_public, new.priority, new.reporter_email) == (
        old.is_public,
        old.priority,
        old.reporter_email,
    )
    assert new.assignee == scene.cast.own_agent
    assert kinds(new) == [EventKind.CREATED, EventKind.ASSIGNED, EventKind.MESSAGE_ADDED]
    after = everything_about(old)
    assert [len(rows.pop("follow_ups")) for rows in (before, after)] == [0, 1]
    assert [rows.pop("loads") for rows in (before, after)] != []
    assert after == before
    assert_books_agree()


def test_further_words_go_to_the_follow_up_that_is_open(scene: Scene) -> None:
    old = ticket_in(Status.CLOSED, scene)
    first = add_message(old, body="It leaks again.", acting_user=scene.cast.reporter)
    second = add_message(old, body="And more.", acting_user=scene.cast.reporter)
    assert (second.ticket, old.follow_ups.count()) == (first.ticket, 1)
    resolve_ticket(first.ticket, note="Done.", acting_user=None)
    withdraw_ticket(first.ticket, acting_user=None)
    third = add_message(old, body="Again!", acting_user=scene.cast.reporter)
    assert (third.ticket == first.ticket, old.follow_ups.count()) == (False, 2)


def test_a_follow_up_finds_its_way_where_the_old_kind_is_not_in_use_any_more(scene: Scene) -> None:
    old = ticket_in(Status.CLOSED, scene)
    scene.category.is_active = False
    scene.category.save(update_fields=["is_active"])
    scene.department.is_active = False
    scene.department.save(update_fields=["is_active"])
    new = add_message(old, body="It leaks again.", acting_user=scene.cast.reporter).ticket
    assert (new.category, new.department) == (None, scene.other_department)


def test_a_customer_of_a_company_that_takes_no_public_reports_may_follow_up(scene: Scene) -> None:
    old = ticket_in(Status.CLOSED, scene)
    scene.organisation.public_reports = False
    scene.organisation.save(update_fields=["public_reports"])
    new = add_message(old, body="Again.", acting_user=scene.cast.reporter).ticket
    assert (new.follow_up_of, new.is_public) == (old, False)


def test_only_the_reporter_goes_on_from_a_closed_ticket(scene: Scene) -> None:
    closed = ticket_in(Status.CLOSED, scene)
    with refused(closed, TransitionNotAllowed):
        add_message(closed, body="Hello?", acting_user=scene.cast.own_agent)
    with refused(closed, NotAllowed):
        add_message(closed, body="Hello?", acting_user=scene.cast.neighbour)
    withdrawn = withdraw_ticket(ticket_in(Status.OPEN, scene), acting_user=None)
    with refused(withdrawn, NotFound):
        add_message(withdrawn, body="Hello?", acting_user=scene.cast.reporter)


def test_a_follow_up_whose_message_is_refused_is_not_opened(scene: Scene) -> None:
    closed = ticket_in(Status.CLOSED, scene)
    with refused(closed, TooManyPictures):
        add_message(closed, body="See.", pictures=pictures(6), acting_user=scene.cast.reporter)


# Pictures


def test_reporter_and_staff_add_pictures_and_neighbours_do_not(scene: Scene) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    for user in (scene.cast.reporter, scene.cast.own_agent):
        kept = attach_pictures(ticket, pictures(1), kind=AttachmentKind.REPORT, acting_user=user)
        assert (kept[0].uploaded_by, kept[0].visibility) == (user, Visibility.PUBLIC)
    for user in (scene.cast.neighbour, scene.cast.anonymous, scene.cast.auditor):
        with refused(ticket, NotAllowed):
            attach_pictures(ticket, pictures(1), kind=AttachmentKind.REPORT, acting_user=user)


def test_pictures_of_a_private_ticket_and_of_a_message_are_not_public(scene: Scene) -> None:
    private = ticket_in(Status.OPEN, scene, is_public=False)
    kept = attach_pictures(private, pictures(1), kind=AttachmentKind.REPORT, acting_user=scene.cast.reporter)
    public = ticket_in(Status.OPEN, scene)
    said = add_message(public, body="See.", pictures=pictures(1), acting_user=scene.cast.reporter)
    assert kept[0].visibility == said.attachments.get().visibility == Visibility.PARTICIPANTS


def test_more_than_five_pictures_are_refused_and_none_is_nothing(scene: Scene) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    with refused(ticket, TooManyPictures):
        attach_pictures(ticket, pictures(6), kind=AttachmentKind.REPORT, acting_user=scene.cast.reporter)
    before = everything_about(ticket)
    assert attach_pictures(ticket, [], kind=AttachmentKind.REPORT, acting_user=scene.cast.reporter) == []
    assert everything_about(ticket) == before


def test_the_reporter_adds_nothing_to_what_is_over(scene: Scene) -> None:
    closed = ticket_in(Status.CLOSED, scene)
    with refused(closed, TransitionNotAllowed):
        attach_pictures(closed, pictures(1), kind=AttachmentKind.REPORT, acting_user=scene.cast.reporter)
    withdrawn = withdraw_ticket(ticket_in(Status.OPEN, scene), acting_user=None)
    with refused(withdrawn, NotFound):
        attach_pictures(withdrawn, pictures(1), kind=AttachmentKind.REPORT, acting_user=scene.cast.reporter)


# Me too


def test_supporting_twice_counts_once(scene: Scene) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    support_ticket(ticket, acting_user=scene.cast.neighbour)
    before = everything_about(ticket)
    assert support_ticket(ticket, acting_user=scene.cast.neighbour).support_count == 1
    assert everything_about(ticket) == before


def test_support_that_is_taken_back_does_not_count(scene: Scene) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    support_ticket(ticket, acting_user=scene.cast.neighbour)
    assert withdraw_support(ticket, acting_user=scene.cast.neighbour).support_count == 0
    before = everything_about(ticket)
    assert withdraw_support(ticket, acting_user=scene.cast.neighbour).support_count == 0
    assert everything_about(ticket) == before
    assert kinds(ticket)[-2:] == [EventKind.SUPPORTED, EventKind.SUPPORT_WITHDRAWN]


def test_who_reported_it_is_counted_already(scene: Scene) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    with refused(ticket, OwnTicket):
        support_ticket(ticket, acting_user=scene.cast.reporter)


# Withdrawn


def test_a_withdrawn_ticket_leaves_the_lists_and_keeps_its_history(scene: Scene) -> None:
    ticket = ticket_in(Status.OPEN, scene)
    withdraw_ticket(ticket, reason="Test.", acting_user=scene.cast.department_admin)
    cast = scene.cast
    for user in (cast.anonymous, cast.neighbour, cast.reporter):
        assert Ticket.objects.visible_to(user).count() == 0
    assert Ticket.objects.visible_to(cast.auditor).count() == 1
    assert Ticket.objects.not_withdrawn().count() == Ticket.objects.public().count() == 0
    assert kinds(ticket) == [EventKind.CREATED, EventKind.ASSIGNED, EventKind.WITHDRAWN]
    assert_books_agree()
