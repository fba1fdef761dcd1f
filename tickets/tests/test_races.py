"""Two at once: one wins, the others are told, and the books agree afterwards. With real connections."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.actions.people import change_membership
from accounts.contacts import Contact, ContactKind
from accounts.enums import Role
from accounts.models import Membership, User
from accounts.tests.factories import UserFactory
from departments.models import Category, DepartmentMember
from departments.tests.factories import DepartmentFactory, staff_member
from tickets.actions.assignment import override_assignment, pick_ticket, set_availability
from tickets.actions.conversation import add_message
from tickets.actions.draining import drain_queue
from tickets.actions.expiry import expire_due_tickets
from tickets.actions.handing_on import hand_on_tickets, release_tickets_of_who_left
from tickets.actions.intake import Report, Reporter, create_ticket
from tickets.actions.lifecycle import resolve_ticket, respond
from tickets.actions.movement import transfer_ticket
from tickets.actions.support import (
    Visitor,
    support_as_visitor,
    support_ticket,
    withdraw_visitor_support,
)
from tickets.actions.sweeps import close_unanswered_tickets, drain_all_queues
from tickets.actions.verification import CodeUsedUp, WrongCode, verify_resolution
from tickets.enums import EventKind, Outcome, Source, Status
from tickets.models import Ticket, TicketEvent
from tickets.tests.factories import burst_pipe_category, report_ticket
from tickets.tests.proof import assert_books_agree
from tickets.tests.together import all_at_once, refusals
from tickets.verification import code_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def category() -> Category:
    return burst_pipe_category()


def agents(category: Category, number: int, *, capacity: int = 50) -> list[User]:
    return [staff_member(category.department, capacity=capacity) for _agent in range(number)]


def events(ticket: Ticket, kind: EventKind) -> int:
    return ticket.events.filter(kind=kind).count()


def fresh(user: User) -> User:
    """The same person as another request would have them."""
    return User.objects.get(pk=user.pk)


def test_of_eight_who_resolve_one_ticket_one_does(category: Category) -> None:
    (agent,) = agents(category, 1)
    ticket = report_ticket(category)
    answers = all_at_once(
        [partial(resolve_ticket, ticket, note="Done.", acting_user=fresh(agent)) for _try in range(8)]
    )
    assert refusals(answers) == ["transition_not_allowed"] * 7
    assert (events(ticket, EventKind.RESOLVED), ticket.verifications.count()) == (1, 1)
    assert_books_agree()


def test_of_twenty_who_pick_one_ticket_one_has_it_and_the_others_hear_who(category: Category) -> None:
    category.department.strategy = "manual"
    category.department.save(update_fields=["strategy"])
    team = agents(category, 20)
    ticket = report_ticket(category)
    answers = all_at_once([partial(pick_ticket, ticket, acting_user=fresh(agent)) for agent in team])
    assert refusals(answers) == ["already_picked"] * 19
    winner = Ticket.objects.get(pk=ticket.pk).assignee
    assert winner is not None
    heard = {answer.message for answer in answers if not isinstance(answer, Ticket)}
    assert heard == {f"{winner.get_full_name()} has picked this ticket."}
    assert events(ticket, EventKind.PICKED) == 1
    assert_books_agree()


def test_one_agent_does_not_pick_more_than_they_can_take_by_being_quick(category: Category) -> None:
    category.department.strategy = "manual"
    category.department.save(update_fields=["strategy"])
    (agent,) = agents(category, 1, capacity=3)
    tickets = [report_ticket(category) for _ticket in range(8)]
    answers = all_at_once([partial(pick_ticket, ticket, acting_user=fresh(agent)) for ticket in tickets])
    assert refusals(answers) == ["capacity_reached"] * 5
    assert_books_agree()


def intake(category: Category, person: User, number: int) -> Ticket:
    return create_ticket(
        category.organisation,
        Report(title=f"Leak {number}", category=Category.objects.get(pk=category.pk)),
        reporter=Reporter(user=person),
        source=Source.WEB,
        acting_user=person,
    )


def test_thirty_reports_at_once_fill_nobody_beyond_their_capacity_and_lose_none(category: Category) -> None:
    agents(category, 5, capacity=4)
    people = UserFactory.create_batch(30)
    answers = all_at_once([partial(intake, category, person, n) for n, person in enumerate(people)])
    assert refusals(answers) == []
    assert len({ticket.reference for ticket in answers}) == 30
    # Whoever had to wait too long for a load row queued; draining gives these out.
    drain_queue(category.department, acting_user=None)
    loads = sorted(DepartmentMember.objects.values_list("open_tickets", flat=True))
    assert loads == [4] * 5
    assert Ticket.objects.filter(assignee__isnull=False).count() == 20
    assert Ticket.objects.filter(queued_at__isnull=False).count() == 10
    assert TicketEvent.objects.filter(kind=EventKind.ASSIGNED).count() == 20
    assert_books_agree()


def test_an_external_reference_is_taken_once_however_many_bring_it(category: Category) -> None:
    report = Report(title="Leak", category=category, external_ref="ERP-1")

    def bring() -> Ticket:
        return create_ticket(
            category.organisation, report, reporter=Reporter(), source=Source.API, acting_user=None
        )

    answers = all_at_once([bring] * 8)
    assert refusals(answers) == ["external_ref_taken"] * 7
    assert Ticket.objects.count() == 1
    assert_books_agree()


def test_ten_people_at_once_are_ten_supporters_and_one_person_ten_times_is_one(category: Category) -> None:
    ticket, other = report_ticket(category), report_ticket(category)
    people = UserFactory.create_batch(10)
    all_at_once([partial(support_ticket, ticket, acting_user=person) for person in people])
    all_at_once([partial(support_ticket, other, acting_user=people[0]) for _click in range(10)])
    counts = [Ticket.objects.get(pk=one.pk).support_count for one in (ticket, other)]
    assert counts == [10, 1] == [ticket.supports.count(), other.supports.count()]
    assert (events(ticket, EventKind.SUPPORTED), events(other, EventKind.SUPPORTED)) == (10, 1)
    assert_books_agree()


def test_one_number_ten_times_at_once_is_one_supporter(category: Category) -> None:
    ticket = report_ticket(category)
    visitor = Visitor(Contact(ContactKind.PHONE, "+27821234567"), is_confirmed=True)
    said = all_at_once(
        [partial(support_as_visitor, ticket, visitor, acting_user=AnonymousUser()) for _click in range(10)]
    )
    assert len({support.pk for support in said}) == 1
    assert (Ticket.objects.get().support_count, events(ticket, EventKind.SUPPORTED)) == (1, 1)
    taken_back = [partial(withdraw_visitor_support, said[0], acting_user=AnonymousUser())] * 10
    all_at_once(taken_back)
    assert (Ticket.objects.get().support_count, events(ticket, EventKind.SUPPORT_WITHDRAWN)) == (0, 1)
    assert_books_agree()


def test_sweeps_that_run_at_once_say_everything_once(category: Category) -> None:
    agents(category, 1)
    tickets = [report_ticket(category) for _ticket in range(12)]
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        touched = all_at_once([partial(expire_due_tickets, acting_user=None) for _sweep in range(4)])
    expire_due_tickets(acting_user=None)
    assert sum(touched) == 12
    assert [events(ticket, EventKind.EXPIRED) for ticket in tickets] == [1] * 12
    assert_books_agree()


def test_a_ticket_expires_once_when_the_work_comes_with_the_sweep(category: Category) -> None:
    (agent,) = agents(category, 1)
    ticket = report_ticket(category)
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        all_at_once(
            [partial(expire_due_tickets, acting_user=None)] * 2
            + [partial(resolve_ticket, ticket, note="Done.", acting_user=fresh(agent))]
        )
    assert (events(ticket, EventKind.EXPIRED), events(ticket, EventKind.RESOLVED)) == (1, 1)
    assert_books_agree()


def test_a_reply_in_the_last_second_and_the_closing_sweep_do_not_both_win(category: Category) -> None:
    agents(category, 1)
    tickets = [report_ticket(category) for _ticket in range(6)]
    for ticket in tickets:
        respond(ticket, message="Where?", acting_user=None)
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        answers = all_at_once(
            [partial(close_unanswered_tickets, acting_user=None)] * 2
            + [partial(add_message, ticket, body="Here.", acting_user=ticket.reporter) for ticket in tickets]
        )
    assert refusals(answers) == []
    for ticket in Ticket.objects.filter(pk__in=[ticket.pk for ticket in tickets]):
        # Replied in time, or closed and followed up: the words are never lost.
        followed = ticket.follow_ups.count()
        assert (ticket.status, followed) in {(Status.IN_PROGRESS, 0), (Status.CLOSED, 1)}
    assert_books_agree()


def test_closing_reporting_and_draining_at_once_forget_nobody(category: Category) -> None:
    agents(category, 3, capacity=2)
    old = [report_ticket(category) for _ticket in range(9)]
    held = [ticket for ticket in old if Ticket.objects.get(pk=ticket.pk).assignee_id]
    people = UserFactory.create_batch(5)
    answers = all_at_once(
        [partial(resolve_ticket, ticket, note="Done.", acting_user=None) for ticket in held]
        + [partial(intake, category, person, n) for n, person in enumerate(people)]
        + [partial(drain_queue, category.department, acting_user=None)] * 2
        + [partial(drain_all_queues, acting_user=None)]
    )
    assert (len(held), refusals(answers)) == (6, [])
    drain_queue(category.department, acting_user=None)
    loads = sorted(DepartmentMember.objects.values_list("open_tickets", flat=True))
    assert loads == [2, 2, 2]
    assert Ticket.objects.filter(queued_at__isnull=False).count() == 2
    assert_books_agree()


def test_overrides_in_opposite_directions_do_not_wait_for_each_other_for_ever(category: Category) -> None:
    one, other = agents(category, 2)
    tickets = [report_ticket(category) for _ticket in range(8)]
    for _round in range(3):
        answers = all_at_once(
            [
                partial(override_assignment, ticket, assignee=person, reason="Swap.", acting_user=None)
                for number, ticket in enumerate(tickets)
                for person in [(one, other)[(number + _round) % 2]]
            ]
        )
        assert refusals(answers) == []
    assert_books_agree()


def test_transfers_in_opposite_directions_do_not_wait_for_each_other_for_ever(category: Category) -> None:
    other = DepartmentFactory.create(organisation=category.organisation)
    agents(category, 1)
    staff_member(other, capacity=50)
    tickets = [report_ticket(category) for _ticket in range(8)]
    for ticket in tickets[::2]:
        transfer_ticket(ticket, department=other, reason="Theirs.", acting_user=None)
    answers = all_at_once(
        [
            partial(
                transfer_ticket,
                ticket,
                department=(category.department, other)[number % 2],
                reason="Back.",
                acting_user=None,
            )
            for number, ticket in enumerate(tickets)
        ]
    )
    assert refusals(answers) == []
    drain_all_queues(acting_user=None)
    assert Ticket.objects.filter(assignee__isnull=True).count() == 0
    assert_books_agree()


def test_a_ticket_that_was_moved_while_one_waited_for_it_is_whole(category: Category) -> None:
    other = DepartmentFactory.create(organisation=category.organisation)
    agents(category, 1)
    staff_member(other, capacity=50)
    ticket = report_ticket(category)
    places = (other, category.department)
    answers = all_at_once(
        [
            partial(transfer_ticket, ticket, department=places[n % 2], reason="Theirs.", acting_user=None)
            for n in range(8)
        ]
    )
    assert set(refusals(answers)) <= {"same_department"}
    for event in ticket.events.filter(kind=EventKind.TRANSFERRED):
        assert {event.data["from"], event.data["to"]} == {place.name for place in places}
    drain_all_queues(acting_user=None)
    assert_books_agree()


def test_the_right_code_from_eight_phones_closes_once(category: Category) -> None:
    agents(category, 1)
    ticket = resolve_ticket(report_ticket(category), note="Done.", acting_user=None)
    code = code_for(ticket.verifications.get())
    answers = all_at_once([partial(verify_resolution, ticket, code=code, acting_user=None)] * 8)
    assert len(refusals(answers)) == 7
    assert set(refusals(answers)) <= {"transition_not_allowed", "nothing_to_verify"}
    assert events(ticket, EventKind.VERIFIED) == 1
    assert Ticket.objects.get(pk=ticket.pk).outcome == Outcome.VERIFIED
    assert_books_agree()


def test_guessing_at_once_gives_no_more_tries_than_guessing_in_turn(category: Category) -> None:
    ticket = resolve_ticket(report_ticket(category), note="Done.", acting_user=None)
    wrong = f"{(int(code_for(ticket.verifications.get())) + 1) % 1_000_000:06}"
    answers = all_at_once([partial(verify_resolution, ticket, code=wrong, acting_user=None)] * 12)
    assert sorted(refusals(answers)) == [CodeUsedUp.code] * 7 + [WrongCode.code] * 5
    assert ticket.verifications.get().attempts == 5


def test_words_from_two_phones_after_closing_open_one_follow_up(category: Category) -> None:
    agents(category, 1)
    ticket = resolve_ticket(report_ticket(category), note="Done.", acting_user=None)
    verify_resolution(ticket, code=code_for(ticket.verifications.get()), acting_user=None)
    answers = all_at_once([partial(add_message, ticket, body="Again.", acting_user=ticket.reporter)] * 5)
    assert refusals(answers) == []
    assert (ticket.follow_ups.count(), ticket.follow_ups.get().messages.count()) == (1, 5)
    assert_books_agree()


def test_coming_and_going_at_once_leaves_a_load_that_is_right(category: Category) -> None:
    team = agents(category, 2, capacity=3)
    tickets = [report_ticket(category) for _ticket in range(8)]
    members = list(DepartmentMember.objects.filter(user__in=team))
    all_at_once(
        [
            partial(set_availability, member, is_available=here, acting_user=None)
            for member in members
            for here in (False, True)
        ]
        + [partial(drain_queue, category.department, acting_user=None)] * 3
        + [partial(pick_ticket, tickets[-1], acting_user=fresh(agent)) for agent in team]
    )
    assert max(DepartmentMember.objects.values_list("open_tickets", flat=True)) <= 3
    assert_books_agree()


def test_fifty_reports_and_picks_over_twenty_agents_lose_and_double_nothing(category: Category) -> None:
    team = agents(category, 20, capacity=3)
    DepartmentMember.objects.update(is_available=False)
    waiting = [report_ticket(category) for _ticket in range(25)]
    DepartmentMember.objects.update(is_available=True)
    people = UserFactory.create_batch(25)
    answers = all_at_once(
        [partial(intake, category, person, n) for n, person in enumerate(people)]
        + [partial(pick_ticket, ticket, acting_user=fresh(team[n % 20])) for n, ticket in enumerate(waiting)]
    )
    assert set(refusals(answers)) <= {"already_picked", "capacity_reached"}
    drain_all_queues(acting_user=None)
    assert Ticket.objects.filter(assignee__isnull=False, queued_at__isnull=True).count() == 50
    assert max(DepartmentMember.objects.values_list("open_tickets", flat=True)) <= 3
    given = TicketEvent.objects.filter(kind__in=[EventKind.ASSIGNED, EventKind.PICKED])
    assert given.count() == given.values("ticket").distinct().count() == 50
    assert_books_agree()


def test_coming_going_draining_moving_and_leaving_at_once_keep_the_books(category: Category) -> None:
    other = DepartmentFactory.create(organisation=category.organisation)
    team = agents(category, 6, capacity=4) + [staff_member(other, capacity=4) for _agent in range(6)]
    tickets = [report_ticket(category) for _ticket in range(16)]
    members = list(DepartmentMember.objects.order_by("pk"))
    places = (other, category.department)
    gone = Membership.objects.get(user=team[0])
    boss = staff_member(category.department, role=Role.ORGANISATION_ADMIN)
    calls: list[Callable[[], object]] = [
        partial(set_availability, member, is_available=n % 3 != 0, acting_user=None)
        for n, member in enumerate(members)
    ]
    calls += [
        partial(transfer_ticket, ticket, department=places[n % 2], reason="Theirs.", acting_user=None)
        for n, ticket in enumerate(tickets * 2)
    ]
    calls += [partial(drain_queue, place, acting_user=None) for place in places * 3]
    calls += [partial(pick_ticket, tickets[n], acting_user=fresh(agent)) for n, agent in enumerate(team)]
    calls += [
        partial(hand_on_tickets, agent, organisation=category.organisation, reason="Sick.", acting_user=None)
        for agent in team[1:4]
    ]
    calls += [partial(change_membership, gone, role=Role.AGENT, is_active=False, acting_user=boss)]
    answers = all_at_once(calls)
    expected = {"already_picked", "capacity_reached", "same_department", "not_a_member", "not_allowed"}
    assert set(refusals(answers)) <= expected | {"not_found"}
    drain_all_queues(acting_user=None)
    release_tickets_of_who_left(acting_user=None)
    assert Ticket.objects.filter(assignee=team[0]).count() == 0
    assert all(member.open_tickets <= member.capacity for member in DepartmentMember.objects.all())
    assert_books_agree()


def test_an_override_that_waits_for_somebody_who_is_leaving_is_refused_or_taken_back(
    category: Category,
) -> None:
    team = agents(category, 2)
    tickets = [report_ticket(category) for _ticket in range(6)]
    gone = Membership.objects.get(user=team[0])
    boss = staff_member(category.department, role=Role.ORGANISATION_ADMIN)
    calls: list[Callable[[], object]] = [
        partial(override_assignment, ticket, assignee=team[0], reason="Knows it.", acting_user=None)
        for ticket in tickets
    ]
    calls.append(partial(change_membership, gone, role=Role.AGENT, is_active=False, acting_user=boss))
    answers = all_at_once(calls)
    assert set(refusals(answers)) <= {"not_a_member"}
    release_tickets_of_who_left(acting_user=None)
    assert Ticket.objects.filter(assignee=team[0]).count() == 0
    assert_books_agree()
