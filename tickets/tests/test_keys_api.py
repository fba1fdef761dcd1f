"""Tickets by key: for a customer, within its scopes, and in its own organisation only."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.enums import Role, Scope
from accounts.models import ApiKey, Membership, Organisation
from accounts.roles import STAFF_ROLES
from accounts.tests.factories import MembershipFactory, issued_key
from departments.actions.organisations import found_organisation
from departments.models import DepartmentMember
from tickets.actions import intake
from tickets.enums import EventKind
from tickets.models import Ticket
from tickets.tests.api import ROOT, assert_problem, path_of, state_of
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db
TICKETS = f"{ROOT}/tickets/"
NEW_ADMIN = {
    "first_name": "Thandi",
    "last_name": "Mokoena",
    "email": "thandi@acme.example",
    "password": "purple-rain-in-october",
}
GIVEN = {"title": "The parcel never came", "customer_email": "lerato@example.org"}


@pytest.fixture
def secret(db: None) -> str:
    """Of a company with one admin, who is free."""
    issued = found_organisation(name="Acme Shops", acting_user=None)
    return issued.secret


@pytest.fixture
def company(secret: str) -> Organisation:
    return Organisation.objects.get()


@pytest.fixture
def admin(secret: str, company: Organisation) -> Membership:
    return MembershipFactory.create(organisation=company, role=Role.ORGANISATION_ADMIN)


def with_key(secret: str) -> APIClient:
    client = APIClient()
    client.raise_request_exception = False
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {secret}")
    return client


def company_ticket(secret: str) -> Ticket:
    made = with_key(secret).post(TICKETS, GIVEN).json()
    return Ticket.objects.get(reference=made["reference"])


def scoped(company: Organisation, *scopes: Scope) -> APIClient:
    return with_key(issued_key(company, *scopes).secret)


def test_a_key_logs_a_ticket_for_a_customer_and_a_free_admin_gets_it(secret: str) -> None:
    key = ApiKey.objects.get()
    key_user = key.user
    new_admin = with_key(secret).post(f"{ROOT}/admins/", NEW_ADMIN).json()
    answer = with_key(secret).post(TICKETS, GIVEN)
    assert answer.status_code == 201
    ticket = Ticket.objects.get()
    assert (ticket.reporter_email, ticket.reporter, ticket.is_public) == ("lerato@example.org", None, False)
    assert str(ticket.assignee_id) == new_admin["id"]
    created = ticket.events.get(kind=EventKind.CREATED)
    assert (created.actor, created.on_behalf_of) == (key_user, "lerato@example.org")
    assert answer.json()["customer_email"] == "lerato@example.org"


@pytest.mark.parametrize("name", ["customer_email", "added_by", "addedBy"])
def test_the_secret_may_stand_in_the_body(secret: str, name: str) -> None:
    answer = APIClient().post(
        TICKETS, {"title": "Where is it?", name: "lerato@example.org", "secret": secret}
    )
    assert answer.status_code == 201
    assert secret not in answer.content.decode()
    assert Ticket.objects.get().reporter_email == "lerato@example.org"


def test_without_a_customer_nobody_reported_it(secret: str) -> None:
    with_key(secret).post(TICKETS, {"title": "The site is down"})
    ticket = Ticket.objects.get()
    assert (ticket.reporter, ticket.reporter_name, ticket.reporter_email) == (None, "", "")
    assert ticket.events.get(kind=EventKind.CREATED).on_behalf_of == ""


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"revoked_at": "2026-01-01T00:00:00Z"}, "revoked_key"),
        ({"expires_at": "2026-01-01T00:00:00Z"}, "expired_key"),
        ({"digest": "0" * 64}, "unknown_key"),
    ],
)
def test_a_key_that_is_not_good_logs_nothing(secret: str, change: dict[str, str], code: str) -> None:
    ApiKey.objects.update(**change)
    assert_problem(with_key(secret).post(TICKETS, GIVEN), 401, code)
    assert_problem(APIClient().post(TICKETS, GIVEN | {"secret": secret}), 401, code)
    assert Ticket.objects.count() == 0


def test_a_key_revoked_while_it_logs_a_ticket_logs_nothing(
    secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = intake.assign_automatically  # type: ignore[attr-defined]

    def revoked_meanwhile(*args: Any, **options: Any) -> Any:
        ApiKey.objects.update(revoked_at=timezone.now())
        return real(*args, **options)

    monkeypatch.setattr(intake, "assign_automatically", revoked_meanwhile)
    assert_problem(with_key(secret).post(TICKETS, GIVEN), 401, "revoked_key")
    assert Ticket.objects.count() == 0


def test_each_scope_gives_what_it_says_and_no_more(secret: str, company: Organisation) -> None:
    ticket = company_ticket(secret)
    creates = scoped(company, Scope.TICKETS_CREATE)
    reads = scoped(company, Scope.TICKETS_READ)
    writes = scoped(company, Scope.TICKETS_WRITE)
    does_all = scoped(company, Scope.ADMIN)
    before = state_of(ticket)

    assert creates.get(path_of(ticket)).status_code == 404
    assert creates.get(TICKETS).json()["results"] == []
    assert_problem(creates.get(f"{ROOT}/agents/"), 403, "not_allowed")
    assert reads.get(path_of(ticket)).json()["customer_email"] == "lerato@example.org"
    assert_problem(reads.post(path_of(ticket, "respond"), {"message": "Soon."}), 403, "not_allowed")
    assert_problem(reads.post(TICKETS, GIVEN), 403, "not_allowed")
    assert_problem(reads.delete(path_of(ticket)), 403, "not_allowed")
    assert_problem(writes.post(TICKETS, GIVEN), 403, "not_allowed")
    assert_problem(creates.post(path_of(ticket, "respond"), {"message": "Soon."}), 404)
    assert (state_of(ticket), Ticket.objects.count()) == (before, 1)

    made = creates.post(TICKETS, GIVEN)
    assert (made.status_code, made.json()["customer_email"]) == (201, None)
    answered = writes.post(path_of(ticket, "respond"), {"message": "It comes tomorrow."})
    assert (answered.status_code, answered.json()["status"]) == (200, "responded")
    assert writes.delete(path_of(ticket)).status_code == 204
    assert does_all.post(TICKETS, GIVEN).status_code == 201


def test_a_key_sees_and_changes_nothing_of_another_organisation(secret: str, company: Organisation) -> None:
    public = report_ticket(burst_pipe_category())
    private = report_ticket(burst_pipe_category(), is_public=False)
    before = (state_of(public), state_of(private))
    client = with_key(secret)
    assert client.get(TICKETS).json()["results"] == []
    assert_problem(client.get(TICKETS, {"organisation": "nowhere"}), 400, "unknown_organisation")
    assert client.get(path_of(private)).status_code == 404
    # What everybody sees, a key sees as everybody does.
    seen = client.get(path_of(public)).json()
    assert (seen["customer_email"], seen["lead"], seen["tags"]) == (None, None, [])
    assert_problem(client.post(path_of(public, "start")), 403, "not_allowed")
    assert client.post(path_of(private, "start")).status_code == 404
    given = GIVEN | {"organisation": public.organisation.slug}
    assert_problem(client.post(TICKETS, given), 403, "not_allowed")
    assert (state_of(public), state_of(private)) == before


def test_a_key_is_never_who_works_on_a_ticket(secret: str, company: Organisation, admin: Membership) -> None:
    ticket = company_ticket(secret)
    key_user = ApiKey.objects.get().user
    client = with_key(secret)
    before = state_of(ticket)
    assert_problem(client.post(path_of(ticket, "pick")), 400, "not_a_member")
    answer = client.post(path_of(ticket, "assign"), {"assignee": str(key_user.pk), "reason": "Try"})
    assert_problem(answer, 400, "unknown")
    assert state_of(ticket) == before
    people = client.get(f"{ROOT}/agents/").json()["results"]
    assert [person["id"] for person in people] == [str(admin.user_id)]


# Letting agents go


def test_an_admin_lets_an_agent_go(secret: str, company: Organisation, admin: Membership) -> None:
    agent = MembershipFactory.create(organisation=company)
    client = APIClient()
    client.force_authenticate(admin.user)
    assert client.delete(f"{ROOT}/agents/{agent.user_id}/").status_code == 204
    agent.refresh_from_db()
    assert (agent.is_active, agent.user.is_active) == (False, True)
    assert client.get(f"{ROOT}/agents/{agent.user_id}/").json()["state"] == "inactive"
    assert [row["role"] for row in client.get(f"{ROOT}/agents/").json()["results"]] == ["organisation_admin"]


def test_the_last_admin_stays(secret: str, company: Organisation, admin: Membership) -> None:
    client = with_key(secret)
    assert_problem(client.delete(f"{ROOT}/agents/{admin.user_id}/"), 409, "last_admin")
    other = MembershipFactory.create(organisation=company, role=Role.ORGANISATION_ADMIN)
    assert client.delete(f"{ROOT}/agents/{admin.user_id}/").status_code == 204
    assert_problem(client.delete(f"{ROOT}/agents/{other.user_id}/"), 409, "last_admin")
    assert [member.user_id for member in company.memberships.active()] == [other.user_id]


@pytest.mark.parametrize("role", sorted(STAFF_ROLES - {Role.ORGANISATION_ADMIN}))
def test_only_admins_let_people_go(secret: str, company: Organisation, admin: Membership, role: Role) -> None:
    member = MembershipFactory.create(organisation=company, role=role)
    client = APIClient()
    client.force_authenticate(member.user)
    assert_problem(client.delete(f"{ROOT}/agents/{admin.user_id}/"), 403, "not_allowed")
    admin.refresh_from_db()
    assert admin.is_active is True


def test_an_agent_of_another_organisation_is_not_there(secret: str, company: Organisation) -> None:
    foreign = MembershipFactory.create()
    assert with_key(secret).delete(f"{ROOT}/agents/{foreign.user_id}/").status_code == 404
    foreign.refresh_from_db()
    assert foreign.is_active is True
    assert DepartmentMember.objects.count() == 0
