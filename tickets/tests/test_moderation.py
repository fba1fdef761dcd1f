"""Residents' photos that staff look at before anybody else sees them, and photos that are hidden later."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from accounts.tests.factories import UserFactory
from departments.tests.factories import staff_member
from tickets import desk
from tickets.actions.attachments import attach_pictures
from tickets.actions.conversation import add_message
from tickets.actions.following import follow_ticket
from tickets.actions.intake import Report, Reporter, create_ticket
from tickets.actions.lifecycle import resolve_ticket
from tickets.actions.moderation import hide_photo, publish_photo
from tickets.actions.support import support_ticket
from tickets.actions.verification import dispute_resolution
from tickets.enums import AttachmentKind, EventKind, Source, Visibility
from tickets.feed import stamp_positions
from tickets.models import Attachment, Ticket
from tickets.pictures import prepare_picture
from tickets.tests.api import api_client, assert_problem, path_of
from tickets.tests.factories import PRETORIA, report_ticket
from tickets.tests.pages import City, jpeg, make_city
from tickets.tests.proof import everything_about

pytestmark = pytest.mark.django_db
QUEUE = "/console/tickets/ticket/photos/"
REPORT = AttachmentKind.REPORT


@pytest.fixture
def city(settings: Any, tmp_path: Any) -> City:
    settings.MEDIA_ROOT = str(tmp_path)
    made = make_city()
    decide(made, looks_first=True)
    User.objects.filter(pk=made.agent.pk).update(is_staff=True)
    return made


@pytest.fixture
def ticket(city: City) -> Ticket:
    """With one photo that its reporter sent along, and one that they added."""
    ticket = report_ticket(city.category, pictures=[picture()])
    attach_pictures(ticket, [picture()], kind=REPORT, acting_user=ticket.reporter)
    return ticket


def decide(city: City, *, looks_first: bool) -> None:
    city.organisation.moderates_photos = looks_first
    city.organisation.save(update_fields=["moderates_photos"])


def picture() -> Any:
    return prepare_picture(jpeg())


def standing(photo: Attachment) -> tuple[str, bool]:
    photo.refresh_from_db()
    return photo.visibility, photo.is_waiting


def opens(client: Any, address: str, **headers: str) -> int:
    """The status of the answer, whose bytes are read and put away."""
    answer = client.get(address, headers=headers)
    if answer.status_code == 200:
        assert answer.getvalue()
    return int(answer.status_code)


def seen_by(city: City, person: User | None, ticket: Ticket) -> dict[str, Any]:
    """How many of the ticket's photos, and of their traces, each face shows to a person."""
    pages, api, keys = (
        city.client(person),
        api_client(person),
        ticket.attachments.values_list("pk", flat=True),
    )
    page = f"/t/{ticket.reference}/"
    stamp_positions()
    told = [
        api.get(path_of(ticket, "timeline")).json()["results"],
        api.get("/api/v1/events/", {"ticket": ticket.reference}).json()["results"],
    ]
    return {
        "page": len(pages.get(page).context["photos"]),
        "addresses": sum(opens(pages, f"{page}photos/{key}/") == 200 for key in keys),
        "small": sum(opens(pages, f"{page}photos/{key}/320/") == 200 for key in keys),
        "list": len(api.get(path_of(ticket, "attachments")).json()["results"]),
        "bytes": sum(opens(api, path_of(ticket, f"attachments/{key}")) == 200 for key in keys),
        "events": [sum(row["kind"] == EventKind.ATTACHED for row in rows) for rows in told],
        "story": sum(row.headline == "Photos were added" for row in pages.get(page).context["timeline"]),
        "feed": pages.get(f"{page}feed.rss").content.decode().count("Photos were added"),
    }


def every(photos: int, *, told: int, public: int = 0) -> dict[str, Any]:
    faces = dict.fromkeys(("page", "addresses", "small", "list", "bytes"), photos)
    return faces | {"events": [told, told], "story": told, "feed": public}


def test_until_somebody_has_looked_only_the_reporter_and_staff_see_a_photo_on_any_face(
    city: City, ticket: Ticket
) -> None:
    supporter, follower = UserFactory.create(), UserFactory.create()
    support_ticket(ticket, acting_user=supporter)
    follow_ticket(ticket, acting_user=follower)
    for stranger in (None, supporter, follower, make_city("elsewhere.example.org").agent):
        assert seen_by(city, stranger, ticket) == every(0, told=0)
    for one_of_the_two in (ticket.reporter, city.agent):
        assert seen_by(city, one_of_the_two, ticket) == every(2, told=1)


def test_a_photo_that_was_published_is_everybodys(city: City, ticket: Ticket) -> None:
    for photo in ticket.attachments.all():
        publish_photo(photo, acting_user=city.agent)
        assert standing(photo) == (Visibility.PUBLIC, False)
    assert seen_by(city, None, ticket) == every(2, told=0)


def test_a_photo_that_was_hidden_is_gone_for_everybody_but_staff_who_can_show_it_again(
    city: City, ticket: Ticket
) -> None:
    decide(city, looks_first=False)
    (photo,) = attach_pictures(ticket, [picture()], kind=REPORT, acting_user=ticket.reporter)
    assert standing(photo) == (Visibility.PUBLIC, False)
    address = f"/t/{ticket.reference}/photos/{photo.pk}/320/"
    visitor, reporter = city.client(), city.client(ticket.reporter)
    known = {"if_none_match": f'"{photo.pk}"'}
    assert (opens(visitor, address), opens(visitor, address, **known)) == (200, 304)

    hide_photo(photo, acting_user=city.agent)
    # Not from the browser's own store either: it asks each time.
    assert (opens(visitor, address, **known), opens(reporter, address)) == (404, 404)
    page = reporter.get(f"/t/{ticket.reference}/")
    assert (len(page.context["photos"]), page.context["hidden_photos"]) == (2, 1)
    assert "One photo is not shown: staff have hidden it." in page.content.decode()
    assert visitor.get(f"/t/{ticket.reference}/").context["hidden_photos"] == 0
    assert opens(city.client(city.agent), address) == 200

    publish_photo(photo, acting_user=city.agent)
    assert opens(visitor, address) == 200


def test_who_decided_is_on_the_record_for_staff_and_deciding_again_is_nothing(
    city: City, ticket: Ticket
) -> None:
    photo = ticket.attachments.first()
    assert photo is not None
    for act in (publish_photo, publish_photo, hide_photo, hide_photo, publish_photo):
        act(photo, acting_user=city.agent)
    decisions = ticket.events.filter(kind__in=[EventKind.PHOTO_PUBLISHED, EventKind.PHOTO_HIDDEN])
    told = [(row.kind, row.actor, row.visibility, row.data) for row in decisions.order_by("pk")]
    key = {"attachment": str(photo.pk)}
    assert told == [
        (kind, city.agent, Visibility.STAFF, key)
        for kind in (EventKind.PHOTO_PUBLISHED, EventKind.PHOTO_HIDDEN, EventKind.PHOTO_PUBLISHED)
    ]
    page = city.client(city.agent).get(f"/console/tickets/ticket/{ticket.pk}/change/")
    assert [row.headline for row in page.context["timeline"]][:2] == ["Photo published", "Photo hidden"]


def test_every_way_on_which_residents_send_photos_of_a_public_ticket_waits(city: City) -> None:
    by_mail = create_ticket(
        city.organisation,
        Report(title="Leak", category=city.category, place=PRETORIA, pictures=[picture()]),
        reporter=Reporter(email="thandi@example.org"),
        source=Source.EMAIL,
        acting_user=None,
    )
    visitor = create_ticket(
        city.organisation,
        Report(title="Leak", category=city.category, place=PRETORIA, pictures=[picture()]),
        reporter=Reporter(email="thandi@example.org"),
        source=Source.WEB,
        acting_user=AnonymousUser(),
    )
    own = report_ticket(city.category, reporter=city.agent, pictures=[picture()])
    disputed = resolve_ticket(report_ticket(city.category), note="Done.", acting_user=city.agent)
    dispute_resolution(disputed, reason="No.", pictures=[picture()], acting_user=disputed.reporter)
    supported = report_ticket(city.category)
    supporter = UserFactory.create()
    support_ticket(supported, acting_user=supporter)
    resolve_ticket(supported, note="Done.", acting_user=city.agent)
    dispute_resolution(supported, reason="No.", pictures=[picture()], acting_user=supporter)
    sent = report_ticket(city.category)
    answer = api_client(sent.reporter).post(
        path_of(sent, "attachments"), {"files": [jpeg()]}, format="multipart"
    )
    assert (answer.json()[0]["visibility"], answer.json()[0]["is_waiting"]) == ("participants", True)
    for ticket in (by_mail, visitor, own, disputed, supported, sent):
        assert standing(ticket.attachments.get()) == (Visibility.PARTICIPANTS, True)


def test_photos_of_staff_and_of_tickets_that_are_not_public_do_not_wait(city: City) -> None:
    call_centre = staff_member(city.category.department, role=Role.CALL_CENTRE)
    logged = create_ticket(
        city.organisation,
        Report(title="Leak", category=city.category, place=PRETORIA, pictures=[picture()]),
        reporter=Reporter(name="Thandi", phone="082 123 4567"),
        source=Source.CALL_CENTRE,
        acting_user=call_centre,
    )
    attach_pictures(logged, [picture()], kind=AttachmentKind.RESOLUTION, acting_user=city.agent)
    private = report_ticket(city.category, is_public=False, pictures=[picture()])
    assert [standing(photo) for photo in logged.attachments.all()] == [(Visibility.PUBLIC, False)] * 2
    assert standing(private.attachments.get()) == (Visibility.PARTICIPANTS, False)


def test_photos_of_messages_stay_between_the_two_sides_and_can_be_hidden(city: City) -> None:
    ticket = report_ticket(city.category)
    add_message(ticket, body="See", pictures=[picture()], acting_user=ticket.reporter)
    photo = ticket.attachments.get()
    assert standing(photo) == (Visibility.PARTICIPANTS, False)
    hide_photo(photo, acting_user=city.agent)
    assert standing(photo) == (Visibility.STAFF, False)
    publish_photo(photo, acting_user=city.agent)
    assert standing(photo) == (Visibility.PARTICIPANTS, False)


def test_switching_it_on_or_off_concerns_what_comes_from_then_on(city: City, ticket: Ticket) -> None:
    waiting = list(ticket.attachments.all())
    decide(city, looks_first=False)
    (open_to_all,) = attach_pictures(ticket, [picture()], kind=REPORT, acting_user=ticket.reporter)
    assert [standing(photo) for photo in waiting] == [(Visibility.PARTICIPANTS, True)] * 2
    # They are still to be looked at, and the menu still leads there.
    assert (desk.photos_waiting(city.agent), desk.looks_at_photos(city.agent)) == (2, True)
    for photo in waiting:
        publish_photo(photo, acting_user=city.agent)
    assert desk.looks_at_photos(city.agent) is False
    decide(city, looks_first=True)
    assert standing(open_to_all) == (Visibility.PUBLIC, False)
    assert desk.looks_at_photos(city.agent) is True


def test_the_database_refuses_a_public_photo_that_waits(ticket: Ticket) -> None:
    with pytest.raises(IntegrityError, match="attachment_that_waits_is_not_public"), transaction.atomic():
        ticket.attachments.update(visibility=Visibility.PUBLIC, waits_since=timezone.now())


def test_who_reports_reads_that_photos_are_looked_at_first(city: City) -> None:
    client = city.client(UserFactory.create())
    client.post("/report/", {"words": "A burst pipe. Water everywhere", "category": city.category.pk})
    client.post("/report/where/", {"latitude": "-25.7449", "longitude": "28.1878"})
    words = "Staff look at photos before anybody else sees them."
    assert words in client.get("/report/details/").content.decode()
    decide(city, looks_first=False)
    assert words not in client.get("/report/details/").content.decode()


# Over HTTP


def test_staff_publish_and_hide_over_http(city: City, ticket: Ticket) -> None:
    photo = ticket.attachments.all()[0]
    staff, visitor = api_client(city.agent), api_client()
    (shown, _other) = staff.get(path_of(ticket, "attachments")).json()["results"]
    assert shown["is_waiting"] is True
    published = staff.post(path_of(ticket, f"attachments/{photo.pk}/publish"), {})
    assert published.status_code == 200
    assert published.json() == shown | {"visibility": "public", "is_waiting": False}
    assert visitor.get(path_of(ticket, "attachments")).json()["results"] == [published.json()]
    hidden = staff.post(path_of(ticket, f"attachments/{photo.pk}/hide"), {})
    assert (hidden.status_code, hidden.json()["visibility"]) == (200, "staff")
    assert visitor.get(path_of(ticket, "attachments")).json()["results"] == []


def test_over_http_nobody_else_decides_and_nothing_changes(city: City, ticket: Ticket) -> None:
    photo, other = ticket.attachments.all()[0], report_ticket(city.category)
    auditor = staff_member(city.category.department, role=Role.AUDITOR)
    before = everything_about(ticket)
    for verb in ("publish", "hide"):
        path = path_of(ticket, f"attachments/{photo.pk}/{verb}")
        assert_problem(api_client().post(path, {}), 401)
        # What waits is not there for who may not see it.
        assert_problem(api_client(UserFactory.create()).post(path, {}), 404, "not_found")
        assert_problem(api_client(ticket.reporter).post(path, {}), 403, "not_allowed")
        assert_problem(api_client(auditor).post(path, {}), 403, "not_allowed")
        assert_problem(api_client(city.agent).post(path, {"visibility": "public"}), 400)
        elsewhere = path_of(other, f"attachments/{photo.pk}/{verb}")
        assert_problem(api_client(city.agent).post(elsewhere, {}), 404, "not_found")
        missing = path_of(ticket, f"attachments/{ticket.pk}/{verb}")
        assert_problem(api_client(city.agent).post(missing, {}), 404, "not_found")
    assert everything_about(ticket) == before


# In the console


def test_the_list_has_the_longest_waiting_first_and_leads_back_to_itself(city: City, ticket: Ticket) -> None:
    client = city.client(city.agent)
    first, second = ticket.attachments.order_by("waits_since", "pk")
    page = client.get(QUEUE)
    assert [card.key for card in page.context["cards"]] == [str(first.pk), str(second.pk)]
    labels = [str(button.label) for button in page.context["cards"][0].buttons]
    assert labels == ["Publish", "Hide"]

    publish, hide = (button.url for button in page.context["cards"][0].buttons)
    answer = client.post(publish, {"photo": first.pk, "next": QUEUE})
    assert (answer.status_code, answer["Location"]) == (302, QUEUE)
    client.post(hide, {"photo": second.pk, "next": QUEUE})
    assert (standing(first), standing(second)) == ((Visibility.PUBLIC, False), (Visibility.STAFF, False))
    assert "No photo waits." in client.get(QUEUE).content.decode()


def test_my_work_and_the_menu_lead_there_with_how_many_wait(city: City, ticket: Ticket) -> None:
    client = city.client(city.agent)
    home = client.get("/console/")
    assert home.context["photos_to_look_at"] == 2
    assert home.content.decode().count(f'href="{QUEUE}"') == 2
    counts = client.get("/console/tickets/ticket/waiting.json").json()["counts"]
    assert counts[QUEUE] == 2
    decide(city, looks_first=False)
    for photo in ticket.attachments.all():
        hide_photo(photo, acting_user=city.agent)
    assert QUEUE not in client.get("/console/").content.decode()


def test_a_ticket_shows_how_each_photo_stands_with_its_buttons(city: City, ticket: Ticket) -> None:
    client = city.client(city.agent)
    first, second = ticket.attachments.order_by("created_at", "pk")
    attach_pictures(ticket, [picture()], kind=AttachmentKind.OTHER, acting_user=city.agent)
    hide_photo(second, acting_user=city.agent)
    cards = client.get(f"/console/tickets/ticket/{ticket.pk}/change/").context["photos"]
    found = [(card.state.tone, [str(button.label) for button in card.buttons]) for card in cards]
    assert found == [("waiting", ["Publish", "Hide"]), ("note", ["Show again"]), ("quiet", ["Hide"])]

    before = everything_about(ticket)
    url = cards[0].buttons[0].url
    for nonsense in ({}, {"photo": "x"}, {"photo": ticket.pk}):
        assert client.post(url, nonsense).status_code == 302
    assert everything_about(ticket) == before
    assert standing(first) == (Visibility.PARTICIPANTS, True)


def test_each_looks_at_photos_of_tickets_that_they_work_with(city: City, ticket: Ticket) -> None:
    auditor = staff_member(city.category.department, role=Role.AUDITOR)
    outside = make_city("elsewhere.example.org")
    url = f"/console/tickets/ticket/{ticket.pk}/verb/publish-photo/"
    User.objects.filter(pk=outside.agent.pk).update(is_staff=True)
    photo = ticket.attachments.all()[0]
    assert city.client(auditor).get(QUEUE).status_code == 403
    assert city.client(auditor).post(url, {"photo": photo.pk}).status_code == 403
    assert city.client(outside.agent).get(QUEUE).context["cards"] == []
    assert city.client(outside.agent).post(url, {"photo": photo.pk}).status_code == 404
    assert standing(photo) == (Visibility.PARTICIPANTS, True)


def test_the_list_shows_so_many_and_says_that_there_are_more(
    city: City, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "PHOTOS", 1)
    page = city.client(city.agent).get(QUEUE)
    assert (len(page.context["cards"]), page.context["height"], page.context["has_more"]) == (1, "2", True)


def test_three_photos_of_three_tickets_take_as_many_queries_as_one(city: City) -> None:
    client, counts = city.client(city.agent), []
    for more in (1, 2):
        for _ticket in range(more):
            report_ticket(city.category, pictures=[picture()])
        with CaptureQueriesContext(connection) as queries:
            cards = client.get(QUEUE).context["cards"]
        counts.append((len(cards), len(queries)))
    assert counts == [(1, counts[0][1]), (3, counts[0][1])]
