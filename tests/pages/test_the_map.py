"""The map of near by in a real browser: what the list says, by keyboard alone, asking nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from tests.pages.site import running_site
from tickets.actions.intake import Place
from tickets.tests.factories import report_ticket
from tickets.tests.pages import LATITUDE, LONGITUDE, jpeg, make_city

pytestmark = [
    pytest.mark.runtime,
    pytest.mark.xdist_group("pages"),
    pytest.mark.django_db(transaction=True),
]
ONE_PLACE = ("Burst pipe", "Dry taps", "No pressure")


def test_circles_and_pins_open_by_keyboard_and_lead_to_the_tickets_of_the_list(
    live_server: LiveServer, browser: Browser
) -> None:
    city = make_city()
    for title in ONE_PLACE:
        report_ticket(city.category, title=title)
    apart = report_ticket(
        city.category, title="Deep pothole", place=Place(LATITUDE + 0.02, LONGITUDE + 0.02, "Duncan Street")
    )
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 1280, "height": 860}, reduced_motion="reduce"
    )
    page, asked = context.new_page(), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/near-by/")
    circle = page.get_by_role("button", name="3 tickets: show them")
    words = page.locator(".map-popup a")

    # Nearer, still at the same place: then it says what is there, and leads back out.
    expect(circle).to_be_visible()
    page.locator(".map").focus()
    for _marker in range(2):
        page.keyboard.press("Tab")
        if page.locator(".leaflet-marker-icon:focus .map-cluster").count():
            break
    expect(circle).to_be_focused()
    page.keyboard.press("Enter")
    expect(circle).to_be_focused()
    page.keyboard.press("Enter")
    expect(words.first).to_be_focused()
    found = words.all_inner_texts()
    page.keyboard.press("Escape")
    expect(words).to_have_count(0)
    expect(circle).to_be_focused()

    pin = page.get_by_role("button", name="Deep pothole")
    pin.focus()
    page.keyboard.press("Enter")
    expect(words).to_be_focused()
    found += words.all_inner_texts()
    listed = page.locator(".ticket-card h3").all_inner_texts()
    assert sorted(found) == sorted([*ONE_PLACE, "Deep pothole"]) == sorted(listed)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/t/{apart.reference}/")
    context.close()
    assert [address for address in asked if not address.startswith(live_server.url)] == []


@contextmanager
def tile_server() -> Iterator[tuple[str, list[str]]]:
    """Somebody else's server with one picture for all tiles: its address, and what it was asked."""
    tile, asked = jpeg().read(), list[str]()

    class Tiles(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "image/jpeg")
            self.end_headers()
            self.wfile.write(tile)

        def log_message(self, *_arguments: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Tiles) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def test_tiles_come_from_the_server_that_the_settings_name_and_it_is_named(
    transactional_db: None, browser: Browser
) -> None:
    report_ticket(make_city().category)
    with (
        tile_server() as (tiles, asked),
        running_site(
            MAP_TILE_URL=f"{tiles}/{{z}}/{{x}}/{{y}}.jpg", MAP_TILE_ATTRIBUTION="© The makers of maps"
        ) as site,
    ):
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.goto(f"{site}/near-by/")
        # Loaded: the policy of what pages may load names the server, too.
        expect(page.locator("img.leaflet-tile-loaded").first).to_be_visible()
        expect(page.locator(".leaflet-control-attribution")).to_contain_text("© The makers of maps")
        page.close()

    assert [path for path in asked if not re.fullmatch(r"/\d+/\d+/\d+\.jpg", path)] == []
