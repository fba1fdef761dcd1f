"""Me too without an account: counted once the code is typed, once for each number or address."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.actions.deletion import delete_account, export_own_data
from accounts.contacts import Contact, ContactKind
from accounts.mail import MailNotSent
from accounts.tests.factories import PASSWORD, UserFactory
from common.errors import NotFound
from tests.inboxes import Inbox
from tickets.actions.intake import ContactNotConfirmed, Report, Reporter, create_ticket
from tickets.actions.merging import merge_ticket, undo_merge
from tickets.actions.support import (
    OwnTicket,
    Visitor,
    support_as_visitor,
    support_ticket,
    withdraw_visitor_support,
)
from tickets.enums import EventKind, Source, Visibility
from tickets.models import Support, Ticket
from tickets.tests.factories import PRETORIA, report_ticket
from tickets.tests.pages import City, make_city
from tickets.tests.proof import assert_books_agree, everything_about, refused
from tickets.verification import short_key

pytestmark = pytest.mark.django_db

PHONE, EMAIL = "+27821234567", "thabo@example.org"


@pytest.fixture
def city(sms_inbox: Inbox, settings: LazySettings) -> City:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.REPORT_MINIMUM_SECONDS = 0
    return make_city()


@pytest.fixture
def ticket(city: City) -> Ticket:
    return report_ticket(city.category)


def path(ticket: Ticket, more: str = "") -> str:
    return f"/t/{ticket.reference}/{more}"


def ask(client: Client, ticket: Ticket, contact: str = EMAIL, **more: str) -> Any:
    return client.post(path(ticket, "me-too/contact/"), {"contact": contact, **more})


def type_code(client: Client, ticket: Ticket, code: str) -> Any:
    return client.post(path(ticket, "me-too/code/"), {"code": code})


def code_in_mail() -> str:
    found = re.search(r"^(\d{6})$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found is not None, mail.outbox[-1].body
    return found[1]


def code_in_sms(sms_inbox: Inbox) -> str:
    return sms_inbox.to(PHONE)[0].text[:6]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def supporters(ticket: Ticket) -> tuple[int, list[str]]:
    """The count, and who counts: contacts of visitors, "" for people with an account."""
    rows = ticket.supports.order_by("created_at", "pk").values_list("contact", flat=True)
    return Ticket.objects.values_list("support_count", flat=True).get(pk=ticket.pk), list(rows)


def by_mail(value: str = EMAIL) -> Contact:
    return Contact(ContactKind.EMAIL, value)


def by_phone(value: str = PHONE) -> Contact:
    return Contact(ContactKind.PHONE, value)


def say(ticket: Ticket, contact: Contact) -> Support:
    visitor = Visitor(contact, language="en", is_confirmed=True)
    return support_as_visitor(ticket, visitor, acting_user=AnonymousUser())


# On the pages


def test_while_no_mail_can_be_sent_a_visitor_is_told_so_and_not_counted(
    city: City, ticket: Ticket, mailbox: Inbox, settings: LazySettings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with mailbox.refusing():
        answer = ask(city.client(), ticket)
    assert answer.status_code == 400
    assert answer.context["form"].errors["__all__"] == [MailNotSent().message]
    assert (supporters(ticket), mailbox.messages()) == ((0, []), [])


def test_a_browser_fills_the_one_field_in_faster_than_anybody_types(
    city: City, ticket: Ticket, settings: LazySettings
) -> None:
    settings.REPORT_MINIMUM_SECONDS = 3
    client = city.client()
    page = client.get(path(ticket, "me-too/contact/"))
    began = page.context["form"]["began"].value()
    with time_machine.travel(timezone.now() + timedelta(seconds=1.5)):
        assert ask(client, ticket, began=began)["Location"] == path(ticket, "me-too/code/")
    assert ask(city.client(), ticket, began="forged").status_code == 400


@pytest.mark.parametrize("contact", [" Thabo@Example.org ", "082 123 4567"], ids=["mail", "sms"])
def test_a_visitor_is_counted_once_the_code_is_typed(
    city: City, ticket: Ticket, sms_inbox: Inbox, contact: str
) -> None:
    client = city.client()
    led = client.post(path(ticket, "me-too/"), {"support": "yes"})
    assert led["Location"] == path(ticket, "me-too/contact/")
    assert client.get(led["Location"]).status_code == 200

    assert ask(client, ticket, contact)["Location"] == path(ticket, "me-too/code/")

    assert supporters(ticket) == (0, [])
    is_mail = "@" in contact
    code = code_in_mail() if is_mail else code_in_sms(sms_inbox)
    assert client.get(path(ticket, "me-too/code/")).context["by_phone"] is not is_mail
    page = client.post(path(ticket, "me-too/code/"), {"code": f" {code[:3]} {code[3:]} "}, follow=True)
    assert page.redirect_chain == [(path(ticket), 302)]
    assert "Counted. We keep you informed." in page.content.decode()
    assert "Take it back" in page.content.decode()
    assert supporters(ticket) == (1, [EMAIL if is_mail else PHONE])
    event = ticket.events.get(kind=EventKind.SUPPORTED)
    assert (event.actor, event.on_behalf_of, event.visibility) == (None, "", Visibility.PUBLIC)
    assert_books_agree()


def test_the_same_number_in_another_browser_is_one(city: City, ticket: Ticket, sms_inbox: Inbox) -> None:
    for typed in ("082 123 4567", "+27 82-123-4567"):
        client = city.client()
        ask(client, ticket, typed)
        assert type_code(client, ticket, code_in_sms(sms_inbox))["Location"] == path(ticket)

    assert supporters(ticket) == (1, [PHONE])
    assert ticket.events.filter(kind=EventKind.SUPPORTED).count() == 1


def test_it_is_taken_back_in_the_browser_that_said_it_and_in_no_other(city: City, ticket: Ticket) -> None:
    mine, theirs = city.client(), city.client()
    ask(mine, ticket)
    type_code(mine, ticket, code_in_mail())

    theirs.post(path(ticket, "me-too/"), {"support": "no"})
    assert supporters(ticket) == (1, [EMAIL])
    for _time in ("once", "twice"):
        assert mine.post(path(ticket, "me-too/"), {"support": "no"})["Location"] == path(ticket)
        assert supporters(ticket) == (0, [])

    assert ticket.events.filter(kind=EventKind.SUPPORT_WITHDRAWN).count() == 1
    assert mine.get(path(ticket)).context["is_supporter"] is False


def test_a_browser_that_has_confirmed_needs_no_code_for_the_next_ticket(city: City, ticket: Ticket) -> None:
    client, other = city.client(), report_ticket(city.category)
    ask(client, ticket)
    type_code(client, ticket, code_in_mail())

    assert ask(client, other)["Location"] == path(other)

    assert (supporters(other), len(mail.outbox)) == ((1, [EMAIL]), 1)
    with time_machine.travel(timezone.now() + timedelta(hours=13)):
        third = report_ticket(city.category)
        assert ask(client, third)["Location"] == path(third, "me-too/code/")


def test_said_again_in_the_same_browser_leads_back_to_the_ticket(city: City, ticket: Ticket) -> None:
    client = city.client()
    ask(client, ticket)
    code = code_in_mail()
    type_code(client, ticket, code)

    for answer in (
        type_code(client, ticket, code),
        ask(client, ticket),
        client.post(path(ticket, "me-too/"), {"support": "yes"}),
        client.get(path(ticket, "me-too/code/")),
    ):
        assert answer["Location"] == path(ticket)
    assert supporters(ticket) == (1, [EMAIL])


@pytest.mark.parametrize(
    "typed",
    ["", "0", "+27", "not an address", "a@", "@example.org", "😀@", "\x00", "x" * 300, "011 1", "<b>@x.y"],
)
def test_what_reaches_nobody_is_refused_and_nothing_is_sent(
    city: City, ticket: Ticket, sms_inbox: Inbox, typed: str
) -> None:
    client, before = city.client(), everything_about(ticket)

    answer = ask(client, ticket, typed)

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["contact"])
    assert (mail.outbox, sms_inbox.messages(), everything_about(ticket)) == ([], [], before)
    assert client.get(path(ticket, "me-too/code/"))["Location"] == path(ticket, "me-too/contact/")


def test_without_sms_a_number_is_refused(city: City, ticket: Ticket, settings: LazySettings) -> None:
    settings.TWILIO_ACCOUNT_SID = ""

    answer = ask(city.client(), ticket, PHONE)

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["contact"])


@pytest.mark.parametrize("typed", ["", "000", "abcdef", "💧", "1" * 400, "\x00"])
def test_a_code_that_is_none_counts_nobody(city: City, ticket: Ticket, typed: str) -> None:
    client, before = city.client(), everything_about(ticket)
    ask(client, ticket)

    answer = type_code(client, ticket, typed)

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["code"])
    assert everything_about(ticket) == before


def test_five_tries_end_a_code_even_for_the_right_one(city: City, ticket: Ticket) -> None:
    client, before = city.client(), everything_about(ticket)
    ask(client, ticket)
    code = code_in_mail()
    for _try in range(5):
        assert type_code(client, ticket, wrong(code)).status_code == 400

    assert type_code(client, ticket, code).status_code == 400
    assert everything_about(ticket) == before
    assert client.post(path(ticket, "me-too/code/"), {"again": "1"}).status_code == 200
    assert type_code(client, ticket, code_in_mail())["Location"] == path(ticket)
    assert supporters(ticket) == (1, [EMAIL])


def test_a_code_works_for_ten_minutes_and_only_the_newest(city: City, ticket: Ticket) -> None:
    client, before = city.client(), everything_about(ticket)
    ask(client, ticket)
    first = code_in_mail()
    client.post(path(ticket, "me-too/code/"), {"again": "1"})
    second = code_in_mail()

    assert first == second or type_code(client, ticket, first).status_code == 400
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert type_code(client, ticket, second).status_code == 400
    assert everything_about(ticket) == before


def test_a_code_of_another_ticket_and_in_another_browser_counts_nobody(city: City, ticket: Ticket) -> None:
    client, other = city.client(), report_ticket(city.category)
    before = everything_about(ticket), everything_about(other)
    ask(client, ticket)
    code = code_in_mail()

    assert type_code(city.client(), ticket, code)["Location"] == path(ticket, "me-too/contact/")
    assert type_code(client, other, code)["Location"] == path(other, "me-too/contact/")
    ask(client, other, "somebody@example.org")
    assert code == code_in_mail() or type_code(client, other, code).status_code == 400

    assert (everything_about(ticket), everything_about(other)) == before


def test_the_answer_is_the_same_whoever_has_the_address(city: City, ticket: Ticket) -> None:
    UserFactory.create(email="known@example.org")
    pages = {}
    for address in ("known@example.org", "never@example.org"):
        client = city.client()
        ask(client, ticket, address)
        page = client.get(path(ticket, "me-too/code/")).content.decode().replace(address, "…")
        done = client.post(path(ticket, "me-too/code/"), {"code": code_in_mail()}, follow=True)
        sent = re.sub(r"\d{6}", "…", str(mail.outbox[-1].body)).replace(address, "…")
        withdraw_visitor_support(Support.objects.get(), acting_user=AnonymousUser())
        pages[address] = (_without_token(page), done.context["is_supporter"], sent)

    assert pages["known@example.org"] == pages["never@example.org"]


def _without_token(page: str) -> str:
    return re.sub(r'value="[A-Za-z0-9]{64}"', "", re.sub(r'nonce="[^"]+"', "", page))


def test_codes_are_limited(city: City, ticket: Ticket) -> None:
    client = city.client()
    ask(client, ticket)
    for _time in range(4):
        assert client.post(path(ticket, "me-too/code/"), {"again": "1"}).status_code == 200

    answer = client.post(path(ticket, "me-too/code/"), {"again": "1"})
    elsewhere = ask(city.client(), ticket)

    assert (answer.status_code, answer["Retry-After"], len(mail.outbox)) == (429, "3600", 5)
    assert (elsewhere.status_code, "several codes" in elsewhere.content.decode()) == (429, True)


def test_nobody_says_it_of_every_ticket_in_the_city(city: City) -> None:
    client = city.client()
    tickets = [report_ticket(city.category) for _number in range(11)]
    ask(client, tickets[0])
    type_code(client, tickets[0], code_in_mail())
    for ticket in tickets[1:10]:
        assert ask(client, ticket)["Location"] == path(ticket)

    answer = ask(client, tickets[10])

    assert (answer.status_code, supporters(tickets[10])) == (429, (0, []))
    assert "many tickets in a short time" in answer.content.decode()


@pytest.mark.parametrize(
    "trap",
    [{"website": "https://buy.example"}, {"began": ""}, {"began": "report:1:forged"}, {"began": "\x00"}],
)
def test_a_program_that_fills_in_forms_is_asked_to_send_it_again(
    city: City, ticket: Ticket, settings: LazySettings, trap: dict[str, str]
) -> None:
    settings.REPORT_MINIMUM_SECONDS = 0 if "website" in trap else 3

    assert ask(city.client(), ticket, **trap).status_code == 400

    assert (mail.outbox, supporters(ticket)) == ([], (0, []))


def test_a_closed_ticket_and_one_that_nobody_may_see_ask_for_no_code(city: City, ticket: Ticket) -> None:
    private = report_ticket(city.category, is_public=False)
    elsewhere = report_ticket(make_city("elsewhere.example.org").category)
    for hidden in (private, elsewhere):
        for more in ("me-too/", "me-too/contact/", "me-too/code/"):
            assert city.client().post(path(hidden, more), {"contact": EMAIL}).status_code == 404
    Ticket.objects.filter(pk=ticket.pk).update(status="closed", outcome="completed", closed_at=timezone.now())

    assert ask(city.client(), ticket)["Location"] == path(ticket)

    assert mail.outbox == []


def test_what_closed_meanwhile_is_said_on_the_tickets_page(city: City, ticket: Ticket) -> None:
    client = city.client()
    ask(client, ticket)
    Ticket.objects.filter(pk=ticket.pk).update(status="closed", outcome="completed", closed_at=timezone.now())

    assert type_code(client, ticket, code_in_mail())["Location"] == path(ticket)

    assert supporters(ticket) == (0, [])


def test_who_reported_it_by_the_same_address_is_counted_already(city: City) -> None:
    ticket = create_ticket(
        city.organisation,
        Report(title="Water in the street", category=city.category, place=PRETORIA),
        reporter=Reporter(name="Thabo", email="Thabo@example.org"),
        source=Source.WEB,
        acting_user=None,
    )
    client = city.client()
    ask(client, ticket)

    page = client.post(path(ticket, "me-too/code/"), {"code": code_in_mail()}, follow=True)

    assert "You reported this yourself" in page.content.decode()
    assert supporters(ticket) == (0, [])
    with refused(ticket, OwnTicket):
        say(ticket, by_mail())


# One per person


def test_who_supports_it_with_an_account_is_not_counted_again(city: City, ticket: Ticket) -> None:
    lerato = UserFactory.create(email="Lerato@example.org", phone=PHONE)
    support_ticket(ticket, acting_user=lerato)

    assert say(ticket, by_mail("lerato@example.org")).user == lerato
    assert supporters(ticket) == (1, [""])
    # Whose number that is has to be confirmed: two people may note the same one.
    assert say(ticket, by_phone()).contact == PHONE


def test_who_signs_in_later_takes_over_what_they_said(city: City, ticket: Ticket) -> None:
    say(ticket, by_mail())
    thabo = UserFactory.create(email="Thabo@example.org")

    support_ticket(ticket, acting_user=thabo)

    assert supporters(ticket) == (1, [""])
    assert ticket.supports.get().user == thabo
    assert ticket.events.filter(kind=EventKind.SUPPORTED).count() == 1


def test_a_contact_that_was_not_confirmed_is_counted_by_no_face(ticket: Ticket) -> None:
    with refused(ticket, ContactNotConfirmed):
        support_as_visitor(ticket, Visitor(by_mail()), acting_user=AnonymousUser())


def test_a_ticket_that_is_not_public_is_not_found(city: City) -> None:
    private = report_ticket(city.category, is_public=False)
    with refused(private, NotFound):
        say(private, by_mail())


def test_the_database_takes_no_support_of_nobody_or_of_two(ticket: Ticket) -> None:
    say(ticket, by_mail())
    for wrong_one in ({}, {"user": UserFactory.create(), "contact": PHONE}, {"contact": EMAIL}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Support.objects.create(ticket=ticket, **wrong_one)


# Told, and the way out


def test_they_are_told_and_take_it_back_from_the_link(city: City, ticket: Ticket, sms_inbox: Inbox) -> None:
    said = say(ticket, by_mail())
    token = short_key(said.pk)
    client, before = city.client(), everything_about(ticket)

    assert client.get(f"/m/{token}/")["Location"] == path(ticket)
    assert "Take your “me too” back?" in client.get(f"/m/{token}/take-back/").content.decode()
    assert client.get(path(ticket)).context["is_supporter"] is True
    assert everything_about(ticket) == before

    # As a mail service does it: no cookies, no page before, and what RFC 8058 says in the body.
    strict = Client(enforce_csrf_checks=True, headers={"host": city.organisation.domain})
    for _time in ("once", "twice"):
        answer = strict.post(f"/m/{token}/take-back/", {"List-Unsubscribe": "One-Click"})
        assert (answer.status_code, supporters(ticket)) == (200, (0, []))
    assert "Taken back" in client.get(f"/m/{token}/").content.decode()
    assert ticket.events.filter(kind=EventKind.SUPPORT_WITHDRAWN).count() == 1


@pytest.mark.parametrize("token", ["x", "é", "%00", "A" * 21, "A" * 23])
def test_a_link_that_is_none_of_ours_opens_nothing(city: City, ticket: Ticket, token: str) -> None:
    for more in ("", "take-back/"):
        assert city.client().get(f"/m/{token}/{more}").status_code == 404


def test_a_link_of_another_city_and_of_somebody_with_an_account_takes_nothing_back(
    city: City, ticket: Ticket
) -> None:
    said = say(ticket, by_mail())
    support_ticket(ticket, acting_user=UserFactory.create())
    theirs = ticket.supports.get(contact="")
    elsewhere = make_city("elsewhere.example.org")

    assert elsewhere.client().post(f"/m/{short_key(said.pk)}/take-back/").status_code == 404
    city.client().post(f"/m/{short_key(theirs.pk)}/take-back/")

    assert supporters(ticket) == (2, [EMAIL, ""])


def test_it_is_taken_back_of_a_closed_ticket_too(city: City, ticket: Ticket) -> None:
    said = say(ticket, by_phone())
    Ticket.objects.filter(pk=ticket.pk).update(status="closed", outcome="completed", closed_at=timezone.now())

    city.client().post(f"/m/{short_key(said.pk)}/take-back/")

    assert supporters(ticket) == (0, [])


# Merged, and forgotten


def test_a_merge_moves_visitors_and_counts_nobody_twice(city: City, ticket: Ticket) -> None:
    survivor = report_ticket(city.category)
    lerato = UserFactory.create(email="lerato@example.org")
    support_ticket(survivor, acting_user=lerato)
    say(survivor, by_mail())
    for contact in (by_mail(), by_phone(), by_mail("lerato@example.org")):
        said = say(ticket, contact)
    link = f"/m/{short_key(ticket.supports.get(contact=PHONE).pk)}/"

    merge_ticket(ticket, into=survivor, acting_user=city.agent)

    # The reporter of the duplicate comes with it.
    assert supporters(survivor) == (4, ["", EMAIL, "", PHONE])
    assert city.client().get(link)["Location"] == path(survivor)
    city.client().post(f"{link}take-back/")
    assert supporters(survivor) == (3, ["", EMAIL, ""])
    undo_merge(Ticket.objects.get(pk=ticket.pk), acting_user=city.agent)
    assert supporters(survivor) == (2, ["", EMAIL])
    # Who took it back where it counted has taken it back altogether.
    assert supporters(ticket) == (2, [EMAIL, said.contact])
    assert_books_agree()


def test_who_deletes_their_account_takes_along_what_they_said_without_it(city: City, ticket: Ticket) -> None:
    say(ticket, by_mail())
    say(ticket, by_mail("other@example.org"))
    thabo = UserFactory.create(email=EMAIL, password=PASSWORD)
    told = export_own_data(thabo)["tickets"]["supports"]
    assert [(row["ticket"], row["contact"]) for row in told] == [(ticket.reference, EMAIL)]

    delete_account(thabo, password=PASSWORD, acting_user=thabo)

    assert supporters(ticket) == (1, ["other@example.org"])
