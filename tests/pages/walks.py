"""Pages that have an address only after what was done before them: each walk yields where it has come to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from playwright.sync_api import Locator, Page, expect

from accounts.tests.factories import PASSWORD
from tests.features.world import CODE, first_match
from tests.inboxes import Inbox

SPOT = {"latitude": "-25.7449", "longitude": "28.1878"}


def report(page: Page, address: str, *, email: str = "") -> Iterator[str]:
    """The three steps, refused once and then taken, to the reference; with an e-mail address to its code."""
    page.goto(f"{address}/report/")
    page.get_by_label("In your own words").fill("burst pipe")
    expect(page.locator("label.choice").first).to_be_visible()
    yield "report, kinds"
    page.locator("label.choice").first.click()
    _next(page)
    page.wait_for_url("**/report/where/")
    _next(page)
    expect(page.get_by_role("alert")).to_be_visible()
    yield "report, where, refused"
    for field, value in SPOT.items():
        page.locator(f"[name={field}]").evaluate("(input, value) => { input.value = value }", value)
    page.get_by_label("Describe the place").fill("Church Square")
    _next(page)
    page.wait_for_url("**/report/near-by/")
    yield "report, near by"
    _main(page).get_by_role("link", name="No, mine is another one").click()
    page.wait_for_url("**/report/details/")
    yield "report, details"
    page.get_by_label("Title").fill("Burst pipe")
    if email:
        page.get_by_label("Your name").fill("Lerato Dube")
        page.get_by_label(re.compile("e-?mail", re.IGNORECASE)).fill(email)
    _main(page).get_by_role("button", name="Send the report").click()
    page.wait_for_url(re.compile("/report/(confirm|done)/"))
    yield "report, code" if email else "report, done"


def say_me_too(page: Page, address: str, reference: str) -> Iterator[str]:
    """Without an account: how one is reached, and the code that was sent there."""
    page.goto(f"{address}/t/{reference}/me-too/contact/")
    yield "me too, contact"
    _main(page).locator("[name=contact]").fill("sipho@example.org")
    _main(page).locator("form [type=submit]").first.click()
    page.wait_for_url("**/me-too/code/")
    yield "me too, code"


def sign_up(page: Page, address: str, contact: str) -> Iterator[str]:
    """Up to the code that was sent there."""
    page.goto(f"{address}/accounts/signup/")
    _main(page).locator("[name=full_name]").fill("Thabo Nkosi")
    _main(page).locator("[name=contact]").fill(contact)
    _main(page).locator("[name=password1]").fill(PASSWORD)
    _main(page).get_by_role("button", name="Make my account").click()
    page.wait_for_url(re.compile("/accounts/(confirm-email|phone/verify)/"))
    yield f"sign up, code to {contact}"


def sign_in(page: Page, address: str, email: str) -> Iterator[str]:
    """Up to the second step."""
    page.goto(f"{address}/accounts/login/")
    _main(page).locator("[name=login]").fill(email)
    _main(page).locator("[name=password]").fill(PASSWORD)
    _main(page).get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/accounts/2fa/authenticate/**")
    yield "sign in, second step"


def sign_in_by_code(page: Page, address: str, email: str) -> Iterator[str]:
    page.goto(f"{address}/accounts/login/code/")
    _main(page).locator("[name=contact]").fill(email)
    _main(page).locator("form [type=submit]").first.click()
    page.wait_for_url("**/accounts/login/code/confirm/**")
    yield "sign in, code"


def add_a_passkey(page: Page, address: str) -> Iterator[str]:
    """And what can be done with it afterwards, for who has typed the password a moment ago."""
    can_keep_passkeys(page)
    page.goto(f"{address}/accounts/2fa/webauthn/add/")
    _main(page).locator("[name=name]").fill("My phone")
    _main(page).get_by_role("button", name="Add it").click()
    page.wait_for_url(lambda url: "/add/" not in url)
    page.goto(f"{address}/accounts/2fa/webauthn/reauthenticate/")
    yield "sure that it is you, by passkey"
    for link, what in (("Rename", "edit"), ("Remove", "remove")):
        page.goto(f"{address}/accounts/2fa/webauthn/")
        yield f"passkeys, before {what}"
        _main(page).get_by_role("link", name=link).click()
        page.wait_for_url(f"**/{what}/**")
        yield f"passkey, {what}"


def can_keep_passkeys(page: Page) -> None:
    """Chromium's own stand-in for the fingerprint reader; the rest is real."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def forget(page: Page, address: str, email: str, mailbox: Inbox) -> Iterator[str]:
    """From the address to the new password."""
    page.goto(f"{address}/accounts/password/reset/")
    _main(page).locator("[name=email]").fill(email)
    _main(page).locator("form [type=submit]").first.click()
    page.wait_for_url("**/accounts/password/reset/confirm/**")
    yield "forgotten, code"
    _main(page).locator("[name=code]").fill(first_match(CODE, mailbox.wait_for(email).text))
    _main(page).locator("form [type=submit]").first.click()
    page.wait_for_url("**/accounts/password/reset/complete/**")
    yield "forgotten, new password"
    for field in ("password1", "password2"):
        if _main(page).locator(f"[name={field}]").count():
            _main(page).locator(f"[name={field}]").fill("a longer way to the river")
    _main(page).locator("form [type=submit]").first.click()
    page.wait_for_url("**/accounts/password/reset/done/**")
    yield "forgotten, done"


def _next(page: Page) -> None:
    _main(page).get_by_role("button", name="Next").click()


def _main(page: Page) -> Locator:
    return page.get_by_role("main")
