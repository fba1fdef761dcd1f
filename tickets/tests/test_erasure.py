"""What becomes of tickets when their people leave."""

from __future__ import annotations

import pytest

from accounts.actions.deletion import delete_account, export_own_data
from accounts.models import User
from accounts.tests.factories import PASSWORD, OrganisationFactory, UserFactory
from tickets.actions.erasure import OpenWork
from tickets.actions.intake import Report, Reporter, create_ticket
from tickets.actions.support import support_ticket
from tickets.enums import Source
from tickets.models import Support, Ticket
from tickets.tests.factories import burst_pipe_category

pytestmark = pytest.mark.django_db


@pytest.fixture
def thandi() -> User:
    return UserFactory.create(email="thandi@example.org", password=PASSWORD, phone="+27821234567")


def report(reporter: User) -> Ticket:
    category = burst_pipe_category(OrganisationFactory.create())
    return create_ticket(
        category.department.organisation,
        Report(title="Burst pipe", category=category),
        reporter=Reporter(user=reporter),
        source=Source.WEB,
        acting_user=reporter,
    )


def test_a_ticket_stays_without_its_reporter(thandi: User) -> None:
    ticket = report(thandi)
    Ticket.objects.filter(pk=ticket.pk).update(reporter_email="thandi@example.org", reporter_name="Thandi")

    delete_account(thandi, password=PASSWORD, acting_user=thandi)

    ticket.refresh_from_db()
    assert (ticket.title, ticket.status) == ("Burst pipe", "open")
    assert (ticket.reporter, ticket.reporter_name) == (None, "")
    assert (ticket.reporter_email, ticket.reporter_phone) == ("", "")
    assert [event.on_behalf_of for event in ticket.events.all()] == [""] * ticket.events.count()


def test_supports_are_taken_back(thandi: User) -> None:
    ticket = report(UserFactory.create())
    Ticket.objects.filter(pk=ticket.pk).update(is_public=True)
    for person in (thandi, UserFactory.create()):
        support_ticket(ticket, acting_user=person)
    before = Ticket.objects.get(pk=ticket.pk).support_count

    delete_account(thandi, password=PASSWORD, acting_user=thandi)

    ticket.refresh_from_db()
    assert (ticket.support_count, Support.objects.count()) == (before - 1, 1)


def test_who_has_work_to_do_hands_it_over_first(thandi: User) -> None:
    ticket = report(UserFactory.create())
    Ticket.objects.filter(pk=ticket.pk).update(assignee=thandi, queued_at=None)

    with pytest.raises(OpenWork):
        delete_account(thandi, password=PASSWORD, acting_user=thandi)

    thandi.refresh_from_db()
    assert (thandi.is_active, thandi.email) == (True, "thandi@example.org")


def test_the_download_holds_tickets_and_supports_of_the_person_alone(thandi: User) -> None:
    own = report(thandi)
    other = report(UserFactory.create())
    Ticket.objects.filter(pk=other.pk).update(is_public=True)
    support_ticket(other, acting_user=thandi)

    data = export_own_data(thandi)["tickets"]

    assert [found["reference"] for found in data["reported"]] == [own.reference]
    assert [found["ticket"] for found in data["supports"]] == [other.reference]
    assert (data["messages"], data["files"]) == ([], [])
