"""The remedy: written once, by those who answer for the department."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accountability.actions.remedy import RemedyNeeded, RemedyWritten, write_remedy
from accountability.models import Breach
from accountability.rules import REMEDY_WITHIN
from accounts.enums import Role
from accounts.models import User
from common.errors import DomainError, InvalidInput, NotAllowed
from departments.tests.factories import DepartmentFactory, staff_member
from tickets.tests.factories import burst_pipe_category

pytestmark = pytest.mark.django_db
LIST = "/console/accountability/breach/"


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
    assert breach.department.name in shown
    assert "24 h · 100%" in shown
    answer = client.post(page_of(breach), {"remedy_note": "Second team on standby from Monday"})
    assert answer.status_code == 302
    breach.refresh_from_db()
    assert (breach.remedy_note, breach.remedied_by) == ("Second team on standby from Monday", johan)
    shown = client.get(page_of(breach)).content.decode()
    assert "Second team on standby from Monday" in shown
    assert "Johan Nkosi" in shown


def test_the_console_refuses_an_empty_remedy_and_changes_nothing(breach: Breach, johan: User) -> None:
    before = as_it_is(breach)
    answer = signed_in(johan).post(page_of(breach), {"remedy_note": "  "})
    assert answer.status_code == 409
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


def test_the_console_keeps_what_was_typed_into_a_refused_remedy(breach: Breach, johan: User) -> None:
    client = signed_in(johan)
    write_remedy(breach, note="Second team", acting_user=johan)
    before = as_it_is(breach)
    answer = client.post(page_of(breach), {"remedy_note": "Third team"})
    assert (answer.status_code, as_it_is(breach)) == (409, before)
    assert "What is on record stays on record." in answer.content.decode()
    assert client.post(page_of(breach), {"remedy_note": "bell\x07"}).status_code == 409
    assert as_it_is(breach) == before


def test_the_split_names_departments_and_agents_and_flags_who_is_accountable(
    breach: Breach, johan: User
) -> None:
    other = DepartmentFactory.create(organisation=breach.organisation, name="Roads")
    Breach.objects.filter(pk=breach.pk).update(
        assignee=johan,
        custody_split=[
            {"department": str(other.pk), "name": "Roads", "seconds": 5400, "share": 25, "agents": []},
            {
                "department": str(breach.department_id),
                "name": breach.department.name,
                "seconds": 16200,
                "share": 75,
                "agents": [{"agent": str(johan.pk), "seconds": 12600}, {"agent": None, "seconds": 3600}],
            },
        ],
    )
    answer = signed_in(johan).get(page_of(breach))
    parts = [
        (part.name, part.starts, part.share, part.is_accountable, held)
        for part, held, _people in answer.context["parts"]
    ]
    assert parts == [
        ("Roads", 0, 25, False, "1 h 30 min"),
        (breach.department.name, 25, 75, True, "4 h 30 min"),
    ]
    people = [(row.name, row.is_accountable, held) for row, held in answer.context["parts"][1][2]]
    assert people == [("Johan Nkosi", True, "3 h 30 min"), ("", False, "1 h")]


def test_the_list_can_be_narrowed_to_remedies_that_are_overdue(breach: Breach, johan: User) -> None:
    client = signed_in(johan)

    def listed(what: str) -> bool:
        return breach.ticket.reference in client.get(LIST, {"remedy": what}).content.decode()

    assert (listed("missing"), listed("overdue")) == (True, False)
    Breach.objects.filter(pk=breach.pk).update(created_at=timezone.now() - REMEDY_WITHIN)
    assert (listed("missing"), listed("overdue")) == (True, True)
    write_remedy(breach, note="Second team", acting_user=johan)
    assert (listed("missing"), listed("overdue")) == (False, False)


def test_the_list_takes_as_many_queries_for_three_as_for_one(breach: Breach, johan: User) -> None:
    client, counts = signed_in(johan), []
    client.get(LIST)
    for copies in (0, 2):
        for copy in range(copies):
            breach.pk, breach.breached_at = None, breach.breached_at + timedelta(hours=copy + 1)
            breach.id = uuid.uuid4()
            breach._state.adding = True
            breach.save()
        with CaptureQueriesContext(connection) as queries:
            found = client.get(LIST).content.decode().count("c-summary")
        counts.append((found, len(queries)))
    assert counts == [(1, counts[0][1]), (3, counts[0][1])]
