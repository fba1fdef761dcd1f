"""Files of tickets in the console: sent, followed, and read back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.urls import reverse
from playwright.sync_api import expect
from pytest_bdd import given, parsers, then, when

from accounts.enums import Role
from tests.features.world import World
from tickets.actions import import_batches
from tickets.models import Ticket


@given(parsers.parse("{name} looks after the organisation"))
def an_organisation_admin(world: World, name: str) -> None:
    world.staff(name, Role.ORGANISATION_ADMIN)


@when(
    parsers.parse(
        "{name} sends a list of {rows:d} tickets of which line {bad:d} has a priority that there is not"
    )
)
def sends_list(
    world: World, name: str, rows: int, bad: int, settings: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr(import_batches, "BATCH", 40)
    path = tmp_path / "list.csv"
    priorities = ["very" if line == bad else "high" for line in range(2, rows + 2)]
    lines = [f"Street light {number},roads,{word}\n" for number, word in enumerate(priorities)]
    path.write_text("title,category,priority\n" + "".join(lines))
    world.sign_in(name)
    page = world.go(name, reverse("admin:tickets_import"))
    page.locator("[name=file]").set_input_files(path)
    page.get_by_role("button", name="Begin", exact=True).click()
    page.wait_for_url("**/import/*/")
    world.typed["sent by"] = name


@then("the page goes on by itself until it is done")
def goes_on(world: World) -> None:
    page = world.page(world.typed["sent by"])
    expect(page.get_by_text("100 %")).to_be_visible()
    expect(page.get_by_role("region", name="Import")).to_contain_text("done")
    expect(page.get_by_role("button", name="Stop", exact=True)).to_have_count(0)


@then(
    parsers.parse("{name} reads that {logged:d} are logged and that line {bad:d} was refused for its {field}")
)
def reads_report(world: World, name: str, logged: int, bad: int, field: str) -> None:
    page = world.page(name)
    expect(page.get_by_text(str(logged), exact=True)).to_be_visible()
    row = page.get_by_role("row").filter(has_text=field)
    expect(row).to_contain_text(str(bad))
    expect(row).to_contain_text("is not a valid choice")
    assert Ticket.objects.count() == logged


@then(parsers.parse("{name} downloads the list of tickets as CSV with all {rows:d}"))
def downloads(world: World, name: str, rows: int) -> None:
    page = world.go(name, reverse("admin:tickets_ticket_changelist"))
    with page.expect_download() as coming:
        page.get_by_role("link", name="CSV", exact=True).click()
    assert len(coming.value.path().read_text().splitlines()) == rows + 1
