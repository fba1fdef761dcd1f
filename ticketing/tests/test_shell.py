"""The site as something to install, and what a phone keeps of it."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image

from departments.tests.factories import CategoryFactory
from tickets.tests.pages import City, make_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


def worker(client: Client) -> tuple[str, list[str]]:
    told = client.get("/sw.js").content.decode()
    named = dict(re.findall(r"^const (VERSION|SHELL|OFFLINE) = (.+);$", told, re.MULTILINE))
    named = {name: json.loads(value) for name, value in named.items()}
    assert named["OFFLINE"] == "/report/offline/"
    return named["VERSION"], named["SHELL"]


def test_the_manifest_names_the_organisation_and_icons_of_their_size(city: City) -> None:
    answer = city.client().get("/manifest.webmanifest")

    told = answer.json()
    assert answer["Content-Type"] == "application/manifest+json"
    assert (told["name"], told["start_url"], told["scope"], told["display"]) == (
        f"{city.organisation.name} · Lokiša",
        "/",
        "/",
        "standalone",
    )
    for icon in told["icons"]:
        content = Path(str(finders.find(icon["src"].removeprefix("/static/")))).read_bytes()
        with Image.open(io.BytesIO(content)) as image:
            assert f"{image.width}x{image.height}" == icon["sizes"]


def test_the_worker_keeps_files_that_are_there(city: City) -> None:
    answer = city.client().get("/sw.js")
    _version, shell = worker(city.client())

    assert answer["Content-Type"] == "text/javascript"
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert [path for path in shell if finders.find(path.removeprefix("/static/")) is None] == []


def test_a_new_kind_of_problem_is_a_new_version_and_the_same_again_is_not(city: City) -> None:
    before = worker(city.client())
    assert worker(city.client()) == before

    CategoryFactory.create(department=city.category.department, name="Fallen tree")

    assert worker(city.client())[0] != before[0]


@pytest.mark.parametrize("path", ["/sw.js", "/manifest.webmanifest"])
def test_where_nobody_takes_reports_there_is_nothing_to_install(path: str, client: Client) -> None:
    assert client.get(path, headers={"host": "nowhere.example.org"}).status_code == 404
