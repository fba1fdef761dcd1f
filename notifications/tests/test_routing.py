"""The table, without a database."""

from __future__ import annotations

import pytest

from notifications.enums import Audience, Channel
from notifications.routing import ROUTING, audiences_of, channels_of, concerns
from notifications.wording import writer_for
from tickets.enums import EventKind, Visibility
from tickets.workflow import WORKFLOW

STAFF = {
    Audience.ASSIGNEE,
    Audience.DEPARTMENT_ADMINS,
    Audience.ORGANISATION_ADMINS,
    Audience.TEAM,
    Audience.COLLEAGUES,
    Audience.APPELLANT,
}
PAIRS = [(kind, audience) for kind, routes in ROUTING.items() for audience in routes]


def test_every_kind_of_event_has_a_row() -> None:
    assert set(ROUTING) == set(EventKind)


@pytest.mark.parametrize(("kind", "audience"), PAIRS)
def test_everything_that_is_told_has_words(kind: EventKind, audience: Audience) -> None:
    assert callable(writer_for(kind, audience))


def test_what_only_staff_see_is_told_to_nobody_else() -> None:
    hidden = {rule.event for rule in WORKFLOW.values() if rule.visibility is Visibility.STAFF}
    assert {audience for kind in hidden for audience in ROUTING[kind]} <= STAFF


def test_what_is_between_reporter_and_staff_is_not_told_to_supporters() -> None:
    private = {rule.event for rule in WORKFLOW.values() if rule.visibility is not Visibility.PUBLIC}
    assert [kind for kind in private if Audience.SUPPORTERS in ROUTING[kind]] == []


def test_followers_hear_what_supporters_hear() -> None:
    told = {audience: {kind for kind in ROUTING if audience in ROUTING[kind]} for audience in Audience}
    assert told[Audience.FOLLOWERS] == told[Audience.SUPPORTERS] != set()


def test_a_person_who_fits_several_audiences_is_counted_as_reporter_first() -> None:
    assert audiences_of(EventKind.VERIFIED) == [
        Audience.REPORTER,
        Audience.SUPPORTERS,
        Audience.FOLLOWERS,
        Audience.ASSIGNEE,
        Audience.TEAM,
    ]


@pytest.mark.parametrize(
    ("has_email", "has_phone", "expected"),
    [
        (True, True, [Channel.EMAIL, Channel.SMS]),
        (True, False, [Channel.EMAIL]),
        (False, True, [Channel.SMS]),
        (False, False, []),
    ],
)
def test_a_reporter_hears_of_the_start_by_every_address_there_is(
    has_email: bool, has_phone: bool, expected: list[Channel]
) -> None:
    assert (
        channels_of(EventKind.STARTED, Audience.REPORTER, has_email=has_email, has_phone=has_phone)
        == expected
    )


@pytest.mark.parametrize(
    ("has_email", "has_phone", "expected"),
    [(True, True, [Channel.EMAIL]), (False, True, [Channel.SMS]), (False, False, [])],
)
def test_a_supporter_gets_an_sms_only_without_an_e_mail_address(
    has_email: bool, has_phone: bool, expected: list[Channel]
) -> None:
    assert (
        channels_of(EventKind.STARTED, Audience.SUPPORTERS, has_email=has_email, has_phone=has_phone)
        == expected
    )


@pytest.mark.parametrize("named", ["assignee", "department_admins", "organisation_admins"])
def test_a_step_of_a_ladder_is_told_to_its_own_audience_alone(named: str) -> None:
    told = [
        audience.value
        for audience in audiences_of(EventKind.ESCALATED)
        if concerns(audience, EventKind.ESCALATED, has_assignee=True, data={"audience": named})
    ]
    assert told == [named]


@pytest.mark.parametrize(
    ("has_assignee", "expected"), [(True, ["assignee"]), (False, ["assignee", "department_admins"])]
)
def test_admins_are_warned_only_of_what_nobody_has(has_assignee: bool, expected: list[str]) -> None:
    told = [
        audience.value
        for audience in audiences_of(EventKind.EXPIRING)
        if concerns(audience, EventKind.EXPIRING, has_assignee=has_assignee, data={})
    ]
    assert told == expected


def test_staff_are_never_told_by_sms() -> None:
    told = {
        channel
        for kind, audience in PAIRS
        if audience in STAFF
        for channel in channels_of(kind, audience, has_email=True, has_phone=True)
    }
    assert told == {Channel.EMAIL}
