"""Replies by SMS and WhatsApp, as Twilio posts them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.utils import timezone

from accounts.models import User
from common.tests.snapshot import Snapshot
from departments.models import Category
from departments.tests.factories import staff_member
from notifications.inbound.actions.receiving import MOST_AN_HOUR
from notifications.inbound.actions.texts import STATUS_AN_HOUR
from notifications.inbound.enums import Became, Ignored, WhyStopped
from notifications.inbound.models import InboundMessage, OrganisationChannels, SuppressedAddress
from notifications.inbound.tests.twilio import OURS, answer_to, post, text
from notifications.models import Notification
from notifications.tests.factories import resident, tell
from tests.inboxes import Inbox
from tickets.actions.following import follow_ticket
from tickets.actions.intake import Report, Reporter, create_ticket
from tickets.actions.lifecycle import resolve_ticket, respond
from tickets.enums import EventKind, Outcome, Source, Status, VerificationState
from tickets.models import Message, Ticket
from tickets.tests.factories import burst_pipe_category, report_ticket
from tickets.verification import code_for

pytestmark = pytest.mark.django_db
THANDI, STRANGER = "+27821234501", "+27821234599"


@pytest.fixture
def category() -> Category:
    return burst_pipe_category()


@pytest.fixture
def agent(category: Category) -> User:
    return staff_member(category.department)


@pytest.fixture
def thandi() -> User:
    return resident(email=None)


@pytest.fixture
def ticket(category: Category, agent: User, thandi: User, sms_inbox: Inbox) -> Ticket:
    """One that Thandi reported and was told about by SMS."""
    ticket = report_ticket(category, reporter=thandi)
    tell(ticket, EventKind.CREATED)
    return ticket


@pytest.fixture
def resolved(ticket: Ticket, agent: User) -> Ticket:
    """Thandi was asked whether it is fixed."""
    resolve_ticket(ticket, note="New coupling.", acting_user=agent)
    tell(ticket, EventKind.RESOLVED)
    ticket.refresh_from_db()
    return ticket


def code_of(ticket: Ticket) -> str:
    return code_for(ticket.verifications.get())


def wrong_code(ticket: Ticket) -> str:
    return f"{(int(code_of(ticket)) + 1) % 1_000_000:06}"


def last() -> InboundMessage:
    return InboundMessage.objects.newest_first()[:1].get()


def became() -> tuple[str, str]:
    return last().became, last().ignored_because


# The proof


def test_the_code_confirms_the_fix(resolved: Ticket, thandi: User) -> None:
    code = code_of(resolved)
    answer = answer_to(THANDI, f" {code[:3]} {code[3:]} ")
    resolved.refresh_from_db()
    assert (resolved.status, resolved.outcome) == (Status.CLOSED, Outcome.VERIFIED)
    assert answer == f"{resolved.reference}: thank you. The fix is confirmed, and the ticket is closed."
    assert resolved.events.get(kind=EventKind.VERIFIED).actor == thandi
    kept = last()
    assert (kept.became, kept.ticket, kept.organisation, kept.person) == (
        Became.CONFIRMED,
        resolved,
        resolved.organisation,
        thandi,
    )
    assert code not in kept.text.replace(" ", "")


def test_each_code_confirms_the_ticket_that_it_belongs_to(
    resolved: Ticket, category: Category, agent: User, thandi: User
) -> None:
    later = report_ticket(category, reporter=thandi, title="Another pipe")
    resolve_ticket(later, note="Done.", acting_user=agent)
    tell(later, EventKind.RESOLVED)
    answer_to(THANDI, code_of(resolved))
    resolved.refresh_from_db()
    later.refresh_from_db()
    assert (resolved.outcome, later.status) == (Outcome.VERIFIED, Status.RESOLVED)


def test_a_wrong_code_is_counted_and_changes_nothing_else(resolved: Ticket) -> None:
    before = Snapshot({"tickets": Ticket.objects.all(), "messages": Message.objects.all()})()
    answer = answer_to(THANDI, wrong_code(resolved))
    assert answer == f"{resolved.reference}: This code is not right. Tries left: 4."
    assert became() == (Became.IGNORED, Ignored.WRONG_CODE)
    assert resolved.verifications.get().attempts == 1
    assert Snapshot({"tickets": Ticket.objects.all(), "messages": Message.objects.all()})() == before


def test_a_code_that_was_tried_too_often_is_refused_even_when_it_is_right(resolved: Ticket) -> None:
    for _try in range(5):
        answer_to(THANDI, wrong_code(resolved))
    assert "tried too often" in answer_to(THANDI, code_of(resolved))
    resolved.refresh_from_db()
    assert resolved.status == Status.RESOLVED


def test_a_strangers_code_is_nobodys(resolved: Ticket) -> None:
    answer_to(STRANGER, code_of(resolved))
    resolved.refresh_from_db()
    assert (resolved.status, resolved.verifications.get().attempts) == (Status.RESOLVED, 0)
    assert became() == (Became.IGNORED, Ignored.UNKNOWN)


@pytest.mark.parametrize("word", ["YES", " yes thanks!", "Ja", "Yebo", "ee", "Ina"])
def test_yes_confirms(resolved: Ticket, word: str) -> None:
    answer_to(THANDI, word)
    resolved.refresh_from_db()
    assert (resolved.status, resolved.outcome) == (Status.CLOSED, Outcome.VERIFIED)


def test_yes_without_a_question_is_a_message(ticket: Ticket) -> None:
    assert answer_to(THANDI, "Yes") == ""
    assert ticket.messages.get().body == "Yes"


def test_no_with_a_reason_disputes(resolved: Ticket) -> None:
    answer = answer_to(THANDI, "NO, water is still running")
    resolved.refresh_from_db()
    assert (resolved.status, became()[0]) == (Status.IN_PROGRESS, Became.DISPUTED)
    assert resolved.events.get(kind=EventKind.DISPUTED).note == "water is still running"
    assert answer == f"{resolved.reference}: thank you for saying so. The work goes on."


def test_a_bare_no_asks_for_the_reason_and_the_next_words_are_it(resolved: Ticket) -> None:
    assert (
        answer_to(THANDI, "No.") == f"{resolved.reference}: what is still wrong? Please reply in a few words."
    )
    resolved.refresh_from_db()
    assert (resolved.status, became()[0]) == (Status.RESOLVED, Became.REASON_ASKED)
    answer_to(THANDI, "There is a puddle again")
    resolved.refresh_from_db()
    assert resolved.status == Status.IN_PROGRESS
    assert resolved.events.get(kind=EventKind.DISPUTED).note == "There is a puddle again"
    assert resolved.verifications.get().state == VerificationState.DISPUTED


def test_a_reason_that_comes_days_later_is_a_message(resolved: Ticket) -> None:
    answer_to(THANDI, "No")
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        answer_to(THANDI, "There is a puddle again")
    resolved.refresh_from_db()
    assert (resolved.status, resolved.messages.get().body) == (Status.RESOLVED, "There is a puddle again")


def test_a_question_that_is_closed_already_is_not_answered_again(resolved: Ticket) -> None:
    answer_to(THANDI, "yes")
    answer_to(THANDI, "no, it leaks")
    resolved.refresh_from_db()
    # What the reporter says after the end opens a follow-up.
    follow_up = Ticket.objects.get(follow_up_of=resolved)
    assert (resolved.outcome, follow_up.messages.get().body) == (Outcome.VERIFIED, "no, it leaks")
    assert last().ticket == follow_up


def test_somebody_without_an_account_confirms_and_is_not_the_system(
    category: Category, agent: User, sms_inbox: Inbox
) -> None:
    ticket = create_ticket(
        category.organisation,
        Report(title="Leak", category=category),
        reporter=Reporter(phone=THANDI),
        source=Source.CALL_CENTRE,
        acting_user=None,
    )
    resolve_ticket(ticket, note="Done.", acting_user=agent)
    tell(ticket, EventKind.RESOLVED)
    answer_to(THANDI, "no: it is not")
    ticket.refresh_from_db()
    assert ticket.status == Status.IN_PROGRESS
    answer_to(THANDI, "Please hurry")
    said = ticket.messages.get()
    assert (said.body, said.author, said.is_from_staff, said.source) == ("Please hurry", None, False, "sms")


# Everything else


def test_anything_else_is_a_message_on_the_ticket_that_was_told_last(
    ticket: Ticket, category: Category, thandi: User
) -> None:
    later = report_ticket(category, reporter=thandi, title="Another pipe")
    tell(later, EventKind.CREATED)
    assert answer_to(THANDI, "The gate is locked,\nplease ring 082 123 4567") == ""
    said = later.messages.get()
    assert (said.body, said.author, said.source) == (
        "The gate is locked,\nplease ring 082 123 4567",
        thandi,
        Source.SMS,
    )
    assert ticket.messages.count() == 0
    assert (last().became, last().ticket) == (Became.MESSAGE_ADDED, later)


def test_the_answer_to_a_question_takes_the_ticket_back_to_work(ticket: Ticket, agent: User) -> None:
    respond(ticket, message="Which gate?", acting_user=agent)
    tell(ticket, EventKind.RESPONDED)
    answer_to(THANDI, "Gate 3")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.auto_close_at) == (Status.IN_PROGRESS, None)
    assert ticket.events.filter(kind=EventKind.REPLIED).count() == 1


def test_staff_never_read_a_code(resolved: Ticket) -> None:
    code = code_of(resolved)
    answer_to(THANDI, f"I got the code {code} from you but what am I to do with it")
    assert resolved.messages.get().body == "I got the code *** from you but what am I to do with it"
    assert code not in last().text


def test_a_follower_is_told_that_only_the_reporter_writes(
    ticket: Ticket, agent: User, sms_inbox: Inbox
) -> None:
    lindiwe = resident(email=None, phone=STRANGER)
    follow_ticket(ticket, acting_user=lindiwe)
    resolve_ticket(ticket, note="Done.", acting_user=agent)
    tell(ticket, EventKind.RESOLVED)
    assert "only who reported it" in answer_to(STRANGER, "When?")
    assert answer_to(STRANGER, "When, please?") == ""
    assert (became(), ticket.messages.count()) == ((Became.IGNORED, Ignored.NOT_ALLOWED), 0)
    answer_to(STRANGER, "yes")
    ticket.refresh_from_db()
    assert ticket.status == Status.RESOLVED


def test_what_cannot_be_shown_is_left_out(ticket: Ticket) -> None:
    answer_to(THANDI, "Gate\x003\x08 " + "x" * 6000)
    body = ticket.messages.get().body
    assert (body[:8], len(body)) == ("Gate3 xx", 5000)
    assert len(last().text) == 2000


@pytest.mark.parametrize("body", ["", "   ", "\n"])
def test_a_picture_without_words_gets_one_answer(ticket: Ticket, body: str) -> None:
    assert "cannot see pictures" in answer_to(THANDI, body, NumMedia="1")
    assert answer_to(THANDI, body, NumMedia="1") == ""
    assert answer_to(THANDI, body) == ""
    assert (became(), ticket.messages.count()) == ((Became.IGNORED, Ignored.EMPTY), 0)


def test_a_stranger_gets_one_helpful_answer_and_no_second_one_that_day() -> None:
    assert "To report a problem: http://testserver" in answer_to(STRANGER, "Hello?")
    assert answer_to(STRANGER, "Hello??") == ""
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1), tick=False):
        assert "To report a problem" in answer_to(STRANGER, "Hello???")
    rows = InboundMessage.objects.all()
    kept = [(row.became, row.ignored_because, row.organisation) for row in rows]
    assert kept == [(Became.IGNORED, Ignored.UNKNOWN, None)] * 3


@pytest.mark.parametrize("sender", ["Vodacom", "12345", "+1", "", "whatsapp:x", OURS])
def test_who_cannot_be_answered_is_not(sender: str) -> None:
    assert answer_to(sender, "Win a car!") == ""
    assert became()[0] == Became.IGNORED


def test_our_own_number_is_no_conversation(ticket: Ticket, thandi: User) -> None:
    Notification.objects.update(address=OURS)
    assert answer_to(OURS, "Hello") == ""
    assert (became(), ticket.messages.count()) == ((Became.IGNORED, Ignored.LOOP), 0)


def test_a_machine_that_goes_on_for_ever_is_not_listened_to(ticket: Ticket) -> None:
    InboundMessage.objects.bulk_create(
        InboundMessage(channel="sms", provider_id=f"SM{number}", sender=THANDI)
        for number in range(MOST_AN_HOUR)
    )
    assert answer_to(THANDI, "ping") == ""
    assert (became(), ticket.messages.count()) == ((Became.IGNORED, Ignored.TOO_MANY), 0)


# Status


def test_status_says_where_it_is_and_what_was_promised(ticket: Ticket) -> None:
    answer = answer_to(THANDI, f"status {ticket.reference.lower().replace('-', ' ')}")
    assert answer.startswith(f"{ticket.reference} (Burst pipe in Church Street): ")
    for words in (
        f"It is with {ticket.department}.",
        "Promised by",
        f"http://testserver/t/{ticket.reference}/",
    ):
        assert words in answer
    assert (last().became, last().ticket) == (Became.STATUS_TOLD, ticket)


def test_status_without_a_reference_is_about_what_was_told_last(ticket: Ticket) -> None:
    assert answer_to(THANDI, "STATUS").startswith(ticket.reference)


def test_status_of_what_the_sender_may_not_see_is_answered_as_if_there_were_none(category: Category) -> None:
    secret = report_ticket(category, is_public=False, title="Secret")
    words = "We know of no ticket {} that you reported. Is it written right?"
    assert answer_to(STRANGER, f"STATUS {secret.reference}") == words.format(secret.reference)
    assert answer_to(STRANGER, "STATUS TSH-CE5-Y5Q") == words.format("TSH-CE5-Y5Q")
    assert last().ticket is None


def test_status_with_a_typing_error_says_so(ticket: Ticket) -> None:
    assert "typing error" in answer_to(THANDI, "STATUS TSH-222-222")


def test_status_is_limited(ticket: Ticket) -> None:
    answers = [answer_to(THANDI, "STATUS") for _time in range(STATUS_AN_HOUR + 1)]
    assert [bool(answer) for answer in answers] == [True] * STATUS_AN_HOUR + [False]
    assert became() == (Became.IGNORED, Ignored.TOO_MANY)


def test_status_is_told_in_the_language_of_the_last_message(ticket: Ticket) -> None:
    Notification.objects.update(language="af")
    with_words = answer_to(THANDI, "STATUS")
    assert with_words.startswith(ticket.reference)


# Stop and start


@pytest.mark.parametrize("word", ["STOP", " stop. ", "StopAll", "UNSUBSCRIBE", "cancel", "End", "QUIT"])
def test_stop_is_the_end_of_all_sms_and_twilio_says_so_itself(
    ticket: Ticket, agent: User, sms_inbox: Inbox, word: str
) -> None:
    assert answer_to(THANDI, word) == ""
    row = SuppressedAddress.objects.get()
    assert (row.channel, row.address, row.reason) == ("sms", THANDI, WhyStopped.ASKED)
    sent = len(sms_inbox.messages())
    resolve_ticket(ticket, note="Done.", acting_user=agent)
    assert tell(ticket, EventKind.RESOLVED) == {("reporter", "sms"): "suppressed"}
    assert Notification.objects.latest("created_at").last_error == "asked for it (STOP)"
    assert len(sms_inbox.messages()) == sent


def test_stop_in_another_language_is_confirmed_by_us(ticket: Ticket) -> None:
    assert answer_to(THANDI, "Yekela").startswith("You get no more messages from us")
    assert became() == (Became.STOPPED, "")


@pytest.mark.parametrize("word", ["START", "unstop", "Yes"])
def test_start_is_the_beginning_again(ticket: Ticket, agent: User, word: str) -> None:
    answer_to(THANDI, "STOP")
    answer_to(THANDI, word)
    assert (SuppressedAddress.objects.count(), became()) == (0, (Became.STARTED, ""))
    resolve_ticket(ticket, note="Done.", acting_user=agent)
    assert tell(ticket, EventKind.RESOLVED) == {("reporter", "sms"): "accepted"}


def test_what_twilio_made_of_it_counts(ticket: Ticket) -> None:
    answer_to(THANDI, "no more of this", OptOutType="STOP")
    assert SuppressedAddress.objects.count() == 1
    answer_to(THANDI, "again", OptOutType="START")
    assert SuppressedAddress.objects.count() == 0


def test_stop_twice_is_one_stop(ticket: Ticket) -> None:
    answer_to(THANDI, "STOP")
    since = SuppressedAddress.objects.get().since
    answer_to(THANDI, "STOP")
    assert SuppressedAddress.objects.get().since == since


# WhatsApp


def test_whatsapp_is_a_channel_of_its_own(ticket: Ticket) -> None:
    OrganisationChannels.objects.create(organisation=ticket.organisation, whatsapp_from="+27120000001")
    answer_to(f"whatsapp:{THANDI}", "Gate 3", To="whatsapp:+27120000001")
    assert (ticket.messages.get().body, last().channel, last().sender) == ("Gate 3", "whatsapp", THANDI)
    assert answer_to(f"whatsapp:{THANDI}", "STOP", To="whatsapp:+27120000001").startswith("You get no more")
    assert SuppressedAddress.objects.get().channel == "whatsapp"


def test_a_number_of_one_organisation_never_writes_to_another(ticket: Ticket) -> None:
    other = burst_pipe_category().organisation
    OrganisationChannels.objects.create(organisation=other, whatsapp_from="+27120000002")
    answer_to(f"whatsapp:{THANDI}", "Gate 3", To="whatsapp:+27120000002")
    assert (last().organisation, last().ticket, ticket.messages.count()) == (other, None, 0)


# What Twilio promises and what it does not


def test_a_message_told_twice_is_done_once_and_answered_the_same(resolved: Ticket) -> None:
    code = code_of(resolved)
    answers = [answer_to(THANDI, code, MessageSid="SM1") for _time in range(2)]
    assert answers[0] == answers[1] != ""
    assert (InboundMessage.objects.count(), resolved.events.filter(kind=EventKind.VERIFIED).count()) == (1, 1)


def test_a_crash_half_way_leaves_nothing_and_the_next_time_all_of_it(
    ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*args: Any, **options: Any) -> None:
        raise RuntimeError("The power is gone.")

    with monkeypatch.context() as broken:
        broken.setattr(InboundMessage, "save", crash)
        with pytest.raises(RuntimeError):
            text(THANDI, "Gate 3", MessageSid="SM1")
    assert (InboundMessage.objects.count(), ticket.messages.count()) == (0, 0)
    text(THANDI, "Gate 3", MessageSid="SM1")
    text(THANDI, "Gate 3", MessageSid="SM1")
    assert (InboundMessage.objects.count(), ticket.messages.count()) == (1, 1)


@pytest.mark.parametrize("token", ["", "another"])
def test_what_twilio_has_not_signed_is_refused_and_changes_nothing(ticket: Ticket, token: str) -> None:
    form = {"MessageSid": "SM1", "From": THANDI, "To": OURS, "Body": "STOP"}
    assert post("twilio_message", form, token=token).status_code == 403
    assert (InboundMessage.objects.count(), SuppressedAddress.objects.count()) == (0, 0)


def test_a_signature_for_another_address_is_refused(ticket: Ticket) -> None:
    form = {"MessageSid": "SM1", "From": THANDI, "To": OURS, "Body": "STOP"}
    assert post("twilio_message", form, host="https://elsewhere.example").status_code == 403


def test_nothing_is_signed_where_twilio_is_not_set_up(settings: LazySettings) -> None:
    settings.TWILIO_AUTH_TOKEN = ""
    form = {"MessageSid": "SM1", "From": THANDI, "To": OURS, "Body": "STOP"}
    assert post("twilio_message", form, token="").status_code == 403
    assert InboundMessage.objects.count() == 0


def test_a_post_without_its_id_is_refused() -> None:
    assert post("twilio_message", {"From": THANDI, "Body": "Hello"}).status_code == 400
    assert InboundMessage.objects.count() == 0
