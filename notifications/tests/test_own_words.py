"""What an organisation may write in place of our words, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from accounts.models import Organisation
from notifications.enums import Audience
from notifications.occasion import Occasion
from notifications.wording import words_for
from notifications.wording.own import MissingBlank, UnknownBlank, check_blanks, check_sms, with_own
from tickets.enums import EventKind
from tickets.models import Ticket, TicketEvent


@dataclass
class Own:
    headline: str = ""
    body: str = ""
    sms: str = ""


def occasion_of(kind: EventKind, *, code: str = "", due_at: datetime | None = None) -> Occasion:
    city = Organisation(name="Tshwane", time_zone="Africa/Johannesburg")
    ticket = Ticket(organisation=city, reference="TSH-1", title="Burst {code} pipe", due_at=due_at)
    link = "https://example.org/v/1/" if code else ""
    return Occasion(
        event=TicketEvent(kind=kind, data={}),
        ticket=ticket,
        audience=Audience.REPORTER,
        link="https://example.org/t/TSH-1/",
        code=code,
        verify_link=link,
    )


def test_blanks_are_filled_once() -> None:
    occasion = occasion_of(EventKind.STARTED)
    own = Own("{organisation} is at it", "About {title}.\n\nSee {link}", "{reference} {title} {link}")
    words = with_own(words_for(occasion), own, occasion)
    assert words.headline == "Tshwane is at it"
    # What a resident typed is no blank.
    assert words.paragraphs == ["About Burst {code} pipe.", "See https://example.org/t/TSH-1/"]
    assert words.sms("Burst") == "TSH-1 Burst https://example.org/t/TSH-1/"


def test_what_is_left_empty_stays_ours() -> None:
    occasion = occasion_of(EventKind.STARTED)
    ours = words_for(occasion)
    words = with_own(ours, Own(headline="Hello"), occasion)
    assert (words.paragraphs, words.sms("x"), words.button) == (ours.paragraphs, ours.sms("x"), ours.button)


def test_a_paragraph_about_something_that_there_is_not_is_left_out() -> None:
    own = Own(body="We are at it.\r\n\r\nExpect it by {promise}.")
    without = occasion_of(EventKind.STARTED)
    assert with_own(words_for(without), own, without).paragraphs == ["We are at it."]
    promised = occasion_of(EventKind.STARTED, due_at=datetime(2026, 11, 27, 8, tzinfo=UTC))
    assert with_own(words_for(promised), own, promised).paragraphs[1].startswith("Expect it by Friday")


def test_an_sms_without_the_code_that_it_asks_for_stays_ours() -> None:
    own = Own(sms="{reference}: {code} {link}")
    told = occasion_of(EventKind.RESOLVED)
    assert with_own(words_for(told), own, told).sms("x") == words_for(told).sms("x")
    asked = occasion_of(EventKind.RESOLVED, code="123456")
    assert with_own(words_for(asked), own, asked).sms("x") == "TSH-1: 123456 https://example.org/v/1/"


@pytest.mark.parametrize("wrong", ["{}", "{ticket.secret}", "{title!r}", "{{reference}} {titel}"])
def test_an_unknown_blank_is_refused(wrong: str) -> None:
    with pytest.raises(UnknownBlank):
        check_blanks(wrong, field="body")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("{reference} is done", EventKind.STARTED),
        ("See {link}", EventKind.STARTED),
        ("{reference} {link}", EventKind.RESOLVED),
    ],
)
def test_an_sms_must_say_which_ticket_and_where_to_read_on(text: str, kind: EventKind) -> None:
    with pytest.raises(MissingBlank):
        check_sms(text, kind)
    check_sms("", kind)
    check_sms("{reference} {link} {code}", kind)
