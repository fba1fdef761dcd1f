"""Agents over HTTP: invited, changed and let go, with their desks."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.core import mail

from accounts.actions.invitations import join
from accounts.enums import Role, Scope
from accounts.invitation_links import link_token
from accounts.models import Invitation, Membership, Organisation, User
from accounts.tests.factories import PASSWORD, MembershipFactory, UserFactory, issued_key
from departments.models import Category, DepartmentMember
from departments.tests.factories import CategoryFactory, DepartmentFactory, RegionFactory, staff_member
from tickets.tests.api import ROOT, api_client, assert_problem
from tickets.tests.factories import burst_pipe_category

pytestmark = pytest.mark.django_db
AGENTS = f"{ROOT}/agents/"
KAGISO: dict[str, Any] = {"name": "Kagiso Molefe", "email": "kagiso@example.org"}


@pytest.fixture
def boss(city: Organisation) -> User:
    boss: User = MembershipFactory.create(organisation=city, role=Role.ORGANISATION_ADMIN).user
    return boss


def everything() -> list[Any]:
    models = (User, Membership, Invitation, DepartmentMember)
    through = (DepartmentMember.skills.through, DepartmentMember.regions.through)
    return [list(model._default_manager.order_by("pk").values()) for model in (*models, *through)]


def path_of(agent: dict[str, Any] | User, part: str = "") -> str:
    return f"{AGENTS}{agent.pk if isinstance(agent, User) else agent['id']}/{part}"


def create(user: User, **changed: Any) -> dict[str, Any]:
    response = api_client(user).post(AGENTS, KAGISO | changed)
    assert response.status_code == 201, response.content
    made: dict[str, Any] = response.json()
    return made


def accept(agent: dict[str, Any]) -> User:
    return join(
        link_token(Invitation.objects.get(pk=agent["id"])), password=PASSWORD, acting_user=AnonymousUser()
    ).user


# Inviting


def test_an_admin_invites_somebody_with_everything_they_will_do(
    boss: User, city: Organisation, category: Category
) -> None:
    region = RegionFactory.create(organisation=city, number=3)
    desk = {"department": category.department.code, "capacity": 7, "skills": [category.code], "regions": [3]}
    made = create(boss, role="department_admin", phone="082 123 4567", departments=[desk])
    assert (made["full_name"], made["email"], made["role"]) == (
        "Kagiso Molefe",
        "kagiso@example.org",
        "department_admin",
    )
    assert (made["state"], made["is_active"], set(made["invitation"])) == (
        "invited",
        False,
        {"sent_at", "expires_at"},
    )
    [shown] = made["departments"]
    assert (shown["capacity"], shown["open_tickets"]) == (7, 0)
    assert shown["skills"] == [{"id": str(category.pk), "code": category.code, "name": category.name}]
    assert shown["regions"] == [{"id": str(region.pk), "number": 3, "name": region.name}]
    assert [message.to for message in mail.outbox] == [["kagiso@example.org"]]
    assert api_client(boss).get(path_of(made)).json() == made

    person = accept(made)
    joined = api_client(boss).get(path_of(made)).json()
    assert joined == made | {"state": "active", "is_active": True, "invitation": None}
    assert joined["id"] == str(person.pk)
    assert (
        api_client(person).get(f"{ROOT}/accounts/me/").json()["memberships"][0]["role"] == "department_admin"
    )


def test_a_key_of_the_organisation_invites_and_names_in_two_pieces_are_understood(
    city: Organisation,
) -> None:
    client = api_client()
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {issued_key(city, Scope.ADMIN).secret}")
    answer = client.post(AGENTS, {"firstName": "Zanele", "lastName": "Nkosi", "email": "z@example.org"})
    assert (answer.status_code, answer.json()["full_name"], answer.json()["role"]) == (
        201,
        "Zanele Nkosi",
        "agent",
    )


@pytest.mark.parametrize("scope", [Scope.TICKETS_CREATE, Scope.TICKETS_READ, Scope.TICKETS_WRITE])
def test_a_key_for_tickets_invites_nobody(city: Organisation, scope: Scope) -> None:
    client = api_client()
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {issued_key(city, scope).secret}")
    assert_problem(client.post(AGENTS, KAGISO), 403, "not_allowed")
    assert Invitation.objects.count() == 0


def test_an_account_that_exists_is_neither_taken_over_nor_told_of(
    boss: User, city: Organisation, category: Category
) -> None:
    known = UserFactory.create(email="kagiso@example.org", full_name="K. M.", phone="+27821234567")
    desks = [{"department": category.department.code, "capacity": 3}]
    of_known = create(boss, departments=desks)
    of_nobody = create(boss, email="nobody@example.org", departments=desks)
    own = {"id", "email", "invitation"}
    assert {k: v for k, v in of_known.items() if k not in own} == {
        k: v for k, v in of_nobody.items() if k not in own
    }
    known.refresh_from_db()
    assert (known.memberships.count(), known.department_memberships.count(), known.full_name) == (
        0,
        0,
        "K. M.",
    )
    assert str(known.pk) not in str(of_known)


def test_who_joins_with_their_account_finds_their_desk_and_answers_to_the_old_id(
    boss: User, category: Category
) -> None:
    known = UserFactory.create(email="kagiso@example.org", full_name="K. M.")
    made = create(
        boss,
        departments=[{"department": category.department.code, "capacity": 3, "skills": [category.code]}],
    )
    EmailAddress.objects.create(user=known, email=known.email, verified=True, primary=True)
    invitation = Invitation.objects.get(pk=made["id"])
    join(link_token(invitation), acting_user=known)

    shown = api_client(boss).get(path_of(made)).json()
    assert (shown["id"], shown["full_name"], shown["state"]) == (str(known.pk), "K. M.", "active")
    assert shown["departments"] == made["departments"]
    assert DepartmentMember.objects.get(user=known).skills.get() == category


@pytest.mark.parametrize(
    ("changed", "status", "code", "field"),
    [
        ({"name": "Ka"}, 400, "invalid", "name"),
        ({"name": " K  "}, 400, "invalid", "name"),
        ({"name": None}, 400, "invalid", "name"),
        ({"name": "x" * 151}, 400, "invalid", "name"),
        ({"name": "Ka\u0000giso"}, 400, "invalid", "name"),
        ({"first_name": "Kagiso"}, 400, "invalid", "name"),
        ({"email": "kagiso"}, 400, "invalid", "email"),
        ({"email": ""}, 400, "invalid", "email"),
        ({"email": None}, 400, "invalid", "email"),
        ({"phone": "12"}, 400, "invalid_phone", "phone"),
        ({"role": "resident"}, 400, "invalid", "role"),
        ({"role": "emperor"}, 400, "invalid", "role"),
        ({"language": "xx"}, 400, "invalid", "language"),
        ({"password": "purple-rain-in-october"}, 400, "invalid", "password"),
        ({"departments": "water"}, 400, "invalid", "departments"),
        ({"departments": [{"department": "nowhere"}]}, 400, "unknown", "departments.0.department"),
        ({"departments": [{"capacity": 3}]}, 400, "invalid", "departments.0.department"),
        ({"departments": [{"department": "$", "capacity": 0}]}, 400, "invalid", "departments.0.capacity"),
        ({"departments": [{"department": "$", "capacity": 10**9}]}, 400, "invalid", "departments.0.capacity"),
        (
            {"departments": [{"department": "$", "capacity": "many"}]},
            400,
            "invalid",
            "departments.0.capacity",
        ),
        (
            {"departments": [{"department": "$", "skills": ["NO-SUCH"]}]},
            400,
            "unknown",
            "departments.0.skills",
        ),
        ({"departments": [{"department": "$", "regions": [99]}]}, 400, "unknown", "departments.0.regions"),
        (
            {"departments": [{"department": "$", "regions": [True]}]},
            400,
            "invalid",
            "departments.0.regions.0",
        ),
        ({"departments": [{"department": "$", "load": 2}]}, 400, "invalid", "departments.0.load"),
        ({"departments": [{"department": "$"}, {"department": "$"}]}, 400, "invalid", "departments"),
    ],
    ids=str,
)
def test_what_makes_no_sense_invites_nobody(
    boss: User, category: Category, changed: dict[str, Any], status: int, code: str, field: str
) -> None:
    for desk in changed.get("departments", []):
        if isinstance(desk, dict) and desk.get("department") == "$":
            desk["department"] = category.department.code
    before = everything()
    body = assert_problem(api_client(boss).post(AGENTS, KAGISO | changed), status, code)
    assert list(body["errors"]) == [field]
    assert (everything(), mail.outbox) == (before, [])


def test_rows_of_another_organisation_are_not_there(boss: User) -> None:
    foreign = burst_pipe_category()
    own = DepartmentFactory.create(organisation=boss.memberships.get().organisation)
    region = RegionFactory.create(organisation=foreign.organisation, number=9)
    before = everything()
    for desk in (
        {"department": str(foreign.department.pk)},
        {"department": own.code, "skills": [str(foreign.pk)]},
        {"department": own.code, "regions": [str(region.pk)]},
    ):
        assert_problem(api_client(boss).post(AGENTS, KAGISO | {"departments": [desk]}), 400, "unknown")
    assert everything() == before


def test_somebody_who_works_here_or_was_invited_is_not_invited(boss: User, agent: User) -> None:
    create(boss)
    before, told = everything(), len(mail.outbox)
    assert_problem(api_client(boss).post(AGENTS, KAGISO | {"email": agent.email}), 400, "already_member")
    assert_problem(
        api_client(boss).post(AGENTS, KAGISO | {"email": "KAGISO@example.org"}), 409, "already_invited"
    )
    assert (everything(), len(mail.outbox)) == (before, told)


def test_only_organisation_admins_invite(
    agent: User, department_admin: User, auditor: User, resident: User, outside_agent: User
) -> None:
    before = everything()
    assert_problem(api_client().post(AGENTS, KAGISO), 401)
    for person in (agent, department_admin, auditor, resident, outside_agent):
        assert_problem(api_client(person).post(AGENTS, KAGISO), 403, "not_allowed")
    assert everything() == before


def test_an_invitation_is_sent_again_and_withdrawn(boss: User, agent: User) -> None:
    made = create(boss)
    again = api_client(boss).post(path_of(made, "invitation/"))
    assert (again.status_code, again.json()["state"], len(mail.outbox)) == (200, "invited", 2)
    assert_problem(api_client(agent).post(path_of(made, "invitation/")), 403, "not_allowed")
    assert_problem(api_client(boss).post(path_of(agent, "invitation/")), 409, "has_joined")

    assert api_client(boss).delete(path_of(made)).status_code == 204
    assert_problem(api_client(boss).get(path_of(made)), 404, "not_found")
    assert Invitation.objects.count() == 0


def test_nobody_sends_mails_without_end(boss: User, settings: Any) -> None:
    settings.API_THROTTLE_RATES = {"invitation": "2/hour"}
    answers = [
        api_client(boss).post(AGENTS, KAGISO | {"email": f"{number}@example.org"}).status_code
        for number in range(3)
    ]
    assert answers == [201, 201, 429]
    assert len(mail.outbox) == 2


# Changing


def test_an_admin_changes_role_name_and_desks(boss: User, agent: User, category: Category) -> None:
    parks = DepartmentFactory.create(organisation=category.organisation, code="parks")
    changed = api_client(boss).patch(
        path_of(agent),
        {
            "name": "Sipho M. Dlamini",
            "role": "department_admin",
            "departments": [
                {"department": category.department.code, "skills": [category.code]},
                {"department": "parks", "capacity": 2},
            ],
        },
    )
    assert changed.status_code == 200, changed.content
    shown = changed.json()
    assert (shown["full_name"], shown["role"]) == ("Sipho M. Dlamini", "department_admin")
    desks = {desk["department"]["code"]: desk for desk in shown["departments"]}
    water = desks[category.department.code]
    assert (water["capacity"], [skill["code"] for skill in water["skills"]]) == (50, [category.code])
    assert desks["parks"]["capacity"] == 2

    ended = api_client(boss).patch(
        path_of(agent), {"departments": [{"department": "parks", "is_active": False}]}
    )
    assert [desk["department"]["code"] for desk in ended.json()["departments"]] == [category.department.code]
    assert parks.members.get().is_active is False


def test_a_department_admin_changes_the_desks_of_their_department_and_nothing_else(
    department_admin: User, agent: User, category: Category
) -> None:
    client = api_client(department_admin)
    desk = {"department": category.department.code, "capacity": 4, "skills": [category.code]}
    changed = client.patch(path_of(agent), {"departments": [desk]})
    assert (changed.status_code, changed.json()["departments"][0]["capacity"]) == (200, 4)

    other = DepartmentFactory.create(organisation=category.organisation)
    before = everything()
    for refused in (
        {"role": "organisation_admin"},
        {"is_active": False},
        {"name": "Somebody Else"},
        {"departments": [{"department": other.code, "capacity": 1}]},
        {"departments": [desk | {"capacity": 9}], "role": "auditor"},
        {"departments": [desk | {"capacity": 9}, {"department": other.code}]},
    ):
        assert_problem(client.patch(path_of(agent), refused), 403, "not_allowed")
    assert everything() == before


def test_agents_change_nobody_not_even_themselves(agent: User, auditor: User, category: Category) -> None:
    desk = {"department": category.department.code, "capacity": 1}
    before = everything()
    for person in (agent, auditor):
        assert_problem(api_client(person).patch(path_of(agent), {"departments": [desk]}), 403, "not_allowed")
        assert_problem(api_client(person).patch(path_of(agent), {"role": "auditor"}), 403, "not_allowed")
    assert everything() == before


def test_the_name_of_who_belongs_to_another_organisation_too_is_theirs(boss: User, agent: User) -> None:
    MembershipFactory.create(user=agent)
    before = everything()
    assert_problem(api_client(boss).patch(path_of(agent), {"name": "Stolen Name"}), 403, "not_allowed")
    assert everything() == before
    assert api_client(boss).patch(path_of(agent), {"role": "auditor"}).status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "Ka"}, "name"),
        ({"role": "resident"}, "role"),
        ({"is_active": "perhaps"}, "is_active"),
        ({"is_active": None}, "is_active"),
        ({"email": "new@example.org"}, "email"),
        ({"departments": [{"department": "nowhere"}]}, "departments.0.department"),
        ({"departments": {}}, "departments"),
    ],
    ids=str,
)
def test_changes_that_make_no_sense_change_nothing(
    boss: User, agent: User, changes: dict[str, Any], field: str
) -> None:
    before = everything()
    assert list(assert_problem(api_client(boss).patch(path_of(agent), changes), 400)["errors"]) == [field]
    assert everything() == before


def test_who_was_let_go_can_be_had_back_and_is_shown_to_admins_only(
    boss: User, agent: User, department_admin: User
) -> None:
    client = api_client(boss)
    assert client.delete(path_of(agent)).status_code == 204
    assert client.get(path_of(agent)).json()["state"] == "inactive"
    assert [row["id"] for row in client.get(AGENTS, {"state": "inactive"}).json()["results"]] == [
        str(agent.pk)
    ]
    assert str(agent.pk) not in client.get(AGENTS).content.decode()
    assert_problem(api_client(department_admin).get(path_of(agent)), 404)
    assert api_client(department_admin).get(AGENTS, {"state": "inactive"}).json()["results"] == []

    back = client.patch(path_of(agent), {"is_active": True})
    assert (back.status_code, back.json()["state"]) == (200, "active")
    assert len(back.json()["departments"]) == 1


def test_the_last_admin_keeps_the_role_and_nobody_changes_their_own(boss: User, city: Organisation) -> None:
    client = api_client()
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {issued_key(city).secret}")
    before = everything()
    for changes in ({"role": "agent"}, {"is_active": False}):
        assert_problem(client.patch(path_of(boss), changes), 409, "last_admin")
    assert everything() == before
    MembershipFactory.create(organisation=city, role=Role.ORGANISATION_ADMIN)
    assert_problem(api_client(boss).patch(path_of(boss), {"role": "agent"}), 409, "own_membership")


def test_who_was_invited_is_changed_but_not_woken(boss: User, category: Category) -> None:
    made = create(boss)
    client = api_client(boss)
    desk = {"department": category.department.code, "capacity": 3}
    changed = client.patch(path_of(made), {"role": "auditor", "name": "Kagiso M.", "departments": [desk]})
    assert (changed.json()["role"], changed.json()["full_name"]) == ("auditor", "Kagiso M.")
    assert changed.json()["departments"][0]["capacity"] == 3
    before = everything()
    assert_problem(client.patch(path_of(made), {"is_active": True}), 409, "not_joined")
    assert everything() == before


def test_nobody_gets_a_ticket_before_they_have_joined(boss: User, category: Category) -> None:
    made = create(boss, departments=[{"department": category.department.code}])
    ticket = {"title": "Burst pipe", "category": category.code}
    assert api_client(boss).post(f"{ROOT}/tickets/", ticket).json()["lead"] is None
    refused = api_client(boss).post(f"{ROOT}/tickets/", ticket | {"assignees": [made["id"]]})
    assert_problem(refused, 400, "unknown")


# Lists


def test_agents_are_found_by_words_state_and_department(boss: User, agent: User, category: Category) -> None:
    create(boss, departments=[{"department": category.department.code}])
    boss.full_name = "Zodwa Boss"
    boss.save()

    def names(**query: str) -> list[str]:
        return [row["full_name"] for row in api_client(boss).get(AGENTS, query).json()["results"]]

    assert names() == ["Kagiso Molefe", agent.full_name, "Zodwa Boss"]
    assert names(state="invited") == names(q="moLEFE") == names(q="kagiso@EXAMPLE.org") == ["Kagiso Molefe"]
    assert names(state="active") == [agent.full_name, "Zodwa Boss"]
    assert names(department=category.department.code) == ["Kagiso Molefe", agent.full_name]
    assert names(is_available="true") == [agent.full_name]
    assert names(q="%") == []
    assert_problem(api_client(boss).get(AGENTS, {"state": "asleep"}), 400)
    assert_problem(api_client(boss).get(AGENTS, {"search": "x"}), 400)


def test_the_list_costs_the_same_for_one_and_three_with_skills(
    boss: User, category: Category, django_assert_num_queries: Any
) -> None:
    def one_more() -> None:
        person = staff_member(category.department)
        desk = person.department_memberships.get()
        desk.skills.add(CategoryFactory.create(department=category.department))
        desk.regions.add(RegionFactory.create(organisation=category.organisation))

    one_more()
    client = api_client(boss)
    client.get(AGENTS)
    with django_assert_num_queries(7):
        client.get(AGENTS)
    one_more()
    one_more()
    with django_assert_num_queries(7):
        client.get(AGENTS)
