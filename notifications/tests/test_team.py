"""Every update of a project's ticket is mailed once to all who work on it, but not to who made it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from accounts.enums import Role
from accounts.models import User
from accounts.tests.factories import MembershipFactory, OrganisationFactory
from departments.enums import Priority
from departments.models import Department
from departments.tests.factories import CategoryFactory, DepartmentFactory
from notifications.actions.deliver import deliver, deliver_due
from notifications.actions.route import route_event
from notifications.enums import NotificationState
from notifications.models import Notification
from notifications.tests.factories import release
from tests.inboxes import Inbox
from tickets.actions.assignment import override_assignment
from tickets.actions.conversation import add_message, add_note
from tickets.actions.editing import Corrections, change_assignees, edit_ticket
from tickets.actions.intake import Report, Reporter, create_ticket
from tickets.actions.lifecycle import (
    complete_ticket,
    reopen_ticket,
    resolve_ticket,
    respond,
    start_work,
    withdraw_ticket,
)
from tickets.actions.movement import change_priority, transfer_ticket
from tickets.actions.planning import plan_ticket
from tickets.actions.updating import Wanted, update_ticket
from tickets.enums import Source, Status
from tickets.models import Project, Ticket, TicketEvent

pytestmark = pytest.mark.django_db


@dataclass
class Team:
    """Three people on a ticket: Max leads, Dave and Yaris help; Kim is a colleague."""

    max: User
    dave: User
    yaris: User
    kim: User
    ticket: Ticket
    launch: Project
    hosting: Department

    @property
    def everybody(self) -> set[User]:
        return {self.max, self.dave, self.yaris}


@pytest.fixture
def team() -> Team:
    company = OrganisationFactory.create(public_reports=False, verification_required=False)

    def colleague(name: str) -> User:
        member = MembershipFactory.create(organisation=company, role=Role.ORGANISATION_ADMIN)
        User.objects.filter(pk=member.user_id).update(full_name=name)
        return User.objects.get(pk=member.user_id)

    lead, dave, yaris, kim = map(colleague, ("Max", "Dave", "Yaris", "Kim"))
    project = Project.objects.create(organisation=company, name="Website")
    ticket = create_ticket(
        company,
        Report(title="Fix the database", project=project, lead=lead, assignees=[dave, yaris]),
        reporter=Reporter(),
        source=Source.API,
        acting_user=lead,
    )
    launch = Project.objects.create(organisation=company, name="Launch")
    return Team(
        lead, dave, yaris, kim, ticket, launch, DepartmentFactory.create(organisation=company, name="Hosting")
    )


def told_about(ticket: Ticket, act: Callable[[], Any]) -> list[Notification]:
    """What the events of an action lead to, sent over real SMTP."""
    before = set(ticket.events.values_list("pk", flat=True))
    act()
    for event in TicketEvent.objects.filter(ticket=ticket).exclude(pk__in=before).order_by("pk"):
        for key in route_event(event.pk):
            assert deliver(key) == NotificationState.ACCEPTED
    release()
    return list(Notification.objects.order_by("pk"))


def text_to(mailbox: Inbox, person: User) -> str:
    (mail,) = mailbox.to(str(person.email))
    return mail.text


UPDATES: dict[str, tuple[Callable[[Team, User], Any], list[str]]] = {
    "a new title": (
        lambda team, actor: edit_ticket(team.ticket, Corrections(title="Fix it now"), acting_user=actor),
        ["Title: Fix the database → Fix it now"],
    ),
    "a description and tags": (
        lambda team, actor: edit_ticket(
            team.ticket, Corrections(description="It is down.", tags=["db"]), acting_user=actor
        ),
        ["Description: none → It is down.", "Tags: none → db"],
    ),
    "work begins": (
        lambda team, actor: start_work(team.ticket, acting_user=actor),
        ["Status: open → in progress"],
    ),
    "another priority": (
        lambda team, actor: change_priority(
            team.ticket, priority=Priority.URGENT, reason="It is down.", acting_user=actor
        ),
        ["Priority: medium → urgent", "It is down."],
    ),
    "another project": (
        lambda team, actor: plan_ticket(team.ticket, project=team.launch, acting_user=actor),
        ["Project: Website → Launch"],
    ),
    "a department": (
        lambda team, actor: transfer_ticket(
            team.ticket, department=team.hosting, reason="Theirs.", acting_user=actor
        ),
        ["Department: none → Hosting", "Theirs."],
    ),
    "a message": (
        lambda team, actor: add_message(team.ticket, body="Tonight at ten.", acting_user=actor),
        ["Tonight at ten."],
    ),
    "a note": (
        lambda team, actor: add_note(team.ticket, body="The backup is old.", acting_user=actor),
        ["The backup is old."],
    ),
    "an answer": (
        lambda team, actor: respond(team.ticket, message="Which table?", acting_user=actor),
        ["Status: open → responded", "Which table?"],
    ),
    "resolved": (
        lambda team, actor: resolve_ticket(team.ticket, note="Restarted.", acting_user=actor),
        ["Status: open → closed", "Restarted."],
    ),
    "closed": (
        lambda team, actor: complete_ticket(team.ticket, acting_user=actor),
        ["Status: open → closed", "Outcome: none → completed"],
    ),
    "withdrawn": (
        lambda team, actor: withdraw_ticket(team.ticket, acting_user=actor),
        ["Outcome: none → withdrawn"],
    ),
    "three things at once": (
        lambda team, actor: update_ticket(
            team.ticket,
            Wanted(
                corrections=Corrections(title="Fix it now"),
                status=Status.IN_PROGRESS,
                priority=Priority.HIGH,
            ),
            acting_user=actor,
        ),
        ["Title: Fix the database → Fix it now", "Status: open → in progress", "Priority: medium → high"],
    ),
}


@pytest.mark.parametrize("case", UPDATES.values(), ids=UPDATES.keys())
@pytest.mark.parametrize("actor", ["max", "dave", "kim"])
def test_an_update_is_mailed_once_to_everybody_on_it_but_the_actor(
    team: Team, mailbox: Inbox, case: tuple[Callable[[Team, User], Any], list[str]], actor: str
) -> None:
    act, lines = case
    who = getattr(team, actor)
    # A transfer takes the ticket from its lead.
    leads = act is not UPDATES["a department"][0]
    told_about(team.ticket, lambda: act(team, who))

    expected = team.everybody - {who} - (set() if leads else {team.max})
    assert sorted(mail.recipients[0] for mail in mailbox.messages()) == sorted(str(p.email) for p in expected)
    for person in expected:
        text = text_to(mailbox, person)
        assert [line for line in lines if line not in text] == []
        assert f"Current assignees: {'Max, ' if leads else ''}Dave, Yaris." in text


def test_who_comes_and_who_goes_is_said_by_name(team: Team, mailbox: Inbox) -> None:
    told_about(
        team.ticket, lambda: change_assignees(team.ticket, [team.dave, team.kim], acting_user=team.max)
    )
    text = text_to(mailbox, team.kim)
    assert "Added: Kim." in text
    assert "Removed: Yaris." in text
    assert "Current assignees: Max, Dave, Kim." in text
    assert text_to(mailbox, team.dave) == text
    assert mailbox.to(str(team.max.email)) == mailbox.to(str(team.yaris.email)) == []


def test_a_new_lead_is_told_with_what_else_changed(team: Team, mailbox: Inbox) -> None:
    def act() -> None:
        wanted = Wanted(corrections=Corrections(title="Fix it now"), lead=team.kim)
        update_ticket(team.ticket, wanted, acting_user=team.dave)

    told_about(team.ticket, act)
    text = text_to(mailbox, team.kim)
    assert "decided that you work on this ticket" in text
    assert "Title: Fix the database → Fix it now" in text
    assert "Current assignees: Kim, Dave, Yaris." in text
    assert "Assignee: Max → Kim" in text_to(mailbox, team.yaris)


def test_a_mail_server_that_is_down_delays_the_mail_and_is_seen(team: Team, mailbox: Inbox) -> None:
    start_work(team.ticket, acting_user=team.max)
    event = team.ticket.events.order_by("-pk")[0]
    route_event(event.pk)
    with mailbox.refusing():
        assert release() == 0
    waiting = Notification.objects.filter(event=event)
    assert {row.state for row in waiting} == {NotificationState.QUEUED}
    assert [(row.attempts, row.last_error != "", row.next_attempt_at is not None) for row in waiting] == [
        (1, True, True),
        (1, True, True),
    ]
    assert mailbox.messages() == []

    waiting.update(next_attempt_at=event.occurred_at)
    assert deliver_due() == 2
    assert {row.state for row in Notification.objects.filter(event=event)} == {NotificationState.ACCEPTED}
    assert len(mailbox.messages()) == 2


def test_a_ticket_without_a_project_is_no_teams_business(team: Team, mailbox: Inbox) -> None:
    category = CategoryFactory.create(department=team.hosting)
    ticket = create_ticket(
        category.organisation,
        Report(title="Printer", category=category, assignees=[team.dave]),
        reporter=Reporter(),
        source=Source.API,
        acting_user=team.max,
    )
    told_about(ticket, lambda: start_work(ticket, acting_user=team.max))
    assert mailbox.to(str(team.dave.email)) == []


def test_a_lead_who_is_chosen_again_is_told_once(team: Team, mailbox: Inbox) -> None:
    told_about(
        team.ticket,
        lambda: override_assignment(
            team.ticket, assignee=team.max, reason="You know it.", acting_user=team.kim
        ),
    )
    assert len(mailbox.to(str(team.max.email))) == 1


def test_a_ticket_that_was_closed_is_told_as_reopened(team: Team, mailbox: Inbox) -> None:
    complete_ticket(team.ticket, acting_user=team.kim)
    told_about(team.ticket, lambda: reopen_ticket(team.ticket, reason="It is back.", acting_user=team.kim))
    text = text_to(mailbox, team.max)
    assert "Status: closed → in progress" in text
    assert "It is back." in text
