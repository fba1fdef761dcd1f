"""Every address refuses the anonymous visitor unless it is listed here as public."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import LocalePrefixPattern, RoutePattern

from accounts.tests.factories import OrganisationFactory
from tickets.tests.factories import burst_pipe_category

# Whole branches that packages own: sign-in pages and the languages.
PUBLIC_BRANCHES = ("accounts/", "i18n/")
PUBLIC = {
    "healthz",
    "readyz",
    "demo/messages/",
    # Residents: what is going on, and reporting without an account
    "",
    "near-by/",
    "near-by/markers.json",
    "near-by/feed.rss",
    "near-by/tickets.geojson",
    "near-by/places-sample.json",
    "report/",
    "report/confirm/",
    "report/offline/",
    "report/offline/token.json",
    "sw.js",
    "manifest.webmanifest",
    "help/",
    "how-we-are-doing/",
    # The API: what the public pages show as well, and its description
    "docs/",
    "redoc/",
    "redoc/redoc.js",
    "api/v1/",
    "api/v1/schema/",
    "api/v1/articles/",
    "api/v1/categories/",
    "api/v1/departments/",
    "api/v1/stages/",
    "api/v1/wards/",
    "api/v1/tickets/",
    "api/v1/events/",
    "api/v1/leaderboards/",
}
SAMPLES = {"int": "1", "uuid": str(UUID(int=1)), "slug": "sample", "str": "sample", "path": "sample"}
REFUSED = frozenset({302, 301, 400, 401, 403, 404, 405})


@pytest.fixture
def _city() -> None:
    """Somebody takes reports here, else every page of the residents is a 404."""
    burst_pipe_category(OrganisationFactory.create())


def all_routes(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = prefix + route_of(pattern)
        if isinstance(pattern, URLResolver):
            yield from all_routes(pattern, route)
        else:
            yield route


def route_of(pattern: URLPattern | URLResolver) -> str:
    assert not isinstance(pattern.pattern, LocalePrefixPattern)
    if not isinstance(pattern.pattern, RoutePattern):
        return str(pattern.pattern)
    route = str(pattern.pattern)
    for name, converter in pattern.pattern.converters.items():
        word = type(converter).__name__.removesuffix("Converter").lower()
        sample = SAMPLES.get({"string": "str"}.get(word, word), "sample")
        for spelled in (f"<{name}>", *(f"<{kind}:{name}>" for kind in (*SAMPLES, word))):
            route = route.replace(spelled, sample)
    return route


def routes_to_sweep() -> list[str]:
    routes = {route for route in all_routes(get_resolver()) if not route.startswith(PUBLIC_BRANCHES)}
    return sorted(route for route in routes if not any(mark in route for mark in "^(<$"))


@pytest.mark.django_db
@pytest.mark.usefixtures("_city")
def test_routes_answer_the_anonymous_visitor_only_when_they_are_listed_as_public(client: Client) -> None:
    client.raise_request_exception = False
    answers = {route: client.get(f"/{route}").status_code for route in routes_to_sweep()}
    assert {route for route, status in answers.items() if status not in REFUSED} == PUBLIC
