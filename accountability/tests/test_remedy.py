"""The remedy: written once, by those who answer for the department."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accountability.actions.recording import hold_accountable
from accountability.actions.remedy import RemedyNeeded, RemedyWritten, write_remedy
from accountability.models import Breach
from accounts.enums import Role
from accounts.models import User
from common.errors import DomainError, InvalidInput, NotAllowed
from departments.tests.factories import DepartmentFactory, staff_member
from tickets.actions.expiry import expire_due_tickets
from tickets.enums import EventKind
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db
LIST = "/console/accountability/breach/"


@pytest.fixture
def breach() -> Breach:
    ticket = report_ticket(burst_pipe_category())
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        expire_due_tickets(acting_user=None)
    hold_accountable([ticket.events.get(kind=EventKind.EXPIRED).pk])
    return Breach.objects.get()


@pytest.fixture
def johan(breach: Breach) -> User:
    return staff_member(breach.department, role=Role.DEPARTMENT_ADMIN, full_name="Johan Nkosi")


def as_it_is(breach: Breach) -> dict[str, Any]:
    return dict(Breach.objects.values().get(pk=breach.pk))


def test_a_department_admin_writes_the_remedy(breach: Breach, johan: User) -> None:
    write_remedy(breach, note="  Second team on standby from Monday ", acting_user=johan)
    breach.refresh_from_db()
    assert (breach.remedy_note, breach.remedied_by) == ("Second team on standby from Monday", johan)
    assert breach.remedied_at is not None


def test_the_remedy_is_written_once(breach: Breach, johan: User) -> None:
    write_remedy(breach, note="Second team", acting_user=johan)
    before = as_it_is(breach)
    with pytest.raises(RemedyWritten):
        write_remedy(breach, note="Third team", acting_user=johan)
    assert as_it_is(breach) == before


@pytest.mark.parametrize(
    ("note", "refusal"),
    [("", RemedyNeeded), ("   ", RemedyNeeded), ("x" * 2001, InvalidInput), ("a\x00b", InvalidInput)],
)
def test_nonsense_is_refused(breach: Breach, johan: User, note: str, refusal: type[DomainError]) -> None:
    before = as_it_is(breach)
    with pytest.raises(refusal):
        write_remedy(breach, note=note, acting_user=johan)
    assert as_it_is(breach) == before


def test_only_who_answers_for_the_department_writes_it(breach: Breach) -> None:
    other = DepartmentFactory.create(organisation=breach.organisation)
    strangers = [
        staff_member(breach.department, role=Role.AGENT),
        staff_member(other, role=Role.DEPARTMENT_ADMIN),
        staff_member(burst_pipe_category().department, role=Role.ORGANISATION_ADMIN),
        breach.ticket.reporter,
    ]
    before = as_it_is(breach)
    for person in strangers:
        with pytest.raises(NotAllowed):
            write_remedy(breach, note="Nothing to see here", acting_user=person)
    assert as_it_is(breach) == before


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page_of(breach: Breach) -> str:
    return reverse("admin:accountability_breach_change", args=[breach.pk])


def test_the_console_shows_the_breach_and_takes_the_remedy(breach: Breach, johan: User) -> None:
    client = signed_in(johan)
    assert breach.ticket.reference in client.get(LIST).content.decode()
    shown = client.get(page_of(breach)).content.decode()
    assert f"{breach.department.name}: 24.0 working hours" in shown
    answer = client.post(page_of(breach), {"remedy_note": "Second team on standby from Monday"})
    assert answer.status_code == 302
    breach.refresh_from_db()
    assert (breach.remedy_note, breach.remedied_by) == ("Second team on standby from Monday", johan)
    shown = client.get(page_of(breach)).content.decode()
    assert "Second team on standby from Monday" in shown
    assert "Johan Nkosi" in shown
    assert client.get(f"{LIST}?remedy=missing").status_code == 200


def test_the_console_refuses_an_empty_remedy_and_changes_nothing(breach: Breach, johan: User) -> None:
    before = as_it_is(breach)
    answer = signed_in(johan).post(page_of(breach), {"remedy_note": "  "}, follow=True)
    assert "Write down what the department does about it." in answer.content.decode()
    assert as_it_is(breach) == before


def test_an_agent_reads_the_breach_and_cannot_write(breach: Breach) -> None:
    client = signed_in(staff_member(breach.department))
    assert client.get(page_of(breach)).status_code == 200
    before = as_it_is(breach)
    assert client.post(page_of(breach), {"remedy_note": "Mine"}).status_code == 403
    assert as_it_is(breach) == before


def test_another_departments_breach_does_not_exist(breach: Breach) -> None:
    other = DepartmentFactory.create(organisation=breach.organisation)
    for stranger in (staff_member(other), staff_member(burst_pipe_category().department)):
        client = signed_in(stranger)
        assert breach.ticket.reference not in client.get(LIST).content.decode()
        assert client.get(page_of(breach)).status_code == 404


def test_the_points_ledger_is_read_only(breach: Breach, johan: User) -> None:
    client = signed_in(johan)
    shown = client.get("/console/accountability/pointsentry/").content.decode()
    assert "Promise missed" in shown
    assert client.get("/console/accountability/pointsentry/add/").status_code == 403
