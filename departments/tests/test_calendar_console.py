"""A calendar's page: what it shows, what each button does, what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from departments.actions.calendars import change_calendar, create_calendar
from departments.hours import Hours, SpecialDay, read_hours
from departments.models import Calendar, Department
from departments.tests.factories import (
    CalendarFactory,
    CategoryFactory,
    DepartmentFactory,
    StandardFactory,
    staff_member,
)

pytestmark = pytest.mark.django_db

# Eight o'clock on a Wednesday in Pretoria.
NOW = datetime(2026, 3, 18, 6, 0, tzinfo=UTC)
OFFICE = Hours(
    "Africa/Johannesburg",
    weekly=(((480, 960),),) * 5 + ((), ()),
    days=(
        SpecialDay(date(2026, 1, 1), "New Year's Day"),
        SpecialDay(date(2026, 3, 23), "Stocktaking", ((480, 720),)),
        SpecialDay(date(2026, 12, 25), "Christmas Day"),
    ),
)


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def office() -> Calendar:
    department = DepartmentFactory.create(name="Water")
    office = create_calendar(department.organisation, name="Office hours", hours=OFFICE, acting_user=None)
    Department.objects.filter(pk=department.pk).update(calendar=office)
    return office


@pytest.fixture
def boss(office: Calendar) -> User:
    return staff_member(office.departments.get(), role=Role.ORGANISATION_ADMIN)


@pytest.fixture
def client(boss: User) -> Client:
    return as_person(boss)


def as_person(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(calendar: Calendar) -> str:
    return reverse("admin:departments_calendar_change", args=[calendar.pk])


def week(**changes: str) -> dict[str, str]:
    """What a browser sends with the button of the week."""
    days = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "08:00–16:00")
    return {
        "act": "week",
        "name": "Office hours",
        "time_zone": "Africa/Johannesburg",
        "saturday": "",
        "sunday": "",
        **days,
        **changes,
    }


def in_force(calendar: Calendar) -> Calendar:
    return Calendar.objects.of_organisation(calendar.organisation_id).in_force().get(name=calendar.name)


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_the_page_shows_the_week_the_dates_and_what_works_by_them(client: Client, office: Calendar) -> None:
    text = text_of(client.get(page(office)))
    for shown in ("Office hours", "Version 1", "08:00–16:00", "Stocktaking", "08:00–12:00", "Water"):
        assert shown in text
    assert "Gone by" in text


def test_a_week_is_typed_as_people_write_it(client: Client, office: Calendar) -> None:
    sent = week(monday="8:00-12:00, 13:00-17:00", friday="22:00–06:00+1", sunday="09:00–11:00")
    response = client.post(page(office), sent)
    after = in_force(office)
    assert response["Location"] == page(after)
    assert (after.version, after.hours().weekly[0]) == (2, ((480, 720), (780, 1020)))
    assert (after.hours().weekly[4], after.hours().weekly[6]) == (((1320, 1800),), ((540, 660),))
    assert after.hours().days == OFFICE.days
    assert after.created_by is not None
    assert Department.objects.get().calendar == after


def test_what_is_shown_can_be_sent_back_without_a_new_version(client: Client, office: Calendar) -> None:
    form = client.get(page(office)).context["forms"]["week"]
    shown = {field.html_name: field.value() for field in form}
    sent = {name: value for name, value in shown.items() if value is not False}
    assert client.post(page(office), {**sent, "act": "week"}).status_code == 302
    assert (in_force(office), Calendar.objects.filter(name="Office hours").count()) == (office, 1)


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("monday", "eight", "Write hours as 08:00–16:30, several with commas between them."),
        ("monday", "08:75–16:00", "Write a time of day such as 08:00; midnight at the end is 24:00."),
        (
            "monday",
            "16:00–08:00",
            "Monday, 16:00–08:00: hours must end after they begin. Write 08:00+1 for the next day.",
        ),
        ("tuesday", "08:00–12:00, 11:00–16:00", "Tuesday 08:00–12:00 and Tuesday 11:00–16:00 overlap."),
        ("name", "", "This field is required."),
        ("time_zone", "Mars/Olympus", None),
    ],
)
def test_a_week_that_nobody_can_work_by_is_refused_beside_its_field(
    field: str, typed: str, said: str | None, client: Client, office: Calendar
) -> None:
    response = client.post(page(office), week(**{field: typed}))
    assert response.status_code == 200
    errors = response.context["forms"]["week"].errors
    assert list(errors) == [field]
    assert said is None or errors[field] == [said]
    assert (in_force(office), office.hours()) == (office, OFFICE)


def test_a_night_that_runs_into_the_next_day_is_refused_there(client: Client, office: Calendar) -> None:
    response = client.post(page(office), week(monday="22:00–06:00+1", tuesday="05:00–09:00"))
    errors = response.context["forms"]["week"].errors
    assert errors == {"tuesday": ["Monday 22:00–06:00+1 and Tuesday 05:00–09:00 overlap."]}


def test_a_date_gets_hours_of_its_own_changes_them_and_loses_them(client: Client, office: Calendar) -> None:
    sent = {"act": "day", "date": "2026-12-24", "name": "Christmas Eve", "hours": "08:00–12:00"}
    client.post(page(office), sent)
    eve = SpecialDay(date(2026, 12, 24), "Christmas Eve", ((480, 720),))
    assert eve in in_force(office).hours().days

    client.post(page(in_force(office)), {**sent, "hours": ""})
    assert SpecialDay(eve.date, eve.name) in in_force(office).hours().days

    client.post(page(in_force(office)), {"act": "remove", "date": "2026-12-24"})
    assert in_force(office).hours().days == OFFICE.days


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"date": "2026-02-30", "name": "x", "hours": ""}, "date"),
        ({"date": "2026-12-24", "name": "", "hours": ""}, "name"),
        ({"date": "2026-12-24", "name": "x", "hours": "noon"}, "hours"),
        ({"date": "2026-12-24", "name": "x", "hours": "12:00–08:00"}, "__all__"),
        ({"date": "2026-12-24", "name": "x", "hours": "08:00–12:00, 11:00–13:00"}, "__all__"),
    ],
)
def test_a_date_that_makes_no_sense_is_refused(
    sent: dict[str, str], field: str, client: Client, office: Calendar
) -> None:
    response = client.post(page(office), {**sent, "act": "day"})
    assert response.status_code == 200
    assert list(response.context["forms"]["day"].errors) == [field]
    assert in_force(office) == office


def test_public_holidays_of_a_year_are_added_with_one_button(client: Client, office: Calendar) -> None:
    client.post(page(office), {"act": "holidays", "year": "2026"})
    days = {day.date: day.name for day in in_force(office).hours().days}
    assert days[date(2026, 8, 10)] == "National Women's Day (observed)"
    assert days[date(2026, 3, 23)] == "Stocktaking"
    again = client.post(page(in_force(office)), {"act": "holidays", "year": "2026"})
    assert "year" in again.context["forms"]["holidays"].errors
    assert in_force(office).version == 2


@pytest.mark.parametrize("year", ["", "1900", "next"])
def test_a_year_that_is_not_offered_is_refused(year: str, client: Client, office: Calendar) -> None:
    response = client.post(page(office), {"act": "holidays", "year": year})
    assert (response.status_code, in_force(office)) == (200, office)


# The preview


def answers(client: Client, calendar: Calendar, **asked: str) -> list[Any]:
    found: list[Any] = client.get(page(calendar), asked).context["answers"]
    return found


def test_the_page_shows_what_eight_hours_mean_on_the_coming_friday(client: Client, office: Calendar) -> None:
    (answer,) = answers(client, office)
    assert (answer.label, answer.reported, answer.due) == (
        "Promised within 8 h",
        "Fri 20 Mar, 16:00",
        "Tue 24 Mar, 12:00",
    )
    assert [(part.when, part.what) for part in answer.way] == [
        ("Fri 20 Mar – Sun 22 Mar", "closed"),
        ("Mon 23 Mar", "4 h · Stocktaking"),
        ("Tue 24 Mar", "4 h"),
    ]


def test_a_typed_moment_and_time_are_worked_out_in_the_calendars_zone(
    client: Client, office: Calendar
) -> None:
    (answer,) = answers(client, office, reported="2026-12-24T15:00", within="1 h 30 min")
    assert (answer.reported, answer.due) == ("Thu 24 Dec, 15:00", "Mon 28 Dec, 08:30")
    assert ("Fri 25 Dec", "closed · Christmas Day") in [(part.when, part.what) for part in answer.way]


def test_what_is_due_at_midnight_says_nothing_of_the_day_that_begins(
    client: Client, office: Calendar
) -> None:
    always = CalendarFactory.create(organisation=office.organisation, around_the_clock=True)
    (answer,) = answers(client, always, reported="2026-03-20T16:00", within="8 h")
    assert (answer.due, [(part.when, part.what) for part in answer.way]) == (
        "Sat 21 Mar, 00:00",
        [("Fri 20 Mar", "8 h")],
    )


def test_a_promise_is_worked_out_for_its_answer_and_its_fix(client: Client, office: Calendar) -> None:
    category = CategoryFactory.create(department=office.departments.get())
    standard = StandardFactory.create(
        category=category, respond_within_seconds=3600, resolve_within_seconds=9 * 3600
    )
    found = answers(client, office, reported="2026-03-18T09:00", standard=str(standard.pk))
    assert [(answer.label, answer.due) for answer in found] == [
        ("Answer within 1 h", "Wed 18 Mar, 10:00"),
        ("Fix within 9 h", "Thu 19 Mar, 10:00"),
    ]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"reported": "soon"}, "reported"),
        ({"reported": "9999-12-31T23:59"}, "reported"),
        ({"reported": "0001-01-01T00:00"}, "reported"),
        ({"within": "0 min"}, "within"),
        ({"within": "a while"}, "within"),
        ({"standard": "018f0000-0000-7000-8000-000000000000"}, "standard"),
        ({"standard": "x"}, "standard"),
    ],
)
def test_a_preview_of_nonsense_says_so(
    asked: dict[str, str], field: str, client: Client, office: Calendar
) -> None:
    response = client.get(page(office), asked)
    assert (response.status_code, list(response.context["preview"].errors)) == (200, [field])
    assert response.context["answers"] == []


def test_a_promise_that_never_comes_due_says_why(client: Client, office: Calendar) -> None:
    once = Hours(office.time_zone, days=(SpecialDay(date(2026, 12, 24), "Open once", ((480, 960),)),))
    rare = create_calendar(office.organisation, name="Rare", hours=once, acting_user=None)
    (answer,) = answers(client, rare, within="9 h")
    assert "not enough working time" in answer.refusal


# Versions, deleting, rights


def test_an_earlier_version_is_only_read(client: Client, office: Calendar) -> None:
    longer = change_calendar(
        office, hours=Hours(office.time_zone, weekly=(read_hours("07:00–18:00"),) * 7), acting_user=None
    )
    response = client.get(page(office))
    assert "These hours were replaced" in text_of(response)
    assert response.context["may_change"] is False
    assert f'href="{page(office)}"' in text_of(client.get(page(longer)))
    stale = client.post(page(office), week())
    assert "replaced in the meantime" in str(stale.context["forms"]["week"].non_field_errors())
    assert in_force(office) == longer


def test_the_list_has_each_calendar_once(
    client: Client, office: Calendar, django_assert_max_num_queries: Any
) -> None:
    change_calendar(office, name="Front desk", acting_user=None)
    address = reverse("admin:departments_calendar_changelist")
    text = text_of(client.get(address))
    assert "Front desk" in text
    assert "Office hours" not in text
    counts = []
    for number in range(3):
        with django_assert_max_num_queries(40) as asked:
            client.get(address)
        counts.append(len(asked))
        create_calendar(office.organisation, name=f"More {number}", hours=OFFICE, acting_user=None)
    assert counts == counts[:1] * 3


def test_departments_choose_from_what_is_in_force(client: Client, office: Calendar) -> None:
    longer = change_calendar(office, name="Longer", acting_user=None)
    department = office.organisation.departments.get()
    response = client.get(reverse("admin:departments_department_change", args=[department.pk]))
    offered = set(response.context["adminform"].form.fields["calendar"].queryset)
    assert longer in offered
    assert office not in offered


def test_a_calendar_in_use_is_not_deleted(client: Client, office: Calendar) -> None:
    response = client.post(page(office), {"act": "delete"}, follow=True)
    assert "“Office hours” cannot be deleted. It is used by: Water." in text_of(response)
    assert in_force(office) == office


def test_a_calendar_that_nothing_uses_is_deleted(client: Client, office: Calendar) -> None:
    spare = create_calendar(office.organisation, name="Spare", hours=OFFICE, acting_user=None)
    response = client.post(page(spare), {"act": "delete"}, follow=True)
    assert "Spare is deleted." in text_of(response)
    assert not Calendar.objects.filter(pk=spare.pk).exists()


def test_a_new_calendar_is_made_with_its_week(client: Client, office: Calendar) -> None:
    address = reverse("admin:departments_calendar_add")
    assert client.get(address).status_code == 200
    refused = client.post(address, week(name="Office hours"))
    assert refused.context["form"].errors == {"name": ["There is a calendar with this name already."]}
    sent = week(name="Front desk", monday="09:00–15:00", keeps_public_holidays="on")
    response = client.post(address, sent)
    made = Calendar.objects.get(name="Front desk")
    assert response["Location"] == page(made)
    assert (made.hours().weekly[0], made.public_holidays_until) == (((540, 900),), 2028)


def test_a_button_that_does_not_exist_is_not_found(client: Client, office: Calendar) -> None:
    assert client.post(page(office), {"act": "explode"}).status_code == 404
    assert client.post(page(office), {}).status_code == 404


@pytest.mark.parametrize("role", [Role.AGENT, Role.AUDITOR, Role.CALL_CENTRE, Role.DEPARTMENT_ADMIN])
def test_others_read_hours_and_change_none(role: Role, office: Calendar) -> None:
    client = as_person(staff_member(office.departments.get(), role=role))
    response = client.get(page(office))
    assert (response.status_code, response.context["may_change"]) == (200, False)
    assert 'name="monday"' not in text_of(response)
    acts = [
        week(monday="09:00–10:00"),
        {"act": "delete"},
        {"act": "holidays", "year": "2026"},
        {"act": "follow"},
    ]
    for sent in acts:
        assert client.post(page(office), sent).status_code == 403
    assert client.post(reverse("admin:departments_calendar_add"), week(name="Mine")).status_code == 403
    assert (in_force(office), office.open_promises_follow) == (office, False)


def test_another_organisations_calendar_is_not_there(office: Calendar) -> None:
    foreign = as_person(staff_member(DepartmentFactory.create(), role=Role.ORGANISATION_ADMIN))
    assert foreign.get(page(office)).status_code == 404
    assert foreign.post(page(office), week(monday="09:00–10:00")).status_code == 404
    assert in_force(office).hours() == OFFICE
