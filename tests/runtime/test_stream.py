"""The stream process, as a page and as a machine read it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.test import Client
from rest_framework_simplejwt.tokens import AccessToken

from accounts.actions.keys import issue_key, revoke_key
from accounts.actions.sessions import sign_out_everywhere
from accounts.actions.tokens import ROUND_CLAIM
from accounts.enums import Role, Scope
from accounts.models import ApiKey, Membership, Organisation, User
from accounts.tests.factories import MembershipFactory, UserFactory, issued_key
from departments.models import Category, DepartmentMember
from departments.tests.factories import CategoryFactory, DepartmentFactory, staff_member
from tests.runtime.streams import PATH, Line, Stream, ids_in, running_stream, wait_until
from ticketing.stream.delivery import EventStream
from ticketing.stream.hub import LONGEST_QUEUE, Hub, Published, Reader
from ticketing.stream.readers import VISITOR, Identity
from tickets.actions.conversation import add_message, add_note
from tickets.actions.lifecycle import start_work, withdraw_ticket
from tickets.actions.movement import transfer_ticket
from tickets.enums import EventKind, Visibility
from tickets.feed import latest_position, relay_events
from tickets.live import Wanted
from tickets.models import Project, Ticket, TicketEvent
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = [
    pytest.mark.runtime,
    pytest.mark.xdist_group("stream"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(scope="module")
def kept_stream(django_db_setup: None) -> Iterator[Stream]:
    """One process for all; it looks at rights before each event, and bears who waits for the machine."""
    with running_stream(STREAM_RIGHTS_SECONDS="0", STREAM_WRITE_SECONDS="4") as stream:
        yield stream


@pytest.fixture
def stream(kept_stream: Stream, transactional_db: None) -> Iterator[Stream]:
    kept_stream.begin_again()
    yield kept_stream
    kept_stream.hang_up()


@pytest.fixture
def category(db: None) -> Category:
    return burst_pipe_category()


@pytest.fixture
def agent(category: Category) -> User:
    return staff_member(category.department, capacity=50)


def bearer(person: User) -> str:
    token = AccessToken.for_user(person)
    token[ROUND_CLAIM] = person.sign_in_round
    return f"Bearer {token}"


def cookie_of(client: Client) -> str:
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def hide(ticket: Ticket) -> Ticket:
    Ticket.objects.filter(pk=ticket.pk).update(is_public=False)
    return ticket


# What is told


def test_readers_are_told_what_they_may_see_and_catch_up_where_they_left_off(
    stream: Stream, client: Client, category: Category
) -> None:
    reporter = UserFactory.create()
    public = report_ticket(category, reporter=reporter, title="Burst pipe")
    private = hide(report_ticket(category, reporter=reporter, title="Meter number wrong"))
    relay_events()

    # Anybody: the public ticket alone, by name, with position and the agreed fields.
    anybody = stream.get("?after=0")
    assert (anybody.status, anybody.response.getheader("Content-Type")) == (
        200,
        "text/event-stream; charset=utf-8",
    )
    position, name, data = anybody.next_events(1)[0]
    assert (name, data["reference"], data["version"]) == ("ticket_created", public.reference, 1)
    assert sorted(data) == ["at", "changed", "kind", "reference", "status_changed", "ticket", "version"]

    # The reporter, by token and by session: both tickets.
    by_token = stream.get(f"?after=0&ticket={private.pk}", Authorization=bearer(reporter)).next_events(1)
    assert by_token[0][2]["reference"] == private.reference
    client.force_login(reporter)
    asked = f"?after=0&ticket={private.reference}"
    assert stream.get(asked, Cookie=cookie_of(client)).next_events(1) == by_token

    # Live, without a position: only what comes from now on, as soon as it is relayed.
    live = stream.listen()
    later = report_ticket(category, title="Another one")
    relay_events()
    told = live.next_events(1)[0]
    assert (told[1], told[2]["reference"]) == ("ticket_created", later.reference)
    assert int(told[0]) > int(position)

    # Away and back: exactly what was missed, by the header that browsers send.
    live.hang_up()
    start_work(later, acting_user=None)
    withdraw_ticket(later, acting_user=None)
    relay_events()
    missed = stream.listen(Last_Event_ID=told[0]).next_events(3)
    assert [(name, data["kind"], data["status_changed"]) for _id, name, data in missed] == [
        ("ticket_updated", "ticket.queued", False),
        ("ticket_updated", "ticket.started", True),
        ("ticket_deleted", "ticket.withdrawn", True),
    ]
    assert [int(place) - int(told[0]) for place, _name, _data in missed] == [1, 2, 3]


def test_keys_hear_everything_of_their_organisation_and_nothing_of_others(
    stream: Stream, category: Category
) -> None:
    key = issued_key(category.organisation, Scope.TICKETS_READ)
    line = stream.listen(Authorization=f"Api-Key {key.secret}")
    hide(report_ticket(burst_pipe_category()))
    report_ticket(burst_pipe_category())
    own = hide(report_ticket(category))
    add_note(own, body="Key at the depot.", acting_user=None)
    relay_events()
    kinds = ("ticket.created", "ticket.queued", "ticket.note_added")
    assert line.next_kinds(3) == [(own.reference, kind) for kind in kinds]


def test_filters_choose_and_the_list_says_the_same(stream: Stream, category: Category) -> None:
    city = category.organisation
    boss = MembershipFactory.create(organisation=city, role=Role.ORGANISATION_ADMIN).user
    parks = DepartmentFactory.create(organisation=city, code="parks")
    project = Project.objects.create(organisation=city, name="Winter readiness")
    one = report_ticket(category, project=project)
    other = report_ticket(CategoryFactory.create(department=parks))
    start_work(one, acting_user=None)
    transfer_ticket(one, department=parks, reason="Theirs.", acting_user=None)
    start_work(other, acting_user=None)
    relay_events()
    expected = {
        f"ticket={one.reference}": [one] * 3,
        "department=parks": [other, one, other],
        f"department={category.department.pk}": [one, one, one],
        f"project={project.pk}": [one] * 3,
        "project=winter%20READINESS": [one] * 3,
        "event=ticket_created": [one, other],
        "event=ticket_created,ticket_deleted&department=parks": [other],
        "kind=ticket.started,ticket.transferred": [one, one, other],
        "kind=ticket.started&event=ticket_updated": [one, other],
        f"organisation={city.slug}&ticket={other.pk}": [other] * 2,
    }
    token = bearer(boss)
    for asked, tickets in expected.items():
        known = [event for event in listed(asked, token) if event["kind"] != "ticket.queued"]
        assert [event["reference"] for event in known] == [ticket.reference for ticket in tickets], asked
        line = stream.listen(f"?after=0&{asked}", Authorization=token)
        streamed = [
            {"position": int(place), "event": name, **data}
            for place, name, data in line.next_events(len(listed(asked, token)))
        ]
        assert streamed == [
            event | {"at": data["at"]} for event, data in zip(listed(asked, token), streamed, strict=True)
        ]


def listed(asked: str, token: str) -> list[dict[str, Any]]:
    answer = Client(headers={"authorization": token}).get(f"/api/v1/events/?after=0&{asked}")
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


# Who may listen


def test_nonsense_is_refused_with_a_problem_document(stream: Stream, category: Category) -> None:
    key = issued_key(category.organisation, Scope.TICKETS_READ)
    cases: dict[str, tuple[Line, int, str]] = {
        "after": (stream.get("?after=soon"), 400, "invalid"),
        "after ": (stream.get(f"?after={2**63}"), 400, "invalid"),
        "Last-Event-ID": (stream.get(Last_Event_ID="soon"), 400, "invalid"),
        "Last-Event-ID ": (stream.get(Last_Event_ID="9" * 30), 400, "invalid"),
        "ticket": (stream.get("?ticket=7"), 400, "mistyped_reference"),
        "ticket ": (stream.get("?ticket="), 400, "invalid"),
        "kind": (stream.get("?kind=ticket.exploded"), 400, "invalid"),
        "event": (stream.get("?event=ticket_gone"), 400, "invalid"),
        "department": (stream.get("?department=nowhere"), 400, "unknown"),
        "project": (stream.get("?project=nothing"), 400, "unknown"),
        "organisation": (stream.get("?organisation=nobody"), 400, "unknown_organisation"),
        "token": (stream.get(f"?token={key.secret}"), 400, "invalid"),
        "secret": (stream.get(f"?secret={key.secret}"), 400, "invalid"),
        "ticket  ": (stream.get("?ticket=1&ticket=2"), 400, "invalid"),
    }
    told = {name: (line.status, line.problem()["code"]) for name, (line, _status, _code) in cases.items()}
    assert told == {name: (status, code) for name, (_line, status, code) in cases.items()}
    refused = stream.get("?ticket=7", X_Request_ID="asked-by-a-test").problem()
    assert (list(refused["errors"]), refused["request_id"]) == (["ticket"], "asked-by-a-test")


def test_other_addresses_and_methods_are_problems_too(stream: Stream, category: Category) -> None:
    gone, posted = stream.get(path="/api/v1/nothing"), stream.get(method="POST")
    assert (gone.status, gone.problem()["code"]) == (404, "not_found")
    assert (posted.status, posted.problem()["code"]) == (405, "method_not_allowed")
    head = stream.get(method="HEAD")
    assert (head.status, head.rest()) == (200, "")


def test_credentials_that_are_none_are_refused(stream: Stream, category: Category) -> None:
    city = category.organisation
    ended = issued_key(city, Scope.TICKETS_READ, revoked_at="2026-01-01T00:00:00Z")
    expired = issued_key(city, Scope.TICKETS_READ, expires_at="2026-01-01T00:00:00Z")
    write_only = issued_key(city, Scope.TICKETS_CREATE)
    good = issued_key(city, Scope.TICKETS_READ)
    round_before = bearer(person := UserFactory.create())
    sign_out_everywhere(person, acting_user=person)
    cases = {
        "Bearer nonsense": (401, "token_not_valid"),
        "Bearer": (401, "bad_authorization_header"),
        "Basic dGhhbmRp": (401, "authentication_failed"),
        "Api-Key": (401, "unknown_key"),
        "Api-Key nonsense": (401, "unknown_key"),
        f"Api-Key {good.secret}x": (401, "unknown_key"),
        f"Api-Key {ended.secret}": (401, "revoked_key"),
        f"Api-Key {expired.secret}": (401, "expired_key"),
        f"Api-Key {write_only.secret}": (403, "not_allowed"),
        round_before: (401, "signed_out"),
    }
    lines = {given: stream.get(Authorization=given) for given in cases}
    assert {given: (line.status, line.problem()["code"]) for given, line in lines.items()} == cases
    assert stream.get(Authorization=f"api-key {good.secret}").status == 200


def test_pages_on_the_sites_port_may_read_with_their_cookies_and_others_may_not(
    stream: Stream, category: Category
) -> None:
    own = stream.get("?after=0", Origin=settings.CSRF_TRUSTED_ORIGINS[0]).response
    other = stream.get("?after=0", Origin="https://elsewhere.example").response
    assert own.getheader("Access-Control-Allow-Origin") == settings.CSRF_TRUSTED_ORIGINS[0]
    assert own.getheader("Access-Control-Allow-Credentials") == "true"
    assert other.getheader("Access-Control-Allow-Origin") is None


# Rights that end while somebody listens


def let_go(agent: User) -> None:
    Membership.objects.filter(user=agent).update(is_active=False)


def leave_the_department(agent: User) -> None:
    DepartmentMember.objects.filter(user=agent).update(is_active=False)


def become_resident(agent: User) -> None:
    Membership.objects.filter(user=agent).update(role=Role.RESIDENT)


def lose_the_organisation(agent: User) -> None:
    Organisation.objects.filter(memberships__user=agent).update(is_active=False)


@pytest.mark.parametrize("end", [let_go, leave_the_department, become_resident, lose_the_organisation])
def test_whose_rights_shrink_hears_from_then_on_what_is_still_theirs(
    end: Callable[[User], None], stream: Stream, category: Category, agent: User
) -> None:
    secret = hide(report_ticket(category))
    public = report_ticket(category)
    Ticket.objects.update(assignee=None)
    relay_events()
    line = stream.listen(Authorization=bearer(agent))
    start_work(secret, acting_user=None)
    relay_events()
    assert line.next_kinds(1) == [(secret.reference, "ticket.started")]

    end(agent)
    add_note(secret, body="Not for who was let go.", acting_user=None)
    start_work(public, acting_user=None)
    relay_events()
    assert line.next_kinds(1) == [(public.reference, "ticket.started")]


def test_whose_rights_grow_hears_more_without_connecting_again(stream: Stream, category: Category) -> None:
    newcomer = UserFactory.create()
    secret = hide(report_ticket(category))
    relay_events()
    line = stream.listen(f"?organisation={category.organisation.slug}", Authorization=bearer(newcomer))
    MembershipFactory.create(organisation=category.organisation, user=newcomer, role=Role.AUDITOR)
    start_work(secret, acting_user=None)
    relay_events()
    assert line.next_kinds(1) == [(secret.reference, "ticket.started")]


def sign_out(person: User) -> None:
    sign_out_everywhere(person, acting_user=person)


def be_deactivated(person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)


def change_the_password(person: User) -> None:
    person.set_password("a-hornbill-on-the-fence")
    person.save()


def leave_this_browser(person: User) -> None:
    Session.objects.all().delete()


def be_asked_for_a_second_factor(person: User) -> None:
    Organisation.objects.update(second_factor_required=True)


@pytest.mark.parametrize(
    "end", [sign_out, be_deactivated, change_the_password, leave_this_browser, be_asked_for_a_second_factor]
)
def test_who_is_not_signed_in_any_more_is_hung_up_on(
    end: Callable[[User], None], stream: Stream, category: Category, agent: User, client: Client
) -> None:
    ticket = hide(report_ticket(category))
    client.force_login(agent)
    by_token = end not in {leave_this_browser, be_asked_for_a_second_factor}
    credentials = {"Authorization": bearer(agent)} if by_token else {"Cookie": cookie_of(client)}
    relay_events()
    line = stream.listen(**credentials)
    end(agent)
    start_work(ticket, acting_user=None)
    relay_events()
    rest = line.rest()
    assert ("you are not signed in any more" in rest, "ticket.started" in rest) == (True, False)
    wait_until(lambda: stream.readers() == 0)


def test_a_key_that_ends_hangs_up(stream: Stream, category: Category) -> None:
    boss = MembershipFactory.create(organisation=category.organisation, role=Role.ORGANISATION_ADMIN).user
    ticket = hide(report_ticket(category))
    relay_events()
    keys = {
        name: issue_key(category.organisation, name=name, scopes=[Scope.TICKETS_READ], acting_user=boss)
        for name in ("revoked", "expired", "narrowed", "kept")
    }
    lines = {name: stream.listen(Authorization=f"Api-Key {key.secret}") for name, key in keys.items()}
    revoke_key(keys["revoked"].key, acting_user=boss)
    ApiKey.objects.filter(name="expired").update(expires_at="2026-01-01T00:00:00Z")
    ApiKey.objects.filter(name="narrowed").update(scopes=[Scope.TICKETS_CREATE])
    start_work(ticket, acting_user=None)
    relay_events()
    assert lines["kept"].next_kinds(1) == [(ticket.reference, "ticket.started")]
    for name in ("revoked", "expired", "narrowed"):
        assert "data:" not in lines[name].rest()


def test_who_catches_up_is_looked_at_too(stream: Stream, category: Category, agent: User) -> None:
    """Three batches behind, and let go after the first."""
    ticket = hide(report_ticket(category))
    relay_events()
    publish_many(ticket, 1500)
    line = stream.listen("?after=0", Authorization=bearer(agent))
    first = line.next_events(1)
    be_deactivated(agent)
    rest = line.rest()
    assert first[0][2]["reference"] == ticket.reference
    assert len(ids_in(rest)) < 1500
    assert "you are not signed in any more" in rest


def publish_many(ticket: Ticket, count: int) -> None:
    """Events with positions, as the relay leaves them."""
    last = latest_position()
    TicketEvent.objects.bulk_create(
        TicketEvent(
            organisation_id=ticket.organisation_id,
            ticket=ticket,
            kind=EventKind.EDITED,
            visibility=Visibility.PUBLIC,
            ticket_version=ticket.version,
            department_id=ticket.department_id,
            changes={"description": ["", "x" * 20], "title": ["", "y" * 20]},
            position=last + number,
        )
        for number in range(1, count + 1)
    )


def test_what_happens_while_the_first_word_is_on_its_way_is_told(category: Category) -> None:
    ticket = report_ticket(category)
    relay_events()
    event = TicketEvent.objects.select_related("ticket").get(ticket=ticket, kind=EventKind.CREATED)

    async def second_text() -> bytes:
        hub = Hub(position=(event.position or 0) - 1)
        reader = Reader(Identity(VISITOR, AnonymousUser()), Wanted())
        texts = EventStream(hub, reader, None)._texts()
        assert await anext(texts) == b"retry: 2000\n\n"
        reader.offer(Published(event))
        hub.position = event.position
        return await anext(texts)

    told = f"id: {event.position}\nevent: ticket_created"
    assert run_alone(second_text()).startswith(told.encode())


def run_alone(coroutine: Coroutine[Any, Any, bytes]) -> bytes:
    """In a thread of its own: that of the tests may have a browser's event loop."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, coroutine).result()


def test_more_at_once_than_can_wait_does_not_end_who_still_catches_up(category: Category) -> None:
    """What was let go is read from the database, also where that had just seemed to be at its end."""
    ticket = report_ticket(category)
    relay_events()
    event = Published(TicketEvent.objects.select_related("ticket").get(ticket=ticket, kind=EventKind.CREATED))
    reader = Reader(Identity(VISITOR, AnonymousUser()), Wanted())
    asked: list[int] = []

    class BusyHub(Hub):
        async def ask_database(self, question: Any, *arguments: Any) -> Any:
            asked.append(arguments[0])
            if len(asked) == 1:
                for _more in range(LONGEST_QUEUE + 1):
                    reader.offer(event)
                return []
            return [event] if len(asked) == 2 else []

        async def look_at_rights(self, seconds: float) -> None:
            """They stay as they are."""

    async def everything_since() -> bytes:
        stream = EventStream(BusyHub(position=0), reader, after=0)
        return b"".join([published.text async for batch in stream._since(0) for published in batch])

    assert run_alone(everything_since()) == event.text
    assert (reader.ended, asked) == ("", [0, 0, event.position])
    # Who has caught up and then does not read is let go, and comes back.
    for _more in range(LONGEST_QUEUE + 1):
        reader.offer(event)
    assert reader.ended == "you read too slowly"


# Slow readers, and the end of the process


def test_who_does_not_read_is_dropped_and_keeps_nobody_waiting(stream: Stream, category: Category) -> None:
    ticket = report_ticket(category)
    relay_events()
    publish_many(ticket, 6000)
    quick = stream.listen("?after=0")
    with socket.socket() as stuck:
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stuck.connect(("127.0.0.1", stream.port))
        stuck.sendall(f"GET {PATH}?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert len(quick.next_events(latest_position())) == latest_position()
        wait_until(lambda: stream.readers() == 1)
        # Dropped by the kernel as well, and not only forgotten: what it kept, and then no more.
        assert received_by(stuck) < 200 * 6000


def received_by(stuck: socket.socket) -> int:
    """How many bytes come until the connection ends."""
    received = 0
    try:
        while part := stuck.recv(65536):
            received += len(part)
    except ConnectionResetError:
        pass
    return received


def test_a_process_with_few_places_says_so_beats_and_says_good_bye(category: Category) -> None:
    with running_stream(STREAM_HEARTBEAT_SECONDS="1", STREAM_READERS="2") as stream:
        waiting, other = stream.listen(f"?after=0&ticket={report_ticket(category).pk}"), stream.listen()
        third = stream.get()
        assert (third.status, third.problem()["code"]) == (503, "too_many_readers")
        assert third.response.getheader("Retry-After") == "30"

        # A heartbeat carries how far the feed was read, however little was for this reader.
        hide(report_ticket(category))
        relay_events()
        waiting.next_events(2)
        beats = ""
        while f"id: {latest_position()}\n: still here\n\n" not in beats:
            beats += waiting.response.readline().decode()
        assert "data:" not in beats

        assert stream.stop() == 0
        for line in (waiting, other):
            assert "this server is going down" in line.rest()


def test_a_database_that_was_set_back_is_followed_from_there(stream: Stream, category: Category) -> None:
    ticket = report_ticket(category)
    relay_events()
    publish_many(ticket, 50)
    stream.catch_up()
    old = stream.listen("?after=0")
    old.next_events(latest_position())
    TicketEvent.objects.filter(position__gt=10).delete()
    stream.catch_up()
    rest = old.rest()
    assert "the feed was set back" in rest
    line = stream.listen(Last_Event_ID="51")
    start_work(ticket, acting_user=None)
    relay_events()
    assert line.next_kinds(1) == [(ticket.reference, "ticket.started")]


def test_messages_of_the_reporter_are_for_participants(stream: Stream, category: Category) -> None:
    reporter, neighbour = UserFactory.create(), UserFactory.create()
    ticket = report_ticket(category, reporter=reporter)
    relay_events()
    asked = f"?ticket={ticket.pk}"
    own, other = (stream.listen(asked, Authorization=bearer(person)) for person in (reporter, neighbour))
    add_message(ticket, body="Any news?", acting_user=reporter)
    start_work(ticket, acting_user=None)
    relay_events()
    assert [kind for _reference, kind in own.next_kinds(2)] == ["ticket.message_added", "ticket.started"]
    assert [kind for _reference, kind in other.next_kinds(1)] == ["ticket.started"]
