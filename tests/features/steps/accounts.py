"""What people do with their own accounts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_bdd import given, parsers, then, when

from accounts.models import Organisation, User
from accounts.tests.factories import PASSWORD
from common.phones import normalise_phone
from tests.features.world import CODE, VISITOR, World, first_match
from tests.pages import walks

SECOND_COMPUTER = "the second computer of Thandi"


def main_button(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def type_password(world: World, name: str, password: str) -> Page:
    page = world.go(name, reverse("account_login"))
    page.get_by_label(re.compile("e-?mail", re.IGNORECASE)).fill(world.typed["address"])
    page.get_by_label("Password", exact=True).fill(password)
    main_button(page, "Sign in")
    return page


def is_signed_in(world: World, name: str) -> bool:
    """Whether the account page opens, or asks to sign in."""
    page = world.go(name, reverse("accounts:account"))
    return urlsplit(page.url).path == reverse("accounts:account")


# Signing up


@when(parsers.parse('{name} signs up with "{address}"'))
def signs_up(world: World, name: str, address: str) -> None:
    world.typed["address"] = address
    page = world.go(name, reverse("account_signup"))
    page.get_by_label("Your name").fill("Naledi Dlamini")
    page.get_by_label(re.compile("e-?mail", re.IGNORECASE)).fill(address)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    main_button(page, "Make my account")
    expect(page.get_by_label("Your code")).to_be_visible()


@when(parsers.parse('a visitor signs up with "{address}"'))
def visitor_signs_up(world: World, address: str) -> None:
    signs_up(world, VISITOR, address)


@when(parsers.parse("{name} types the code from the SMS"))
def types_code_from_sms(world: World, name: str) -> None:
    sms = world.sms_inbox.wait_for(normalise_phone(world.typed["address"]), containing=" code. ")
    types_code(world, name, first_match(r"\b(\d{6})\b", sms.text))


@when(parsers.parse("{name} types the code from the mail"))
def types_code_from_mail(world: World, name: str) -> None:
    address = world.typed["address"]
    types_code(world, name, first_match(CODE, world.mailbox.wait_for(address).text))


@when(parsers.parse('{name} types the code "{code}"'))
def types_code(world: World, name: str, code: str) -> None:
    page = world.page(name)
    page.get_by_label("Your code").fill(code)
    main_button(page, "Confirm")
    page.wait_for_load_state()


@then(parsers.parse("{name} reads that the code is not right"))
def reads_wrong_code(world: World, name: str) -> None:
    expect(world.page(name).locator(".field-error")).to_contain_text("Incorrect code")


@then(parsers.parse("{name} is signed in"))
def signed_in(world: World, name: str) -> None:
    assert is_signed_in(world, name)


@then(parsers.parse("{name} is not signed in"))
def not_signed_in(world: World, name: str) -> None:
    assert not is_signed_in(world, name)


# Numbers


@given(parsers.parse("{name} has only a mobile number"))
def has_only_a_number(world: World, name: str) -> None:
    person = world.resident(name)
    EmailAddress.objects.filter(user=person).delete()
    person.email, person.phone_is_confirmed = None, True
    person.save(update_fields=["email", "phone_is_confirmed"])


@when(parsers.parse('{name} signs in with "{address}"'))
def signs_in_with(world: World, name: str, address: str) -> None:
    world.typed["address"] = address
    page = type_password(world, name, PASSWORD)
    page.wait_for_url(lambda url: "/accounts/login" not in url)


@when(parsers.parse('{name} asks for a new password with "{address}"'))
def asks_with(world: World, name: str, address: str) -> None:
    asks_for(world, name, address)


@when(parsers.parse('{name} changes her number to "{phone}"'))
def changes_number(world: World, name: str, phone: str) -> None:
    world.typed["address"] = phone
    page = world.go(name, reverse("accounts:account"))
    page.get_by_role("link", name="Change the mobile number").click()
    page.get_by_label("Mobile number").fill(phone)
    main_button(page, "Send me a code")
    expect(page.get_by_label("Your code")).to_be_visible()


@then(parsers.parse('{name}\'s number is "{phone}"'))
def number_is(world: World, name: str, phone: str) -> None:
    assert User.objects.filter(phone=phone, phone_is_confirmed=True).count() == 1
    assert User.objects.filter(phone_is_confirmed=True).count() == 1


@then(parsers.parse("{name} is told by SMS that she has an account already"))
def told_by_sms(world: World, name: str) -> None:
    assert "You have one already." in world.sms_inbox.wait_for(world.phone_of(name)).text


@then(parsers.parse("{name} has heard of her ticket by SMS"))
def heard_by_sms(world: World, name: str) -> None:
    world.sms_inbox.wait_for(world.phone_of(name), containing=world.ticket.reference)


@when(parsers.parse("{name} downloads her data"))
def downloads(world: World, name: str) -> None:
    page = world.go(name, reverse("accounts:account"))
    with page.expect_download() as started:
        page.get_by_role("link", name="Download my data").click()
    data = json.loads(Path(started.value.path()).read_text(encoding="utf-8"))
    assert (data["account"]["phone"], data["account"]["email"]) == (world.phone_of(name), None)


# The second step


@given("the organisation asks for a second step")
def organisation_asks(world: World) -> None:
    Organisation.objects.filter(pk=world.city.pk).update(second_factor_required=True)


@when(parsers.parse("{name} sets up an app with codes"))
def sets_up_app(world: World, name: str) -> None:
    page = world.go(name, reverse("mfa_index"))
    page.get_by_role("link", name="Set up an app").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    main_button(page, "Go on")
    world.typed["secret"] = page.get_by_role("main").locator(".secret").inner_text()
    page.get_by_label("Your code").fill(present_code(world))
    main_button(page, "Set it up")
    expect(page.get_by_role("heading", name="Spare codes")).to_be_visible()


def present_code(world: World, *, later: int = 0) -> str:
    """What the app shows now; a code works once, so the next use needs a later one."""
    counter = int(timezone.now().timestamp()) // 30 + later
    code: str = format_hotp_value(hotp_value(world.typed["secret"], counter))
    return code


@when(parsers.parse("{name} signs out"))
def signs_out(world: World, name: str) -> None:
    page = world.go(name, reverse("accounts:account"))
    main_button(page, "Sign out")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


@then(parsers.parse("{name} is asked for a code"))
def is_asked(world: World, name: str) -> None:
    expect(world.page(name).get_by_role("heading", name="Second step")).to_be_visible()


@when(parsers.parse("{name} types the code of her app"))
def types_code_of_app(world: World, name: str) -> None:
    page = world.page(name)
    page.get_by_label("Your code").fill(present_code(world, later=1))
    main_button(page, "Sign in")
    page.wait_for_url(lambda url: "/2fa/" not in url)


@when(parsers.parse("{name} opens the console"))
def opens_console(world: World, name: str) -> None:
    world.go(name, reverse("admin:index"))


@then(parsers.parse("{name} is led to the page of the second step"))
def is_led(world: World, name: str) -> None:
    page = world.page(name)
    expect(page).to_have_url(re.compile(reverse("mfa_index") + "$"))
    expect(page.get_by_role("status")).to_contain_text("Your organisation asks for a second step")


@then(parsers.parse("{name} is in the console"))
def is_in_console(world: World, name: str) -> None:
    expect(world.page(name)).to_have_url(re.compile(reverse("admin:index") + "$"))


# Passkeys


@given(parsers.parse("{name}'s computer can keep passkeys"))
def computer_keeps_passkeys(world: World, name: str) -> None:
    walks.can_keep_passkeys(world.page(name))


@when(parsers.parse("{name} adds a passkey"))
def adds_passkey(world: World, name: str) -> None:
    page = world.go(name, reverse("mfa_index"))
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    main_button(page, "Go on")
    page.locator("[name=name]").fill("My computer")
    page.locator("[name=passwordless]").check()
    main_button(page, "Add it")
    page.wait_for_url(lambda url: "/add/" not in url)


@when(parsers.parse("{name} signs in with the passkey"))
def signs_in_with_passkey(world: World, name: str) -> None:
    page = world.go(name, reverse("account_login"))
    main_button(page, "Use a passkey")
    page.wait_for_url(lambda url: "/accounts/" not in url)


# Recovery


@when(parsers.parse("{name} asks for a new password"))
def asks_for_password(world: World, name: str) -> None:
    asks_for(world, name, world.address_of(name))


@when(parsers.parse('a visitor asks for a new password for "{address}"'))
def visitor_asks(world: World, address: str) -> None:
    asks_for(world, VISITOR, address)


def asks_for(world: World, name: str, address: str) -> None:
    world.typed["address"] = address
    page = world.go(name, reverse("account_login"))
    page.get_by_role("link", name=re.compile("forg", re.IGNORECASE)).click()
    page.get_by_label(re.compile("e-?mail", re.IGNORECASE)).fill(address)
    main_button(page, "Send me a code")
    expect(page.get_by_label("Your code")).to_be_visible()


@when(parsers.parse('{name} chooses the password "{password}"'))
def chooses(world: World, name: str, password: str) -> None:
    page = world.page(name)
    for field in page.locator("input[type=password]").all():
        field.fill(password)
    main_button(page, "Set the new password")
    expect(page.get_by_role("heading", name="Your new password works")).to_be_visible()


@then(parsers.parse('{name} can sign in with "{password}"'))
def can_sign_in(world: World, name: str, password: str) -> None:
    type_password(world, name, password)
    assert is_signed_in(world, name)


@then("the visitor is asked for the code all the same")
def is_asked_all_the_same(world: World) -> None:
    expect(world.page(VISITOR).get_by_label("Your code")).to_be_visible()


@then(parsers.parse('"{address}" is told by mail that there is no account'))
def told_by_mail(world: World, address: str) -> None:
    assert "There is none." in world.mailbox.wait_for(address).text


# Leaving


@given(parsers.parse("{name} is signed in on a second computer"))
def on_second_computer(world: World, name: str) -> None:
    world.typed["address"] = world.address_of(name)
    type_password(world, SECOND_COMPUTER, PASSWORD)
    assert is_signed_in(world, SECOND_COMPUTER)


@when(parsers.parse("{name} signs out everywhere"))
def signs_out_everywhere(world: World, name: str) -> None:
    page = world.go(name, reverse("accounts:account"))
    main_button(page, "Sign out everywhere")
    expect(page.get_by_role("status")).to_contain_text("You are signed out everywhere.")


@then(parsers.parse("{name} is signed out on both computers"))
def out_on_both(world: World, name: str) -> None:
    assert [is_signed_in(world, who) for who in (name, SECOND_COMPUTER)] == [False, False]


@when(parsers.parse("{name} deletes her account"))
def deletes(world: World, name: str) -> None:
    world.typed["address"] = world.address_of(name)
    page = tries_to_delete(world, name, PASSWORD)
    expect(page.get_by_role("status")).to_contain_text("Your account is deleted.")


@when(parsers.parse('{name} tries to delete her account with the password "{password}"'))
def tries_to_delete(world: World, name: str, password: str) -> Page:
    page = world.go(name, reverse("accounts:account"))
    page.get_by_role("link", name="Delete my account").click()
    page.get_by_label("Your password").fill(password)
    main_button(page, "Delete it for good")
    return page


@then(parsers.parse("{name} reads that this is not her password"))
def reads_wrong_password(world: World, name: str) -> None:
    expect(world.page(name).locator(".field-error")).to_contain_text("This is not your password.")


@then("the ticket is still there without its reporter")
def ticket_stays(world: World) -> None:
    ticket = world.ticket
    assert (ticket.reporter, ticket.reporter_name, ticket.reporter_email) == (None, "", "")
    world.go(VISITOR, f"/t/{ticket.reference}/")


@then(parsers.parse("{name} cannot sign in any more"))
def cannot_sign_in(world: World, name: str) -> None:
    type_password(world, name, PASSWORD)
    assert not is_signed_in(world, name)
