"""RSS and GeoJSON: what everybody may see, for programs of others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.factories import UserFactory
from tickets.actions.conversation import add_message, add_note
from tickets.actions.intake import Place
from tickets.actions.lifecycle import resolve_ticket, withdraw_ticket
from tickets.models import Ticket
from tickets.tests.factories import report_ticket
from tickets.tests.pages import LATITUDE, LONGITUDE, City, make_city
from tickets.views import feeds

pytestmark = pytest.mark.django_db
POINT = "{http://www.georss.org/georss}point"


@pytest.fixture
def city() -> City:
    return make_city()


def reported(city: City, count: int, **fields: Any) -> list[Ticket]:
    """Tickets an hour apart, newest first."""
    tickets = []
    for hours in range(count, 0, -1):
        with time_machine.travel(timezone.now() - timedelta(hours=hours), tick=False):
            tickets.append(report_ticket(city.category, title=f"Pipe {hours}", **fields))
    return tickets[::-1]


def channel(answer: Any) -> ElementTree.Element:
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/rss+xml; charset=utf-8"
    found = ElementTree.fromstring(answer.content).find("channel")  # noqa: S314 (it is our own)
    assert found is not None
    return found


def entries(answer: Any, name: str = "title") -> list[str | None]:
    return [item.findtext(name) for item in channel(answer).iter("item")]


def features(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200
    return list(answer.json()["features"])


def test_a_feed_has_the_tickets_of_near_by_under_any_filter(city: City) -> None:
    newer, older = reported(city, 2)
    far = report_ticket(
        city.category, title="Far", place=Place(latitude=LATITUDE + 0.05, longitude=LONGITUDE)
    )
    client = city.client()

    assert entries(client.get("/near-by/feed.rss")) == [far.title, newer.title, older.title]
    for query, titles in (
        ("suburb=Hatfield", [newer.title, older.title]),
        ("ward=56", ["Far", newer.title, older.title]),
        ("q=far", ["Far"]),
        ("status=closed", []),
        (f"latitude={LATITUDE + 0.05}&longitude={LONGITUDE}", ["Far", older.title, newer.title]),
    ):
        assert entries(client.get(f"/near-by/feed.rss?{query}")) == titles, query
        shown = features(client.get(f"/near-by/tickets.geojson?{query}"))
        assert sorted(each["properties"]["title"] for each in shown) == sorted(titles), query


def test_an_entry_says_how_it_stands_where_it_is_and_links_the_ticket(city: City) -> None:
    (ticket,) = reported(city, 1)

    answer = city.client().get("/near-by/feed.rss?suburb=Hatfield")
    feed = channel(answer)
    (item,) = feed.iter("item")

    assert feed.findtext("title") == f"{city.organisation.name}: Near Hatfield"
    assert feed.findtext("link") == "http://fix.example.org/near-by/?suburb=Hatfield"
    assert item.findtext("link") == f"http://fix.example.org/t/{ticket.reference}/"
    assert item.findtext("guid") == item.findtext("link")
    assert item.findtext(POINT) == f"{LATITUDE} {LONGITUDE}"
    assert item.findtext("category") == "Burst pipe"
    described = str(item.findtext("description"))
    assert described.endswith(f"Church Square, Pretoria, ward 56 · {ticket.reference}")


TITLES = [
    "<script>alert(1)</script> & Co ]]>",
    "ماء في الشارع",
    "Pipe \u202eegral\u202c",
    "Emoji 💧 and \ufffe",
]


@pytest.mark.parametrize("title", TITLES)
def test_titles_in_any_script_and_with_markup_come_through_as_text(city: City, title: str) -> None:
    ticket = report_ticket(city.category)
    Ticket.objects.filter(pk=ticket.pk).update(title=title)

    expected = title.replace("\ufffe", "")
    assert entries(city.client().get("/near-by/feed.rss")) == [expected]
    assert entries(city.client().get(f"/t/{ticket.reference}/feed.rss")) != []


def test_control_characters_that_came_by_another_way_do_not_break_a_feed(city: City) -> None:
    ticket = report_ticket(city.category)
    Ticket.objects.filter(pk=ticket.pk).update(title="Pipe\x07 \x1bbroken\x0b", address="At\x08 home")
    client = city.client()

    assert entries(client.get("/near-by/feed.rss")) == ["Pipe broken"]
    assert channel(client.get(f"/t/{ticket.reference}/feed.rss")).findtext("title") == (
        f"{ticket.reference}: Pipe broken"
    )
    (feature,) = features(client.get("/near-by/tickets.geojson"))
    assert feature["properties"]["title"] == "Pipe\x07 \x1bbroken\x0b"


def test_private_and_withdrawn_tickets_are_in_no_feed_even_of_their_reporter(city: City) -> None:
    resident = UserFactory.create()
    private = report_ticket(city.category, reporter=resident, is_public=False)
    withdrawn = report_ticket(city.category, reporter=resident)
    withdraw_ticket(withdrawn, acting_user=None)
    client = city.client(resident)

    assert client.get(f"/t/{private.reference}/").status_code == 200
    for ticket in (private, withdrawn):
        assert client.get(f"/t/{ticket.reference}/feed.rss").status_code == 404
    assert entries(client.get("/near-by/feed.rss?status=all")) == []
    assert features(client.get("/near-by/tickets.geojson?status=all")) == []
    elsewhere = report_ticket(make_city("elsewhere.example.org").category)
    assert client.get(f"/t/{elsewhere.reference}/feed.rss").status_code == 404


def test_the_story_of_a_ticket_is_the_public_one_whoever_asks(city: City) -> None:
    resident = UserFactory.create()
    ticket = report_ticket(city.category, reporter=resident)
    add_message(ticket, body="My number is 082 123 4567", acting_user=resident)
    add_note(ticket, body="Key at the depot", acting_user=city.agent)
    resolve_ticket(ticket, note="Coupling replaced.", acting_user=city.agent)

    answer = city.client(city.agent).get(f"/t/{ticket.reference}/feed.rss")

    assert entries(answer) == ["The department says that it is fixed", "Given to an agent", "Reported"]
    assert "Coupling replaced." in str(entries(answer, "description")[0])
    for hidden in ("082 123", "depot", resident.full_name, city.agent.full_name):
        assert hidden not in answer.content.decode()
    guids = entries(answer, "guid")
    assert len(set(guids)) == 3


def test_a_feature_has_what_everybody_may_know_and_no_more(city: City) -> None:
    (ticket,) = reported(city, 1)
    report_ticket(city.category, title="Somewhere", place=Place(address="Behind the school"))

    nowhere, feature = features(city.client().get("/near-by/tickets.geojson"))

    assert feature["geometry"] == {"type": "Point", "coordinates": [LONGITUDE, LATITUDE]}
    assert nowhere["geometry"] is None
    properties = feature["properties"]
    assert set(properties) == {
        "reference",
        "title",
        "url",
        "status",
        "outcome",
        "category",
        "department",
        "ward",
        "address",
        "supporters",
        "created_at",
        "updated_at",
        "due_at",
        "expired_at",
    }
    assert (properties["url"], properties["status"], properties["ward"]) == (
        f"http://fix.example.org/t/{ticket.reference}/",
        "open",
        56,
    )


@pytest.mark.parametrize("is_near", [False, True])
def test_geojson_goes_on_by_next_until_every_ticket_came_once(
    city: City, is_near: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "MOST_FEATURES", 2)
    tickets = [ticket.reference for ticket in reported(city, 5)]
    address = "/near-by/tickets.geojson"
    address += f"?latitude={LATITUDE}&longitude={LONGITUDE}" if is_near else "?status=open"
    seen = []
    while address:
        answer = city.client().get(address)
        seen += [feature["id"] for feature in features(answer)]
        parts = urlsplit(answer.json()["next"] or "")
        address = f"{parts.path}?{parts.query}" if parts.path else ""

    assert sorted(seen) == sorted(tickets)
    assert is_near or seen == tickets


@pytest.mark.parametrize("path", ["/near-by/feed.rss", "/near-by/tickets.geojson", "/t/{}/feed.rss"])
def test_what_has_not_changed_is_not_sent_again_and_any_page_may_read_it(city: City, path: str) -> None:
    ticket = report_ticket(city.category)
    path = path.format(ticket.reference)
    client = city.client()
    first = client.get(path)

    assert (first["Cache-Control"], first["Access-Control-Allow-Origin"]) == ("public, max-age=60", "*")
    again = client.get(path, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    resolve_ticket(report_ticket(city.category), note="Done.", acting_user=city.agent)
    resolve_ticket(ticket, note="Done.", acting_user=city.agent)
    changed = client.get(path, headers={"if-none-match": first["ETag"]})
    assert (changed.status_code, changed["ETag"] != first["ETag"]) == (200, True)


@pytest.mark.parametrize("query", ["ward=999", "latitude=1e999", "q=%07", "status=odd"])
def test_nonsense_has_no_feed(city: City, query: str) -> None:
    report_ticket(city.category)

    assert city.client().get(f"/near-by/feed.rss?{query}").status_code == 404
    answer = city.client().get(f"/near-by/tickets.geojson?{query}")
    assert (answer.status_code, answer.json()["features"]) == (400, [])


def test_a_feed_asks_as_often_for_three_tickets_as_for_one(city: City) -> None:
    paths = ("/near-by/feed.rss", "/near-by/tickets.geojson")
    counts: dict[str, list[int]] = {path: [] for path in paths}
    for more in (1, 2):
        reported(city, more)
        for path in paths:
            with CaptureQueriesContext(connection) as queries:
                city.client().get(path)
            counts[path].append(len(queries))

    assert [counts[path][0] - counts[path][1] for path in paths] == [0, 0]


def test_pages_say_where_their_feeds_are(city: City) -> None:
    ticket = report_ticket(city.category)
    page = city.client().get("/near-by/?ward=56&after=AAAA").content.decode()

    assert 'type="application/rss+xml" title="In ward 56" href="/near-by/feed.rss?ward=56"' in page
    assert 'type="application/geo+json" title="In ward 56" href="/near-by/tickets.geojson?ward=56"' in page
    assert 'href="http://fix.example.org/near-by/?ward=56" data-share' in page
    page = city.client().get(f"/t/{ticket.reference}/").content.decode()
    assert f'href="/t/{ticket.reference}/feed.rss"' in page
