"""Every page of residents in a real browser from the real server: light enough, and open to everybody."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize

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
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}


@pytest.fixture
def everything(transactional_db: None) -> Everything:
    return make_everything()


@pytest.fixture
def address(everything: Everything) -> Iterator[str]:
    with running_site() as url:
        yield url


def violations(page: Page, name: str) -> Iterator[str]:
    for scheme in THEMES:
        page.emulate_media(color_scheme=scheme)
        for found in Axe().run(page, options=RULES).response["violations"]:
            for node in found["nodes"]:
                where = f"{name} ({scheme}): {found['id']}"
                yield f"{where}: {node['html'][:160]}: {node['failureSummary'][:300]}"


def test_pages_keep_their_budget_and_have_no_violation_of_wcag_in_either_theme(
    everything: Everything, address: str, browser: Browser
) -> None:
    visitors = everything.of_visitors()
    weighed = ("home", "near by", "ticket", "report", "how we are doing")
    weights = {name: count(browser, address + visitors[name], {"viewport": PHONE}) for name in weighed}
    for name, counted in weights.items():
        logger.info("%s: %.1f KB, %d requests", name, counted.kilobytes, len(counted.requests))

    context = browser.new_context(viewport=PHONE, reduced_motion="reduce")
    page = context.new_page()
    found: list[str] = []
    missing: list[tuple[str, int | None]] = []
    for who, pages in ((None, visitors), (everything.resident, everything.of_residents())):
        if who is not None:
            signed_in(context, address, who)
        for name, path in pages.items():
            answer = page.goto(address + path)
            if answer is None or (answer.status != 200 and name not in REFUSED):
                missing.append((name, answer.status if answer else None))
            found += violations(page, name)
    context.close()

    assert (missing, found) == ([], [])
    heavy = {name: (round(counted.kilobytes), len(counted.requests)) for name, counted in weights.items()}
    assert {name: size for name, size in heavy.items() if size[0] >= BUDGET_KILOBYTES} == {}
    assert {name: size for name, size in heavy.items() if size[1] > BUDGET_REQUESTS} == {}


REFUSED = {"home, mistyped", "not found"}
