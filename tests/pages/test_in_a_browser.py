"""Every page of residents in a real browser from the real server: light enough, and open to everybody."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import URLResolver, get_resolver, resolve
from playwright.sync_api import Browser, Page, ViewportSize

from accounts.models import User
from demo.postoffice import PostOffice
from tests.inboxes import Inbox
from tests.pages import walks
from tests.pages.site import Everything, count, make_everything, running_site, signed_in

pytestmark = [
    pytest.mark.runtime,
    pytest.mark.xdist_group("pages"),
    pytest.mark.django_db(transaction=True),
]
logger = logging.getLogger(__name__)
PHONE: ViewportSize = {"width": 360, "height": 760}
# docs: the first view without map and photos.
BUDGET_KILOBYTES, BUDGET_REQUESTS = 60, 20
DESKTOP: ViewportSize = {"width": 1280, "height": 860}
WCAG: dict[str, Any] = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
# A theme changes colours alone, and a wider screen what lies where.
COLOURS = {**WCAG, "runOnly": {"type": "rule", "values": ["color-contrast"]}}
BUT_COLOURS = {**WCAG, "rules": {"color-contrast": {"enabled": False}}}
LOOKS: tuple[tuple[ViewportSize, Literal["light", "dark"], dict[str, Any]], ...] = (
    (PHONE, "light", WCAG),
    (PHONE, "dark", COLOURS),
    (DESKTOP, "light", BUT_COLOURS),
)


@pytest.fixture
def everything(transactional_db: None) -> Everything:
    return make_everything()


@pytest.fixture
def address(everything: Everything, post_office: PostOffice) -> Iterator[str]:
    with running_site() as url:
        yield url


@dataclass
class Watcher:
    """Looks at each page on a phone in both themes and on a desktop, and remembers which view it was of."""

    page: Page
    found: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def look(self, name: str) -> None:
        self.seen.add(resolve(urlsplit(self.page.url).path).view_name)
        for size, scheme, rules in LOOKS:
            self.page.set_viewport_size(size)
            self.page.emulate_media(color_scheme=scheme)
            self.found += self._violations(f"{name} ({size['width']}, {scheme})", rules)
        self.page.set_viewport_size(PHONE)

    def _violations(self, where: str, rules: dict[str, Any]) -> Iterator[str]:
        for found in Axe().run(self.page, options=rules).response["violations"]:
            for node in found["nodes"]:
                yield f"{where}: {found['id']}: {node['html'][:160]}: {node['failureSummary'][:300]}"


def test_pages_keep_their_budget_and_have_no_violation_of_wcag_in_either_theme(
    everything: Everything, address: str, browser: Browser, mailbox: Inbox
) -> None:
    visitors = everything.of_visitors()
    weighed = ("home", "near by", "ticket", "report", "how we are doing")
    weights = {name: count(browser, address + visitors[name], {"viewport": PHONE}) for name in weighed}
    for name, counted in weights.items():
        logger.info("%s: %.1f KB, %d requests", name, counted.kilobytes, len(counted.requests))

    context = browser.new_context(viewport=PHONE, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    watcher = Watcher(context.new_page())
    missing: list[tuple[str, int | None]] = []
    for person, pages, further in everybody(watcher.page, address, everything, mailbox):
        # Codes that nobody typed are forgotten.
        context.clear_cookies()
        if person is not None:
            signed_in(context, address, person)
        for name, path in pages.items():
            answer = watcher.page.goto(address + path)
            if answer is None or (answer.status != 200 and name not in REFUSED):
                missing.append((name, answer.status if answer else None))
            watcher.look(name)
        for name in further:
            watcher.look(name)
    context.close()

    assert missing == []
    assert "\n".join(watcher.found) == ""
    assert {name for name in addresses_of_residents() if name not in watcher.seen} == NO_PAGES
    heavy = {name: (round(counted.kilobytes), len(counted.requests)) for name, counted in weights.items()}
    assert {name: size for name, size in heavy.items() if size[0] >= BUDGET_KILOBYTES} == {}
    assert {name: size for name, size in heavy.items() if size[1] > BUDGET_REQUESTS} == {}


def everybody(
    page: Page, address: str, everything: Everything, mailbox: Inbox
) -> Iterator[tuple[User | None, dict[str, str], Iterator[str]]]:
    """Who looks, at which addresses, and what they do after that."""
    yield None, everything.of_visitors(), of_visitors(page, address, everything, mailbox)
    yield everything.resident, everything.of_residents(), walks.report(page, address)
    yield everything.guarded, everything.of_the_guarded(), walks.add_a_passkey(page, address)
    yield everything.without_password, {"password, the first": "/accounts/password/set/"}, iter(())


def of_visitors(page: Page, address: str, everything: Everything, mailbox: Inbox) -> Iterator[str]:
    yield from walks.report(page, address, email="lerato@example.org")
    yield from walks.sign_up(page, address, "thabo@example.org")
    page.context.clear_cookies()
    yield from walks.sign_up(page, address, "082 555 0199")
    page.context.clear_cookies()
    yield from walks.say_me_too(page, address, everything.tickets["supported"].reference)
    yield from walks.sign_in_by_code(page, address, "nobody@example.org")
    page.context.clear_cookies()
    yield from walks.sign_in(page, address, everything.guarded.email or "")
    page.context.clear_cookies()
    yield from walks.forget(page, address, everything.resident.email or "", mailbox)


def addresses_of_residents(patterns: Any = None, prefix: str = "", namespace: str = "") -> Iterator[str]:
    """The names of all views but those of the console, the API and the demo."""
    for pattern in patterns or get_resolver().url_patterns:
        route = prefix + str(pattern.pattern)
        if route.startswith(NOT_FOR_RESIDENTS):
            continue
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses_of_residents(pattern.url_patterns, route, inner)
        else:
            yield namespace + str(pattern.name)


REFUSED = {"home, mistyped", "not found"}
NOT_FOR_RESIDENTS = ("console/", "api/", "docs/", "redoc/", "demo/", "webhooks/", "healthz", "readyz")
NO_PAGES = {
    # They only take something, and lead to a page.
    *("accounts:sign_out_everywhere", "accounts:remove_phone", "articles:answer", "set_language"),
    *("notifications:open_notice", "notifications:read_everything", "tickets:call_me_back", "tickets:follow"),
    *("tickets:follow_area", "tickets:me_too", "tickets:message", "tickets:new_code", "tickets:take_back"),
    *(
        "tickets:my_me_too",
        "tickets:scan",
        "tickets:unfollow_area",
        "tickets:report_article",
        "tickets:report_photo_place",
    ),
    # Files, and parts of other pages.
    *(
        "accounts:download",
        "mfa_login_webauthn",
        "manifest",
        "service_worker",
        "notifications:count",
        "mfa_download_recovery_codes",
    ),
    *("tickets:live", "tickets:markers", "tickets:near_by_feed", "tickets:near_by_geojson", "tickets:photo"),
    *("tickets:places", "tickets:report_kept", "tickets:report_token", "tickets:smaller_photo"),
    "tickets:ticket_feed",
}
