"""Calendars and standards over HTTP: read, made, changed as a next version, deleted; and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.actions.keys import issue_key
from accounts.enums import Role, Scope
from accounts.models import Organisation, User
from accounts.tests.factories import MembershipFactory, OrganisationFactory
from departments.actions.calendars import create_calendar
from departments.hours import Hours
from departments.models import Calendar, CalendarException, Category, Department, Standard, WorkingInterval
from departments.tests.factories import CategoryFactory, DepartmentFactory, StandardFactory, staff_member

pytestmark = pytest.mark.django_db
ROOT = "/api/v1"
HOUR = 3600
NINE_TO_FIVE = [{"weekday": "monday", "starts_at": "09:00", "ends_at": "17:00"}]
OFFICE = Hours("Africa/Johannesburg", weekly=(((480, 960),),) * 5 + ((), ()))


@pytest.fixture
def city() -> Organisation:
    return OrganisationFactory.create(country="ZA")


@pytest.fixture
def boss(city: Organisation) -> User:
    return MembershipFactory.create(organisation=city, role=Role.ORGANISATION_ADMIN).user


@pytest.fixture
def office(city: Organisation, boss: User) -> Calendar:
    return create_calendar(city, name="Office hours", hours=OFFICE, acting_user=boss)


@pytest.fixture
def water(city: Organisation) -> Department:
    return DepartmentFactory.create(organisation=city, name="Water", code="water")


@pytest.fixture
def burst_pipe(water: Department) -> Category:
    return CategoryFactory.create(department=water, name="Burst pipe", code="burst-pipe")


@pytest.fixture
def johan(water: Department) -> User:
    return staff_member(water, role=Role.DEPARTMENT_ADMIN)


def ask(method: str, path: str, user: Any, body: Any = None, **query: str) -> Any:
    client = APIClient()
    client.raise_request_exception = False
    if isinstance(user, str):
        client.credentials(HTTP_AUTHORIZATION=user)
    elif user is not None:
        client.force_authenticate(user)
    if method == "get":
        return client.get(f"{ROOT}/{path}/", query)
    return getattr(client, method)(f"{ROOT}/{path}/", body or {}, format="json")


def everything() -> list[Any]:
    models = (Calendar, WorkingInterval, CalendarException, Department, Standard)
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def refused(method: str, path: str, user: Any, status: int, code: str, body: Any = None) -> dict[str, Any]:
    """The problem document of a request that changed nothing."""
    before = everything()
    response = ask(method, path, user, body)
    problem: dict[str, Any] = response.json()
    assert (response.status_code, problem["code"], everything()) == (status, code, before), problem
    assert response["Content-Type"] == "application/problem+json"
    assert problem["detail"]
    return problem


def outsiders(city: Organisation) -> list[tuple[User | None, int, str]]:
    """Who may read no hours, with what they are told."""
    resident = MembershipFactory.create(organisation=city, role=Role.RESIDENT).user
    return [(None, 401, "not_authenticated"), (resident, 403, "not_allowed")]


def foreign_admin() -> User:
    return MembershipFactory.create(role=Role.ORGANISATION_ADMIN).user


# Calendars


def test_a_calendar_is_made_with_its_week_its_dates_and_the_holidays(city: Organisation, boss: User) -> None:
    body = {
        "name": "Office hours",
        "intervals": [
            {"weekday": "friday", "starts_at": "22:00", "ends_at": "06:00+1"},
            *NINE_TO_FIVE,
        ],
        "exceptions": [
            {"date": "2031-03-04", "name": "Stocktaking"},
            {"date": "2031-03-03", "name": "Half day", "hours": [{"starts_at": "9:00", "ends_at": "12:00"}]},
        ],
        "keeps_public_holidays": True,
    }
    made = ask("post", "calendars", boss, body)
    shown = made.json()
    assert (made.status_code, shown["version"], shown["is_in_force"], shown["replaced_by"]) == (
        *(201, 1, True),
        None,
    )
    assert (shown["time_zone"], shown["keeps_public_holidays"]) == (city.time_zone, True)
    assert made["Content-Location"].endswith(f"/api/v1/calendars/{shown['id']}/")
    assert shown["intervals"] == [
        *NINE_TO_FIVE,
        {"weekday": "friday", "starts_at": "22:00", "ends_at": "06:00+1"},
    ]
    assert [day for day in shown["exceptions"] if day["date"].startswith("2031")] == [
        {"date": "2031-03-03", "name": "Half day", "hours": [{"starts_at": "09:00", "ends_at": "12:00"}]},
        {"date": "2031-03-04", "name": "Stocktaking", "hours": []},
    ]
    assert any(day["name"] == "Christmas Day" for day in shown["exceptions"])
    assert Calendar.objects.get().created_by == boss
    assert ask("get", f"calendars/{shown['id']}", boss).json() == shown


def test_other_hours_are_the_next_version_with_an_id_of_its_own(office: Calendar, boss: User) -> None:
    department = DepartmentFactory.create(organisation=office.organisation, calendar=office)
    answer = ask("patch", f"calendars/{office.pk}", boss, {"intervals": NINE_TO_FIVE})
    after = answer.json()
    assert (answer.status_code, after["version"], after["intervals"]) == (200, 2, NINE_TO_FIVE)
    assert answer["Content-Location"].endswith(f"/api/v1/calendars/{after['id']}/")
    department.refresh_from_db()
    assert str(department.calendar_id) == after["id"]
    before = ask("get", f"calendars/{office.pk}", boss).json()
    assert (before["is_in_force"], before["replaced_by"], len(before["intervals"])) == (False, after["id"], 5)
    listed = ask("get", "calendars", boss, name="Office hours").json()["results"]
    assert [row["id"] for row in listed] == [after["id"]]


def test_what_is_not_sent_stays_and_what_says_the_same_is_no_new_version(
    office: Calendar, boss: User
) -> None:
    address = f"calendars/{office.pk}"
    same = ask("patch", address, boss, {"name": "Office hours", "time_zone": "Africa/Johannesburg"}).json()
    assert (same["id"], same["version"], Calendar.objects.count()) == (str(office.pk), 1, 1)
    holiday = {"date": "2031-03-04", "name": "Stocktaking"}
    after = ask("patch", address, boss, {"exceptions": [holiday]}).json()
    assert (after["name"], len(after["intervals"]), after["exceptions"]) == (
        *("Office hours", 5),
        [holiday | {"hours": []}],
    )
    renamed = ask("patch", f"calendars/{after['id']}", boss, {"name": "Front desk"}).json()
    assert (renamed["version"], renamed["exceptions"]) == (3, after["exceptions"])
    followed = ask("patch", f"calendars/{renamed['id']}", boss, {"apply_to_open_tickets": True}).json()
    assert Calendar.objects.get(pk=followed["id"]).open_promises_follow
    around = ask("patch", f"calendars/{renamed['id']}", boss, {"around_the_clock": True}).json()
    assert (around["around_the_clock"], around["version"]) == (True, 4)


def spans(*spoken: str) -> list[dict[str, str]]:
    """`monday 08:00 16:00` as it is sent."""
    return [dict(zip(("weekday", "starts_at", "ends_at"), one.split(), strict=True)) for one in spoken]


WRONG_HOURS: dict[str, tuple[int, str, str, dict[str, Any]]] = {
    "overlap": (
        *(400, "overlapping_intervals", "intervals"),
        {"intervals": spans("monday 08:00 12:00", "monday 11:00 16:00")},
    ),
    "a night into the next day": (
        *(400, "overlapping_intervals", "intervals"),
        {"intervals": spans("monday 22:00 06:00+1", "tuesday 05:00 09:00")},
    ),
    "Sunday's night into Monday": (
        *(400, "overlapping_intervals", "intervals"),
        {"intervals": spans("sunday 22:00 06:00+1", "monday 05:59 09:00")},
    ),
    "inverted": (400, "inverted_interval", "intervals", {"intervals": spans("monday 16:00 08:00")}),
    "nothing between": (400, "inverted_interval", "intervals", {"intervals": spans("monday 08:00 08:00")}),
    "more than a day": (400, "interval_too_long", "intervals", {"intervals": spans("monday 08:00 09:00+1")}),
    "never open": (409, "calendar_never_opens", "intervals", {"intervals": []}),
    "unknown zone": (400, "invalid", "time_zone", {"time_zone": "Mars/Olympus"}),
    "no name": (400, "invalid", "name", {"name": " "}),
    "long name": (400, "invalid", "name", {"name": "x" * 81}),
    "no day of the week": (400, "invalid", "intervals", {"intervals": spans("noday 08:00 16:00")}),
    "no time of day": (400, "invalid", "intervals", {"intervals": spans("monday 08:00 25:61")}),
    "half an interval": (400, "invalid", "intervals", {"intervals": [{"weekday": "monday"}]}),
    "a date twice": (
        *(400, "date_given_twice", "exceptions"),
        {"exceptions": [{"date": "2031-03-04", "name": name} for name in ("One", "Two")]},
    ),
    "a date without a name": (
        *(400, "invalid", "exceptions"),
        {"exceptions": [{"date": "2031-03-04", "name": " "}]},
    ),
    "no date": (400, "invalid", "exceptions", {"exceptions": [{"date": "soon", "name": "Feast"}]}),
    "inverted on a date": (
        *(400, "inverted_interval", "exceptions"),
        {
            "exceptions": [
                {"date": "2031-03-04", "name": "Half", "hours": [{"starts_at": "12:00", "ends_at": "8:00"}]}
            ]
        },
    ),
    "overlap on a date": (
        *(400, "overlapping_intervals", "exceptions"),
        {
            "exceptions": [
                {
                    "date": "2031-03-04",
                    "name": "Half",
                    "hours": [{"starts_at": "08:00", "ends_at": "12:00"}] * 2,
                }
            ]
        },
    ),
    "no such field": (400, "invalid", "colour", {"colour": "red"}),
}


@pytest.mark.parametrize(("status", "code", "field", "body"), WRONG_HOURS.values(), ids=WRONG_HOURS)
def test_hours_that_nobody_can_work_by_are_refused_with_their_field(
    office: Calendar, boss: User, status: int, code: str, field: str, body: dict[str, Any]
) -> None:
    whole = {"name": "Other hours", "intervals": NINE_TO_FIVE, **body}
    for method, address, sent in (
        ("post", "calendars", whole),
        ("patch", f"calendars/{office.pk}", body),
    ):
        problem = refused(method, address, boss, status, code, sent)
        assert {name.partition(".")[0] for name in problem["errors"]} == {field}


def test_a_name_in_force_is_taken(office: Calendar, boss: User, city: Organisation) -> None:
    other = create_calendar(city, name="Nights", hours=OFFICE, acting_user=boss)
    for method, address, body in (
        ("post", "calendars", {"name": "Office hours", "intervals": NINE_TO_FIVE}),
        ("patch", f"calendars/{other.pk}", {"name": "Office hours"}),
    ):
        problem = refused(method, address, boss, 400, "calendar_name_taken", body)
        assert list(problem["errors"]) == ["name"]


def test_hours_by_which_a_promise_could_not_be_kept_are_refused(
    office: Calendar, boss: User, burst_pipe: Category
) -> None:
    StandardFactory.create(category=burst_pipe, calendar=office, resolve_within_seconds=9000 * HOUR)
    once = [{"date": "2031-03-04", "name": "Once", "hours": [{"starts_at": "08:00", "ends_at": "09:00"}]}]
    body = {"intervals": [], "exceptions": once}
    refused("patch", f"calendars/{office.pk}", boss, 400, "promise_out_of_reach", body)


def test_a_country_without_known_holidays_says_so(boss: User, city: Organisation) -> None:
    city.country = "XX"
    city.save()
    body = {"name": "Hours", "intervals": NINE_TO_FIVE, "keeps_public_holidays": True}
    refused("post", "calendars", boss, 409, "no_holidays_known", body)


def test_a_version_that_was_replaced_is_neither_changed_nor_deleted(office: Calendar, boss: User) -> None:
    ask("patch", f"calendars/{office.pk}", boss, {"intervals": NINE_TO_FIVE})
    refused("patch", f"calendars/{office.pk}", boss, 412, "stale_version", {"name": "Old"})
    refused("delete", f"calendars/{office.pk}", boss, 412, "stale_version")


def test_a_calendar_is_deleted_unless_something_works_by_it(
    office: Calendar, boss: User, water: Department, burst_pipe: Category
) -> None:
    water.calendar = office
    water.save()
    StandardFactory.create(category=burst_pipe, calendar=office)
    problem = refused("delete", f"calendars/{office.pk}", boss, 409, "calendar_in_use")
    assert "Water; 1 promise" in problem["detail"]
    unused = create_calendar(office.organisation, name="Unused", hours=OFFICE, acting_user=boss)
    assert ask("delete", f"calendars/{unused.pk}", boss).status_code == 204
    assert not Calendar.objects.filter(pk=unused.pk).exists()


@pytest.mark.parametrize("role", [Role.AGENT, Role.CALL_CENTRE, Role.DEPARTMENT_ADMIN, Role.AUDITOR])
def test_hours_are_read_by_who_works_there_and_changed_by_organisation_admins(
    office: Calendar, water: Department, role: Role
) -> None:
    person = staff_member(water, role=role)
    assert "Office hours" in [row["name"] for row in ask("get", "calendars", person).json()["results"]]
    new = {"name": "Mine", "intervals": NINE_TO_FIVE}
    refused("post", "calendars", person, 403, "not_allowed", new)
    refused("patch", f"calendars/{office.pk}", person, 403, "not_allowed", {"name": "Mine"})
    refused("delete", f"calendars/{office.pk}", person, 403, "not_allowed")


def test_another_organisations_hours_are_not_there_and_visitors_and_residents_read_none(
    office: Calendar, city: Organisation
) -> None:
    foreign = foreign_admin()
    assert ask("get", "calendars", foreign).json()["results"] == []
    for method in ("get", "patch", "delete"):
        refused(method, f"calendars/{office.pk}", foreign, 404, "not_found")
    assert ask("get", "calendars", foreign, organisation=city.slug).json()["code"] == "unknown_organisation"
    for person, status, code in outsiders(city):
        for path in ("calendars", f"calendars/{office.pk}", "standards"):
            refused("get", path, person, status, code)
        refused("post", "calendars", person, status, code, {"name": "Mine", "intervals": NINE_TO_FIVE})


def test_a_change_that_saw_another_version_is_refused(office: Calendar, boss: User) -> None:
    client = APIClient()
    client.force_authenticate(boss)
    address = f"{ROOT}/calendars/{office.pk}/"
    tag = client.get(address)["ETag"]
    before = everything()
    stale = client.patch(address, {"name": "Late"}, format="json", HTTP_IF_MATCH='"other"')
    assert (stale.status_code, stale["ETag"], everything()) == (412, tag, before)
    assert client.patch(address, {"name": "Late"}, format="json", HTTP_IF_MATCH=tag).status_code == 200


# Standards


def promise(**terms: Any) -> dict[str, Any]:
    return {"respond_within_seconds": HOUR, "resolve_within_seconds": 8 * HOUR, **terms}


def test_a_promise_is_made_read_changed_switched_off_and_deleted(
    office: Calendar, burst_pipe: Category, johan: User
) -> None:
    body = promise(category="BURST-PIPE", priority="urgent", calendar="office hours", source="Charter, p. 3")
    made = ask("post", "standards", johan, body)
    shown = made.json()
    assert (made.status_code, shown["category"]["code"], shown["department"]["code"]) == (
        *(201, "burst-pipe"),
        "water",
    )
    assert (shown["priority"], shown["calendar"]["id"], shown["source"], shown["is_active"]) == (
        *("urgent", str(office.pk)),
        *("Charter, p. 3", True),
    )
    address = f"standards/{shown['id']}"
    assert ask("get", address, johan).json() == shown
    changed = ask("patch", address, johan, {"resolve_within_seconds": 4 * HOUR, "calendar": None}).json()
    assert changed == shown | {"resolve_within_seconds": 4 * HOUR, "calendar": None}
    off = ask("patch", address, johan, {"is_active": False}).json()
    assert off == changed | {"is_active": False}
    assert ask("delete", address, johan).status_code == 204
    assert Standard.objects.count() == 0


def test_without_a_priority_it_is_for_all_that_have_none_of_their_own(
    burst_pipe: Category, johan: User
) -> None:
    for body in (promise(category=str(burst_pipe.pk)), promise(category="burst-pipe", priority="low")):
        assert ask("post", "standards", johan, body).status_code == 201
    found = ask("get", "standards", johan, ordering="resolve_within_seconds").json()["results"]
    assert sorted(row["priority"] or "" for row in found) == ["", "low"]
    for query, count in (
        ({"priority": "low,high"}, 1),
        ({"department": "water"}, 2),
        ({"department": "roads"}, 0),
        ({"category": "burst-pipe"}, 2),
        ({"is_active": "false"}, 0),
    ):
        assert len(ask("get", "standards", johan, **query).json()["results"]) == count
    assert ask("get", "standards", johan, priority="soon").status_code == 400


WRONG_PROMISES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "zero": ("target_not_positive", "resolve_within_seconds", {"resolve_within_seconds": 0}),
    "negative": ("target_not_positive", "respond_within_seconds", {"respond_within_seconds": -60}),
    "too long": ("target_too_long", "resolve_within_seconds", {"resolve_within_seconds": 10**9}),
    "far too long": ("invalid", "resolve_within_seconds", {"resolve_within_seconds": 10**30}),
    "fix before answer": ("targets_inverted", "resolve_within_seconds", {"resolve_within_seconds": 60}),
    "half a second": ("invalid", "resolve_within_seconds", {"resolve_within_seconds": 0.5}),
    "no number": ("invalid", "resolve_within_seconds", {"resolve_within_seconds": "a day"}),
    "null": ("invalid", "resolve_within_seconds", {"resolve_within_seconds": None}),
    "no such calendar": ("unknown", "calendar", {"calendar": "Moon hours"}),
    "control characters": ("invalid", "source", {"source": "a\x07b"}),
    "no such field": ("invalid", "colour", {"colour": "red"}),
}


@pytest.mark.parametrize(("code", "field", "body"), WRONG_PROMISES.values(), ids=WRONG_PROMISES)
def test_what_nobody_can_promise_is_refused_with_its_field(
    burst_pipe: Category, johan: User, code: str, field: str, body: dict[str, Any]
) -> None:
    standard = StandardFactory.create(category=burst_pipe)
    for method, address, sent in (
        ("post", "standards", promise(category="burst-pipe", priority="high") | body),
        ("patch", f"standards/{standard.pk}", body),
    ):
        problem = refused(method, address, johan, 400, code, sent)
        assert list(problem["errors"]) == [field]


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"category": "no-such"}, "unknown", "category"),
        ({}, "invalid", "category"),
        ({"category": "burst-pipe", "priority": "soon"}, "invalid", "priority"),
        ({"category": "burst-pipe", "priority": "low"}, "standard_exists", "priority"),
    ],
)
def test_a_promise_for_what_is_not_there_or_promised_already_is_refused(
    burst_pipe: Category, johan: User, body: dict[str, Any], code: str, field: str
) -> None:
    StandardFactory.create(category=burst_pipe, priority=1)
    problem = refused("post", "standards", johan, 400, code, promise(**body))
    assert list(problem["errors"]) == [field]


def test_category_and_priority_of_a_promise_stay(burst_pipe: Category, johan: User) -> None:
    standard = StandardFactory.create(category=burst_pipe)
    for body in ({"category": "burst-pipe"}, {"priority": "low"}):
        problem = refused("patch", f"standards/{standard.pk}", johan, 400, "invalid", body)
        assert list(problem["errors"]) == list(body)


def test_only_a_calendar_of_the_organisation_that_is_in_force_counts(
    office: Calendar, burst_pipe: Category, johan: User, boss: User
) -> None:
    standard = StandardFactory.create(category=burst_pipe)
    foreign = DepartmentFactory.create().calendar
    ask("patch", f"calendars/{office.pk}", boss, {"intervals": NINE_TO_FIVE})
    for calendar, code in ((str(office.pk), "wrong_calendar"), (str(foreign.pk), "unknown")):
        body = {"calendar": calendar}
        problem = refused("patch", f"standards/{standard.pk}", johan, 400, code, body)
        assert list(problem["errors"]) == ["calendar"]


@pytest.mark.parametrize("role", [Role.AGENT, Role.CALL_CENTRE, Role.AUDITOR])
def test_promises_are_read_by_who_works_there_and_made_by_the_departments_admins(
    burst_pipe: Category, water: Department, role: Role
) -> None:
    standard = StandardFactory.create(category=burst_pipe)
    elsewhere = DepartmentFactory.create(organisation=water.organisation)
    for person in (staff_member(water, role=role), staff_member(elsewhere, role=Role.DEPARTMENT_ADMIN)):
        assert len(ask("get", "standards", person).json()["results"]) == 1
        new = promise(category="burst-pipe", priority="low")
        refused("post", "standards", person, 403, "not_allowed", new)
        refused("patch", f"standards/{standard.pk}", person, 403, "not_allowed", {"is_active": False})
        refused("delete", f"standards/{standard.pk}", person, 403, "not_allowed")


def test_another_organisations_promises_are_not_there(burst_pipe: Category) -> None:
    standard, foreign = StandardFactory.create(category=burst_pipe), foreign_admin()
    assert ask("get", "standards", foreign).json()["results"] == []
    for method in ("get", "patch", "delete"):
        refused(method, f"standards/{standard.pk}", foreign, 404, "not_found")
    for category in ("burst-pipe", str(burst_pipe.pk)):
        refused("post", "standards", foreign, 400, "unknown", promise(category=category))


def test_a_key_that_may_do_everything_keeps_hours_and_promises_and_another_reads_them(
    city: Organisation, boss: User, burst_pipe: Category, office: Calendar
) -> None:
    def key(*scopes: Scope) -> str:
        return f"Api-Key {issue_key(city, name='Program', scopes=list(scopes), acting_user=boss).secret}"

    whole, reading = key(Scope.ADMIN), key(Scope.TICKETS_READ)
    new = {"name": "By key", "intervals": NINE_TO_FIVE}
    assert ask("post", "calendars", whole, new).status_code == 201
    assert str(Calendar.objects.get(name="By key").created_by) == "Key: Program"
    assert ask("post", "standards", whole, promise(category="burst-pipe")).status_code == 201
    assert len(ask("get", "standards", reading).json()["results"]) == 1
    refused("post", "calendars", reading, 403, "not_allowed", new | {"name": "Not by this"})
    refused("patch", f"calendars/{office.pk}", reading, 403, "not_allowed", {"name": "Mine"})


# What lists cost


def test_lists_take_as_many_queries_for_three_as_for_one(
    city: Organisation, boss: User, water: Department, office: Calendar
) -> None:
    counts: dict[str, list[tuple[int, int]]] = {"calendars": [], "standards": []}
    for more in (1, 2):
        for number in range(more):
            calendar = create_calendar(city, name=f"C{more}{number}", hours=OFFICE, acting_user=boss)
            category = CategoryFactory.create(department=water)
            StandardFactory.create(category=category, calendar=calendar)
        for path, found in counts.items():
            # Rights are read once per person.
            reader = User.objects.get(pk=boss.pk)
            with CaptureQueriesContext(connection) as queries:
                rows = ask("get", path, reader).json()["results"]
            found.append((len(rows), len(queries)))
    for found in counts.values():
        (few, one), (many, three) = found
        assert (many - few, three) == (2, one)
