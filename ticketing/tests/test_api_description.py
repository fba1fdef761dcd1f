"""The description of the API: complete, valid, and shown by pages that fetch nothing from elsewhere."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.core.management import call_command
from django.test import Client
from django.urls import URLResolver, get_resolver
from playwright.sync_api import Page, expect

from common.exception_handler import PROBLEM_TYPE
from ticketing.management.commands.operations import as_markdown

METHODS = {"get", "post", "put", "patch", "delete"}
# Served by another process, and an answer that does not end.
STREAM = "/api/v1/events/stream"


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    """What `manage.py spectacular --validate --fail-on-warn` writes; it fails for any warning."""
    written = io.StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, format="openapi-json", stdout=written)
    document: dict[str, Any] = json.loads(written.getvalue())
    return document


def operations(described: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]


def test_the_description_is_openapi_3_1_of_every_address(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1")
    routes = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", f"/api/{route}") for route in api_routes()}
    assert set(described["paths"]) == routes - {"/api/v1/schema/"} | {STREAM}


def api_routes() -> list[str]:
    api = next(part for part in get_resolver().url_patterns if str(part.pattern) == "api/")
    found = []
    assert isinstance(api, URLResolver)
    for pattern in api.url_patterns:
        below = getattr(pattern, "url_patterns", None)
        own = str(pattern.pattern)
        found += [own] if below is None else [f"{own}{part.pattern}" for part in below]
    return found


def test_operations_have_names_sentences_and_problems(described: dict[str, Any]) -> None:
    named = [operation["operationId"] for _path, _method, operation in operations(described)]
    assert len(named) == len(set(named))
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", name) for name in named)
    for path, method, operation in operations(described):
        assert operation["summary"], path
        if path == STREAM:
            continue
        problems = problems_of(described, operation)
        assert {"400", "406", "429", "500", "503"} <= problems, path
        assert "{" not in path or "404" in problems, path
        assert method == "get" or {"403", "409"} <= problems, path
        assert "requestBody" not in operation or {"413", "415"} <= problems, path
        assert method != "post" or "422" in problems, path
        assert method != "get" or "304" in operation["responses"], path


def problems_of(described: dict[str, Any], operation: dict[str, Any]) -> set[str]:
    """The statuses that are answered with a problem document."""
    answers = described["components"]["responses"]
    return {
        code
        for code, answer in operation["responses"].items()
        if PROBLEM_TYPE in answers.get(answer.get("$ref", "").rpartition("/")[2], answer).get("content", {})
    }


def test_every_body_of_a_verb_has_an_example(described: dict[str, Any]) -> None:
    without = [
        operation["operationId"]
        for path, _method, operation in operations(described)
        if "/tickets/{name}/" in path and "requestBody" in operation
        for content in operation["requestBody"]["content"].values()
        if "examples" not in content
    ]
    assert without == []


def test_a_name_that_clients_were_generated_with_does_not_change_unnoticed() -> None:
    """The table is what `manage.py operations` prints."""
    kept = (Path(settings.BASE_DIR) / "docs" / "operations.md").read_text(encoding="utf-8")
    assert kept.partition("| operation |")[2] == as_markdown().partition("| operation |")[2] + "\n"


def test_every_group_of_operations_has_a_sentence(described: dict[str, Any]) -> None:
    used = {tag for _path, _method, operation in operations(described) for tag in operation["tags"]}
    assert {tag["name"] for tag in described["tags"] if tag["description"]} == used


def test_the_stream_is_described_with_its_own_address(described: dict[str, Any]) -> None:
    stream = described["paths"][STREAM]["get"]
    names = [parameter["name"] for parameter in stream["parameters"]]
    kept = ["after", "department", "event", "kind", "organisation", "project", "ticket", "Last-Event-ID"]
    assert (stream["operationId"], names) == ("events_stream", kept)
    assert f"{stream['servers'][0]['url']}{STREAM}" == settings.STREAM_URL


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_a_browser_that_shows_the_description_goes_nowhere_else(page: Page, site: str, path: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path)
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("heading", name="Lokisa").first).to_be_visible(timeout=60_000)
    assert f"{site}/api/v1/schema/" in asked
    own = (site, "data:", "blob:")
    assert [address for address in asked if not address.startswith(own)] == []


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/docs", "/docs/", "/redoc", "/redoc/"])
def test_the_pages_of_the_description_fetch_nothing_from_elsewhere(client: Client, path: str) -> None:
    response = client.get(path)
    page = response.content.decode()
    assert response.status_code == 200
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert addresses
    assert [address for address in addresses if not address.startswith(("/static/", "/redoc/"))] == []
    assert "/api/v1/schema/" in page


def test_the_script_of_redoc_takes_its_makers_logo_from_here(client: Client) -> None:
    response = client.get("/redoc/redoc.js")
    assert (response.status_code, response["Content-Type"]) == (200, "text/javascript")
    assert b"cdn.redoc.ly" not in response.content
    assert b'src:"/static/img/mark.svg"' in response.content


@pytest.mark.django_db
def test_the_index_says_where_everything_is(client: Client, settings: LazySettings) -> None:
    index = client.get("/api/v1/").json()
    assert index["stream_url"] == settings.STREAM_URL
    assert index["links"]["tickets"] == "http://testserver/api/v1/tickets/"
    assert client.get("/api/v1/schema/").status_code == 200


@pytest.mark.django_db
def test_an_unknown_address_and_an_unknown_method_are_problems(client: Client) -> None:
    for response, status in ((client.get("/api/v1/nothing/"), 404), (client.delete("/api/v1/"), 405)):
        assert (response.status_code, response["Content-Type"]) == (status, PROBLEM_TYPE)
