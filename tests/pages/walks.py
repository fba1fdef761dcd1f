"""Pages that have an address only after what was done before them: each walk yields where it has come to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from playwright.sync_api import Locator, Page, expect

from accounts.tests.factories import PASSWORD

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


def sign_up(page: Page, address: str) -> Iterator[str]:
    """Up to the code that was sent."""
    page.goto(f"{address}/accounts/signup/")
    _main(page).locator("[name=full_name]").fill("Thabo Nkosi")
    _main(page).locator("[name=contact]").fill("thabo@example.org")
    _main(page).locator("[name=password1]").fill(PASSWORD)
    _main(page).get_by_role("button", name="Make my account").click()
    page.wait_for_url("**/accounts/confirm-email/**")
    yield "sign up, code"


def forget(page: Page, address: str, email: str) -> Iterator[str]:
    page.goto(f"{address}/accounts/password/reset/")
    _main(page).locator("[name=email]").fill(email)
    _main(page).locator("form [type=submit]").first.click()
    page.wait_for_url("**/accounts/password/reset/confirm/**")
    yield "forgotten, code"


def _next(page: Page) -> None:
    _main(page).get_by_role("button", name="Next").click()


def _main(page: Page) -> Locator:
    return page.get_by_role("main")
