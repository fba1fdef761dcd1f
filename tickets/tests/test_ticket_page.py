from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.factories import UserFactory
from tickets.actions.conversation import add_message, add_note, attach_pictures
from tickets.actions.lifecycle import reject_ticket, resolve_ticket, respond, start_work, withdraw_ticket
from tickets.actions.support import support_ticket
from tickets.actions.verification import verify_resolution
from tickets.enums import AttachmentKind, Status
from tickets.models import Attachment, Message, Support, Ticket
from tickets.pictures import name_of_size, prepare_picture
from tickets.tests.factories import burst_pipe_category, report_ticket
from tickets.tests.pages import City, jpeg, make_city
from tickets.verification import code_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def ticket(city: City) -> Ticket:
    return report_ticket(city.category, reporter=UserFactory.create(full_name="Lerato Mokoena"))


def path(ticket: Ticket, more: str = "") -> str:
    return f"/t/{ticket.reference}/{more}"


def test_a_visitor_reads_where_it_is_what_was_promised_and_whose_turn_it_is(
    city: City, ticket: Ticket
) -> None:
    glance = city.client().get(path(ticket)).context["glance"]

    assert glance.status.word == "Open"
    assert glance.promise.word.endswith("left")
    assert glance.turn.word == "The department’s"


def test_the_page_shows_neither_the_reporter_nor_the_agent(city: City, ticket: Ticket) -> None:
    start_work(ticket, acting_user=city.agent)

    shown = city.client().get(path(ticket)).content.decode()

    for secret in ("Lerato", str(ticket.reporter_email), city.agent.full_name, str(city.agent.email)):
        assert secret not in shown


def test_a_missed_promise_says_how_late_it_is_and_why(city: City) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=3), tick=False):
        ticket = report_ticket(city.category)

    promise = city.client().get(path(ticket)).context["glance"].promise

    assert (promise.word, promise.tone, promise.is_loud) == ("2\xa0days late", "overdue", True)
    assert promise.detail.endswith("An agent has had it for 3\xa0days without starting.")


def test_each_status_has_its_own_word_and_shape(city: City, ticket: Ticket) -> None:
    client, seen = city.client(ticket.reporter), []

    def look() -> None:
        glance = client.get(path(ticket)).context["glance"]
        seen.append((glance.status.word, glance.status.shape, glance.turn.word))

    look()
    start_work(ticket, acting_user=city.agent)
    look()
    respond(ticket, message="Which side of the road?", acting_user=city.agent)
    look()
    add_message(Ticket.objects.get(), body="The left one.", acting_user=ticket.reporter)
    resolve_ticket(ticket, note="New pipe.", acting_user=city.agent)
    look()
    verify_resolution(ticket, code=code_for(ticket.verifications.get()), acting_user=ticket.reporter)
    look()
    assert seen == [
        ("Open", "open", "The department’s"),
        ("In progress", "in-progress", "The department’s"),
        ("Responded", "responded", "Yours"),
        ("Resolved", "resolved", "Yours"),
        ("Verified", "verified", "Nobody’s"),
    ]


def test_a_rejected_ticket_has_no_way_to_go_and_shows_the_reason(city: City, ticket: Ticket) -> None:
    reject_ticket(ticket, reason="This is a private pipe.", acting_user=city.agent)

    answer = city.client().get(path(ticket))

    assert answer.context["track"] is None
    assert answer.context["glance"].status.word == "Closed: rejected"
    assert answer.context["timeline"][0].text == "This is a private pipe."


def test_the_timeline_is_newest_first_and_keeps_notes_of_staff_to_staff(city: City, ticket: Ticket) -> None:
    start_work(ticket, acting_user=city.agent)
    add_note(ticket, body="Reporter sounds angry.", acting_user=city.agent)
    add_message(ticket, body="A team is on site.", acting_user=city.agent)

    stranger = city.client().get(path(ticket)).context["timeline"]
    reporter = city.client(ticket.reporter).get(path(ticket)).context["timeline"]

    assert [item.headline for item in stranger] == ["Work has started", "Given to an agent", "Reported"]
    assert (reporter[0].headline, reporter[0].text) == ("Message from the department", "A team is on site.")
    assert "angry" not in city.client(ticket.reporter).get(path(ticket)).content.decode()


def test_the_page_asks_as_often_for_three_of_everything_as_for_one(city: City, ticket: Ticket) -> None:
    client, counts = city.client(ticket.reporter), []
    for more in (1, 2):
        for _one in range(more):
            add_message(ticket, body="Any news?", acting_user=ticket.reporter)
            support_ticket(ticket, acting_user=UserFactory.create())
            attach_pictures(
                ticket, [prepare_picture(jpeg())], kind=AttachmentKind.REPORT, acting_user=ticket.reporter
            )
        with CaptureQueriesContext(connection) as queries:
            client.get(path(ticket))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_a_reference_typed_carelessly_leads_to_the_right_address(city: City, ticket: Ticket) -> None:
    answer = city.client().get(f"/t/{ticket.reference.lower().replace('-', '')}/")

    assert (answer.status_code, answer["Location"]) == (302, path(ticket))


@pytest.mark.parametrize("name", ["nonsense", "TSH-222-222", "00000000-0000-0000-0000-000000000000", "%00"])
def test_what_is_no_ticket_is_not_found(city: City, name: str) -> None:
    assert city.client().get(f"/t/{name}/").status_code == 404


def test_tickets_of_another_city_are_not_found_whoever_asks(city: City) -> None:
    elsewhere = make_city("elsewhere.example.org")
    ticket = report_ticket(elsewhere.category)

    for person in (None, ticket.reporter, elsewhere.agent, UserFactory.create(is_superuser=True)):
        client = city.client(person)
        for more in ("", "verify/"):
            assert client.get(path(ticket, more)).status_code == 404
        if person is not None:
            assert client.post(path(ticket, "me-too/"), {"support": "yes"}).status_code == 404
            assert client.post(path(ticket, "message/"), {"body": "Hello"}).status_code == 404
    assert not Support.objects.exists()
    assert not Message.objects.exists()


def test_a_private_ticket_is_for_its_reporter_and_staff_only(city: City) -> None:
    private = burst_pipe_category(city.organisation)
    private.is_public_space = False
    private.save(update_fields=["is_public_space"])
    ticket = report_ticket(private)

    assert city.client().get(path(ticket)).status_code == 404
    assert city.client(UserFactory.create()).get(path(ticket)).status_code == 404
    assert city.client(ticket.reporter).get(path(ticket)).status_code == 200


def test_a_withdrawn_ticket_is_not_found_any_more(city: City, ticket: Ticket) -> None:
    withdraw_ticket(ticket, acting_user=ticket.reporter)

    assert city.client().get(path(ticket)).status_code == 404
    assert city.client(ticket.reporter).get(path(ticket)).status_code == 404


# Me too


def test_me_too_counts_once_and_can_be_taken_back(city: City, ticket: Ticket) -> None:
    client = city.client(UserFactory.create())

    counts = []
    for support in ("yes", "yes", "no", "no"):
        answer = client.post(path(ticket, "me-too/"), {"support": support})
        assert (answer.status_code, answer["Location"]) == (302, path(ticket))
        counts.append(Ticket.objects.get().support_count)

    assert counts == [1, 1, 0, 0]


def test_a_visitor_is_asked_how_they_are_reached_before_me_too(city: City, ticket: Ticket) -> None:
    answer = city.client().post(path(ticket, "me-too/"), {"support": "yes"})

    assert answer["Location"] == path(ticket, "me-too/contact/")
    assert not Support.objects.exists()
    assert city.client().get(path(ticket)).context["can_support"] is True


def test_the_reporter_cannot_say_me_too(city: City, ticket: Ticket) -> None:
    client = city.client(ticket.reporter)

    answer = client.post(path(ticket, "me-too/"), {"support": "yes"}, follow=True)

    assert "You reported this yourself" in answer.content.decode()
    assert not Support.objects.exists()
    assert answer.context["can_support"] is False


def test_me_too_is_not_something_to_look_at(city: City, ticket: Ticket) -> None:
    answer = city.client(UserFactory.create()).get(path(ticket, "me-too/"))
    assert (answer.status_code, answer["Location"]) == (302, path(ticket))
    assert (Ticket.objects.get().support_count, ticket.supports.count()) == (0, 0)


# A word to the department


def test_the_reporter_writes_to_the_department_with_a_photo(city: City, ticket: Ticket) -> None:
    answer = city.client(ticket.reporter).post(
        path(ticket, "message/"), {"body": "It is getting worse.", "photos": [jpeg()]}
    )

    assert (answer.status_code, answer["Location"]) == (302, path(ticket))
    message = Message.objects.get()
    assert (message.body, message.author, message.is_from_staff) == (
        "It is getting worse.",
        ticket.reporter,
        False,
    )
    assert Attachment.objects.get().message == message


def test_a_reply_takes_a_responded_ticket_back_to_work(city: City, ticket: Ticket) -> None:
    respond(ticket, message="Which side?", acting_user=city.agent)

    city.client(ticket.reporter).post(path(ticket, "message/"), {"body": "The left side."})

    assert Ticket.objects.get().status == Status.IN_PROGRESS


def test_a_stranger_sees_no_form_and_cannot_write(city: City, ticket: Ticket) -> None:
    client = city.client(UserFactory.create())
    assert client.get(path(ticket)).context["message_form"] is None

    answer = client.post(path(ticket, "message/"), {"body": "Spam"})

    assert answer.status_code == 400
    assert not Message.objects.exists()


@pytest.mark.parametrize("body", ["", "   ", "bell \x07", "x" * 5001])
def test_a_message_without_sense_is_refused_by_the_field(city: City, ticket: Ticket, body: str) -> None:
    answer = city.client(ticket.reporter).post(path(ticket, "message/"), {"body": body})

    assert (answer.status_code, list(answer.context["message_form"].errors)) == (400, ["body"])
    assert not Message.objects.exists()


# Photos


def content_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_photos_are_shown_small_and_large_to_whoever_sees_the_ticket(city: City, ticket: Ticket) -> None:
    (photo,) = attach_pictures(
        ticket, [prepare_picture(jpeg())], kind=AttachmentKind.REPORT, acting_user=ticket.reporter
    )

    shown = city.client().get(path(ticket)).context["photos"][0]

    base = path(ticket, f"photos/{photo.pk}/")
    assert (shown.url, shown.src, shown.width, shown.height) == (base, f"{base}320/", 40, 20)
    assert shown.srcset == f"{base}320/ 40w, {base}800/ 40w, {base} 40w"
    for url in (shown.url, shown.src, f"{base}800/"):
        answer = city.client().get(url)
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Disposition"] == f'inline; filename="{ticket.reference}.jpg"'
        assert content_of(answer).startswith(b"\xff\xd8")
    assert city.client().get(f"{base}640/").status_code == 404


def test_a_photo_from_before_the_sizes_is_made_small_when_it_is_asked_for(city: City, ticket: Ticket) -> None:
    (photo,) = attach_pictures(
        ticket, [prepare_picture(jpeg())], kind=AttachmentKind.REPORT, acting_user=ticket.reporter
    )
    storage = photo.file.storage
    storage.delete(name_of_size(photo.file.name, 320))
    url = path(ticket, f"photos/{photo.pk}/320/")

    for _time in ("made", "kept"):
        assert content_of(city.client().get(url)).startswith(b"\xff\xd8")
    assert storage.exists(name_of_size(photo.file.name, 320))
    for name in (str(photo.file.name), name_of_size(photo.file.name, 320)):
        storage.delete(name)
    assert city.client().get(url).status_code == 404


def test_photos_of_messages_are_for_the_two_sides_only(city: City, ticket: Ticket) -> None:
    client = city.client(ticket.reporter)
    client.post(path(ticket, "message/"), {"body": "See", "photos": [jpeg()]})
    url = path(ticket, f"photos/{Attachment.objects.get().pk}/")

    assert city.client().get(url).status_code == 404
    assert content_of(client.get(url)).startswith(b"\xff\xd8")


def test_a_photo_is_not_found_under_another_ticket(city: City, ticket: Ticket) -> None:
    other = report_ticket(city.category)
    (photo,) = attach_pictures(
        other, [prepare_picture(jpeg())], kind=AttachmentKind.REPORT, acting_user=other.reporter
    )

    assert city.client().get(path(ticket, f"photos/{photo.pk}/")).status_code == 404


def test_a_message_on_a_closed_ticket_opens_one_that_goes_on_from_it(city: City, ticket: Ticket) -> None:
    reject_ticket(ticket, reason="Not on our land.", acting_user=city.agent)
    client = city.client(ticket.reporter)
    assert client.get(path(ticket)).context["goes_on_elsewhere"] is True

    answer = client.post(path(ticket, "message/"), {"body": "It is on your land, look at the map."})

    follow_up = Ticket.objects.get(follow_up_of=ticket)
    assert (answer.status_code, answer["Location"]) == (302, path(follow_up))
    assert [said.body for said in follow_up.messages.all()] == ["It is on your land, look at the map."]
    ticket.refresh_from_db()
    assert (ticket.status, ticket.messages.count()) == (Status.CLOSED, 0)


def test_a_stranger_cannot_write_on_a_closed_ticket(city: City, ticket: Ticket) -> None:
    reject_ticket(ticket, reason="Not on our land.", acting_user=city.agent)
    client = city.client(UserFactory.create())

    assert client.get(path(ticket)).context["message_form"] is None
    assert client.post(path(ticket, "message/"), {"body": "Me too"}).status_code == 400
    assert (Ticket.objects.count(), Message.objects.count()) == (1, 0)
