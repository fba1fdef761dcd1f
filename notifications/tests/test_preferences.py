"""What people choose for themselves, on their page and over HTTP, and what organisations choose."""

from __future__ import annotations

from datetime import time
from email.utils import parseaddr
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import Organisation, User
from accounts.tests.factories import MembershipFactory, UserFactory
from notifications.actions.preferences import Chosen, choose
from notifications.enums import Channel, Digest, Topic
from notifications.models import ChannelChoice, Preference, TellingRules
from notifications.queries import wishes_for
from notifications.routing import ROUTING
from notifications.senders import sender_of
from notifications.tests.factories import resident
from tickets.enums import EventKind
from tickets.tests.api import api_client
from tickets.tests.factories import burst_pipe_category

pytestmark = pytest.mark.django_db
PAGE = "/account/messages/"
API = "/api/v1/preferences/"
RESIDENTS_TOPICS = ("receipts", "questions", "progress", "messages")


@pytest.fixture
def thandi() -> User:
    return resident()


@pytest.fixture
def client_of_thandi(thandi: User) -> Client:
    client = Client()
    client.force_login(thandi)
    return client


def everything_on(**typed: str) -> dict[str, str]:
    """What the page sends when nothing is switched off; an empty value takes a tick away."""
    boxes = {f"{topic}_{channel}": "on" for topic in RESIDENTS_TOPICS for channel in ("email", "sms")}
    boxes["areas_email"] = "on"
    sent = {"digest": "none", "quiet_from": "", "quiet_until": "", **boxes, **typed}
    return {name: value for name, value in sent.items() if value or not name.endswith(("_email", "_sms"))}


# The page


def test_the_account_page_leads_there(client_of_thandi: Client) -> None:
    assert f'href="{PAGE}"' in client_of_thandi.get("/account/").content.decode()
    shown = client_of_thandi.get(PAGE)
    assert [row.name for row in shown.context["form"].topic_rows()] == [
        "Receipts and codes",
        "Questions to you",
        "How it goes",
        "Messages",
        "Areas that you follow",
    ]


def test_who_works_here_is_asked_about_their_work_too() -> None:
    member = MembershipFactory.create(role=Role.AGENT)
    client = Client()
    client.force_login(member.user)
    names = [row.name for row in client.get(PAGE).context["form"].topic_rows()]
    assert names[-5:-1] == ["Your work", "Changes in projects", "Warnings", "Points and remedies"]


def test_visitors_are_asked_to_sign_in() -> None:
    answer = Client().get(PAGE)
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={PAGE}")


def test_what_is_chosen_is_kept(client_of_thandi: Client, thandi: User) -> None:
    typed = everything_on(digest="daily", quiet_from="22:00", quiet_until="06:30", progress_sms="")
    assert client_of_thandi.post(PAGE, typed).status_code == 302
    wishes = wishes_for(thandi)
    assert (wishes.digest, wishes.quiet_from, wishes.quiet_until) == (Digest.DAILY, time(22), time(6, 30))
    assert wishes.switched_off == {(Topic.PROGRESS, Channel.SMS)}
    form = client_of_thandi.get(PAGE).context["form"]
    assert (form["progress_sms"].value(), form["progress_email"].value()) == (False, True)


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"quiet_from": "22:00"}, "quiet_until", "Quiet hours need a beginning and another end"),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, "quiet_until", "Quiet hours need a beginning"),
        ({"quiet_from": "25:00", "quiet_until": "06:00"}, "quiet_from", "Enter a valid time."),
        ({"digest": "weekly"}, "digest", "Select a valid choice."),
        ({"questions_email": "", "questions_sms": ""}, "questions_email", "leave one channel on"),
        ({"receipts_email": "", "receipts_sms": ""}, "receipts_email", "leave one channel on"),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(
    client_of_thandi: Client, typed: dict[str, str], field: str, said: str
) -> None:
    answer = client_of_thandi.post(PAGE, everything_on(**typed))
    assert answer.status_code == 400
    assert said in str(answer.context["form"].errors[field])
    assert not ChannelChoice.objects.exists()
    assert not Preference.objects.exclude(digest=Digest.NONE, quiet_from=None).exists()


def test_what_the_page_does_not_ask_for_stays(client_of_thandi: Client, thandi: User) -> None:
    off = {(Topic.CHANGES, Channel.EMAIL)}
    choose(thandi, Chosen(Digest.NONE, None, None, off), acting_user=thandi)
    client_of_thandi.post(PAGE, everything_on(messages_email=""))
    assert wishes_for(thandi).switched_off == off | {(Topic.MESSAGES, Channel.EMAIL)}


# Over HTTP


def ways(**off: bool) -> dict[str, bool]:
    return {"email": True, "sms": True} | off


def test_the_api_shows_everything_of_a_person(thandi: User) -> None:
    assert api_client(thandi).get(API).json() == {
        "digest": "none",
        "quiet_hours": None,
        "topics": {
            **{topic: ways() for topic in RESIDENTS_TOPICS},
            **{topic: {"email": True} for topic in ("work", "changes", "warnings", "points", "areas")},
        },
    }


def test_the_api_changes_what_is_sent_and_nothing_else(thandi: User) -> None:
    client = api_client(thandi)
    quiet = {"begins": "22:00", "ends": "06:30"}
    first = client.patch(API, {"quiet_hours": quiet, "topics": {"progress": {"sms": False}}})
    assert (first.status_code, first.json()["quiet_hours"]) == (200, quiet)
    second = client.patch(API, {"digest": "hourly", "topics": {"messages": {"email": False}}}).json()
    assert (second["digest"], second["quiet_hours"]) == ("hourly", quiet)
    assert second["topics"]["progress"] == ways(sms=False)
    assert second["topics"]["messages"] == ways(email=False)
    third = client.patch(API, {"quiet_hours": None, "topics": {"progress": {"sms": True}}}).json()
    assert (third["quiet_hours"], third["topics"]["progress"]) == (None, ways())


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"digest": "weekly"}, "invalid"),
        ({"quiet_hours": {"begins": "22:00"}}, "invalid"),
        ({"quiet_hours": {"begins": "22:00", "ends": "22:00"}}, "quiet_hours_need_two_ends"),
        ({"quiet_hours": {"begins": "ten", "ends": "six"}}, "invalid"),
        ({"topics": {"weather": {"sms": False}}}, "invalid"),
        ({"topics": {"progress": {"fax": False}}}, "invalid"),
        ({"topics": {"questions": {"email": False, "sms": False}}}, "one_channel_is_needed"),
        ({"language": "zu"}, "invalid"),
    ],
)
def test_the_api_refuses_what_cannot_be(thandi: User, body: dict[str, Any], code: str) -> None:
    answer = api_client(thandi).patch(API, body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not ChannelChoice.objects.exists()
    assert not Preference.objects.filter(quiet_from__isnull=False).exists()


def test_the_api_is_for_people_who_are_signed_in(thandi: User) -> None:
    assert api_client(None).get(API).status_code == 401


# Of an organisation


@pytest.fixture
def city() -> Organisation:
    return burst_pipe_category().organisation


def rules_page() -> str:
    return reverse("admin:notifications_rules")


def signed_in(organisation: Organisation, role: Role) -> Client:
    person = UserFactory.create(is_staff=True)
    MembershipFactory.create(organisation=organisation, user=person, role=role)
    client = Client()
    client.force_login(person)
    return client


def all_told(**typed: str) -> dict[str, str]:
    told = {kind.value: "on" for kind, routes in ROUTING.items() if routes}
    sent = {"sms_per_day": "", "sms_per_month": "", **told, **typed}
    return {name: value for name, value in sent.items() if value or name.startswith("sms")}


def test_an_admin_switches_a_kind_off_and_limits_sms(city: Organisation) -> None:
    client = signed_in(city, Role.ORGANISATION_ADMIN)
    assert client.get(rules_page()).status_code == 200
    typed = all_told(sms_per_day="100", sender_name="Tshwane Help Desk", **{EventKind.STARTED.value: ""})
    assert client.post(rules_page(), typed).status_code == 302
    rules = TellingRules.objects.get(organisation=city)
    assert (rules.kinds_off, rules.sms_per_day, rules.sms_per_month) == ([EventKind.STARTED], 100, None)
    city.refresh_from_db()
    assert sender_of(city) == f"Tshwane Help Desk <{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}>"
    form = client.get(rules_page()).context["form"]
    assert form[EventKind.STARTED.value].value() is False


def test_what_asks_for_a_confirmation_stays_on_whatever_is_sent(city: Organisation) -> None:
    client = signed_in(city, Role.ORGANISATION_ADMIN)
    client.post(rules_page(), all_told(**{EventKind.RESOLVED.value: "", EventKind.CODE_SENT.value: ""}))
    assert TellingRules.objects.get(organisation=city).kinds_off == []


@pytest.mark.parametrize(
    "typed", [{"sms_per_day": "-1"}, {"sms_per_month": "10000001"}, {"sms_per_day": "x"}]
)
def test_a_limit_that_is_none_is_refused(city: Organisation, typed: dict[str, str]) -> None:
    client = signed_in(city, Role.ORGANISATION_ADMIN)
    assert client.post(rules_page(), all_told(**typed)).status_code == 400
    assert not TellingRules.objects.exists()


def test_a_senders_name_is_one_line_that_can_be_shown(city: Organisation) -> None:
    client = signed_in(city, Role.ORGANISATION_ADMIN)
    for name in ("x" * 81, "bell \x07"):
        assert client.post(rules_page(), all_told(sender_name=name)).status_code == 400
    assert TellingRules.objects.count() == 0
    TellingRules.objects.create(organisation=city, sender_name="City\r\nBcc: x@example.org")
    assert sender_of(city).startswith('"City Bcc: x@example.org" <')


@pytest.mark.parametrize("role", [Role.AGENT, Role.CALL_CENTRE, Role.DEPARTMENT_ADMIN, Role.AUDITOR])
def test_others_do_not_write_the_rules(city: Organisation, role: Role) -> None:
    client = signed_in(city, role)
    assert client.get(rules_page()).status_code == 403
    assert client.post(rules_page(), all_told()).status_code == 403
    assert not TellingRules.objects.exists()


def test_another_organisations_rules_do_not_exist(city: Organisation) -> None:
    client = signed_in(burst_pipe_category().organisation, Role.ORGANISATION_ADMIN)
    address = f"{rules_page()}?organisation={city.slug}"
    assert client.post(address, all_told(sms_per_day="0")).status_code == 404
    assert not TellingRules.objects.exists()
