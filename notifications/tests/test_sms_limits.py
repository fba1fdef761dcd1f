"""What SMS may cost: counted in parts, and mails still go out when it is used up."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.enums import Role
from accounts.models import Organisation
from accounts.tests.factories import MembershipFactory, UserFactory
from departments.models import Category
from notifications.actions.deliver import deliver_due
from notifications.actions.route import route_event
from notifications.enums import Channel, NotificationState
from notifications.gsm import parts_of
from notifications.models import Notification, SmsUse, TellingRules
from notifications.tests.factories import last_event, resident
from tests.inboxes import Inbox
from tickets.enums import EventKind
from tickets.tests.factories import burst_pipe_category, report_ticket

pytestmark = pytest.mark.django_db
S = NotificationState


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 1),
        ("x" * 160, 1),
        ("x" * 161, 2),
        ("x" * 306, 2),
        ("x" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ž" * 70, 1),
        ("ž" * 71, 2),
        ("ž" * 134, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_parts_of_an_sms(text: str, expected: int) -> None:
    assert parts_of(text).parts == expected


@pytest.fixture
def category() -> Category:
    return burst_pipe_category()


def limit(organisation: Organisation, **limits: int) -> None:
    TellingRules.objects.update_or_create(organisation=organisation, defaults=limits)


def report(category: Category, number: int) -> None:
    """Somebody reports, who hears of it by mail and by an SMS of one part."""
    ticket = report_ticket(category, reporter=resident(phone=f"+2782123450{number}"))
    route_event(last_event(ticket, EventKind.CREATED).pk)
    deliver_due()


def states(channel: Channel) -> list[str]:
    rows = Notification.objects.filter(channel=channel).order_by("pk")
    return list(rows.values_list("state", flat=True))


def test_after_the_last_part_of_the_day_sms_are_not_sent_and_mails_are(
    category: Category, mailbox: Inbox, sms_inbox: Inbox
) -> None:
    limit(category.organisation, sms_per_day=2)
    now = timezone.now().replace(hour=10)
    with time_machine.travel(now, tick=False) as clock:
        for number in (1, 2, 3):
            report(category, number)
        assert states(Channel.SMS) == [S.ACCEPTED, S.ACCEPTED, S.SUPPRESSED]
        assert states(Channel.EMAIL) == [S.ACCEPTED] * 3
        kept_back = Notification.objects.get(state=S.SUPPRESSED)
        assert kept_back.last_error == "The limit of 2 parts of SMS a day is used up."
        clock.shift(timedelta(days=1))
        report(category, 4)
    assert states(Channel.SMS)[-1] == S.ACCEPTED
    assert len(sms_inbox.messages()) == 3
    assert list(SmsUse.objects.order_by("day").values_list("parts", "refused")) == [(2, 1), (1, 0)]


def test_a_month_is_counted_over_its_days(category: Category, sms_inbox: Inbox) -> None:
    limit(category.organisation, sms_per_month=2)
    now = timezone.now().replace(day=10, hour=10)
    with time_machine.travel(now, tick=False) as clock:
        for number in (1, 2, 3):
            report(category, number)
            clock.shift(timedelta(days=1))
        assert states(Channel.SMS) == [S.ACCEPTED, S.ACCEPTED, S.SUPPRESSED]
        clock.shift(timedelta(days=25))
        report(category, 4)
    assert states(Channel.SMS)[-1] == S.ACCEPTED


def test_another_organisations_limit_is_not_ours(category: Category, sms_inbox: Inbox) -> None:
    limit(burst_pipe_category().organisation, sms_per_day=0)
    report(category, 1)
    assert states(Channel.SMS) == [S.ACCEPTED]


def test_what_the_provider_did_not_take_is_not_counted(category: Category, sms_inbox: Inbox) -> None:
    limit(category.organisation, sms_per_day=1)
    with sms_inbox.refusing():
        report(category, 1)
    assert SmsUse.objects.get().parts == 0
    report(category, 2)
    assert sorted(states(Channel.SMS)) == [S.ACCEPTED, S.QUEUED]
    assert SmsUse.objects.get().parts == 1


def test_the_admin_is_told_above_the_pages_of_the_console(category: Category, sms_inbox: Inbox) -> None:
    limit(category.organisation, sms_per_day=0)
    report(category, 1)
    person = UserFactory.create(is_staff=True)
    MembershipFactory.create(organisation=category.organisation, user=person, role=Role.ORGANISATION_ADMIN)
    client = Client()
    client.force_login(person)
    assert "1 SMS was not sent today" in client.get("/console/").content.decode()
