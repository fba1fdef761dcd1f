"""`manage.py take_screenshots`: pictures of the pages of a running demo, for the documentation."""

from __future__ import annotations

import io
import os
import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.text import slugify
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from demo.outbox import Outbox, SentMessage
from ticketing.runtime.chromium import LAUNCH_ARGUMENTS, find_chromium
from ticketing.runtime.problems import RuntimeProblem

RESIDENT, ADMIN = "resident@demo.lokisa.example", "water.admin@demo.lokisa.example"
NEIGHBOUR = "neighbour@demo.lokisa.example"
CITY_ADMIN = "city.admin@demo.lokisa.example"
WORDS = "/console/notifications/messagetemplate/"
LEDGER = "/console/accountability/pointsentry/"
PASSWORD = "jacaranda-city"  # noqa: S105 the demo says it to everybody
WIDTHS = {360: 760, 1280: 860}
# Longer pages are cut: the top says what the page is.
LONGEST = {360: 2400, 1280: 1900}
COLOURS = 256
# With long words: what fits in these fits in the others.
LANGUAGES = ("zu", "nso")
DARK = {"home", "near-by", "ticket-overdue", "report-kinds", "verify", "console-ticket"}


def newest_mails() -> list[SentMessage]:
    """The mails in the demo's mailbox, the newest last."""
    sent = Outbox(settings.DEMO_OUTBOX).newest()
    return [mail for mail in reversed(sent) if mail.kind == "mail" and mail.html]


class Command(BaseCommand):
    help = "Take pictures of the pages of a running demo into docs/screenshots."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--address", default=settings.SITE_URL, help="Where the demo answers.")
        parser.add_argument("--folder", type=Path, default=settings.BASE_DIR / "docs" / "screenshots")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        folder.mkdir(parents=True, exist_ok=True)
        try:
            chromium = find_chromium()
        except RuntimeProblem as problem:
            raise CommandError(str(problem)) from problem
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=str(chromium.program),
                args=list(LAUNCH_ARGUMENTS),
                env={**os.environ, **chromium.environment},
            )
            for width in WIDTHS:
                for scheme in ("light", "dark"):
                    Walk(browser, options["address"], folder, width, scheme).go()
            browser.close()
        self.stdout.write(self.style.SUCCESS(f"{len(list(folder.glob('*.png')))} pictures in {folder}"))


class Walk:
    """One way through all pages, in one width and one colour scheme."""

    def __init__(self, browser: Browser, address: str, folder: Path, width: int, scheme: Any) -> None:
        self.address, self.folder, self.width, self.scheme = address.rstrip("/"), folder, width, scheme
        self.browser = browser
        self.page = self.new_page()

    def new_page(self, language: str = "en") -> Page:
        """A page of somebody who has not been here before."""
        size: Any = {"width": self.width, "height": WIDTHS[self.width]}
        return self.browser.new_context(
            viewport=size,
            color_scheme=self.scheme,
            locale=f"{language}-ZA",
            timezone_id="Africa/Johannesburg",
        ).new_page()

    def go(self) -> None:
        self.as_visitor()
        self.reporting()
        self.as_resident()
        self.page.context.close()
        self.page = self.new_page()
        self.as_neighbour()
        self.page.context.close()
        self.page = self.new_page()
        self.as_department_admin()
        self.page.context.close()
        self.page = self.new_page()
        self.as_organisation_admin()
        self.messages()
        self.mails()
        self.page.context.close()
        self.in_other_languages()

    def in_other_languages(self) -> None:
        for language in LANGUAGES:
            self.page = self.new_page(language)
            self.visit("/", f"home-{language}")
            self.visit_first("/near-by/?status=in_progress", ".ticket-card", f"ticket-{language}")
            self.page.context.close()

    def as_visitor(self) -> None:
        self.visit("/", "home")
        self.visit("/near-by/", "near-by")
        self.visit("/near-by/?ward=92&status=all", "near-by-ward")
        self.visit("/accounts/login/", "sign-in")
        self.visit("/accounts/signup/", "sign-up")
        self.visit("/t/TSH-222-222/", "not-found")
        self.visit("/how-we-are-doing/", "how-we-are-doing")
        self.visit("/help/", "help")
        self.visit("/help/prepaid-token-not-accepted/", "help-article")
        self.visit("/report/offline/", "report-offline")
        self.visit("/demo/messages/", "demo-mailbox")
        self.visit_first("/near-by/?status=open", ".ticket-card:not(.tone-overdue)", "ticket-open")
        self.visit_first("/near-by/?status=in_progress", ".ticket-card.tone-overdue", "ticket-overdue")
        self.visit_first("/near-by/?status=closed", ".ticket-card.tone-verified", "ticket-verified")
        self.me_too_without_account()

    def me_too_without_account(self) -> None:
        page = self.page
        page.goto(f"{self.address}/near-by/?status=open")
        page.locator(".ticket-card h3 a").first.click()
        page.get_by_role("button", name="Me too").click()
        self.shoot("me-too")
        page.get_by_label("Mobile number or e-mail address").fill("082 765 4321")
        self.take_time()
        page.get_by_role("button", name="Send me a code").click()
        self.shoot("me-too-code")

    def take_time(self) -> None:
        """Who is quicker is taken for a robot."""
        self.page.wait_for_timeout(settings.REPORT_MINIMUM_SECONDS * 1000)

    def reporting(self) -> None:
        page = self.page
        self.visit("/report/", "report-what")
        page.get_by_label("In your own words").fill("A pipe has burst. Water is running down the street.")
        page.get_by_role("group", name="It sounds like one of these").wait_for()
        self.shoot("report-kinds")
        self.next()
        page.locator("[data-map-show]").click()
        page.locator(".map.is-loaded").wait_for()
        page.get_by_label("Suburb").select_option(label="Hatfield")
        page.get_by_label("describe the place").fill("Duncan Street, opposite the school")
        self.shoot("report-where")
        self.next()
        if "near-by" in page.url:
            self.shoot("report-similar")
            page.get_by_role("link", name="No, mine is another one").click()
        self.shoot("report-details")
        page.get_by_label("Mobile number").fill("12")
        page.get_by_role("button", name="Send the report").click()
        self.shoot("report-refused")
        self.take_time()
        page.get_by_label("Your name").fill("Thabo Nkosi")
        page.get_by_label("Mobile number").fill("082 123 4567")
        page.get_by_role("button", name="Send the report").click()
        self.shoot("report-code")
        page.get_by_label("Your code").fill(self.newest_code())
        page.get_by_role("button", name="Send the report").click()
        self.shoot("report-done")

    def newest_code(self) -> str:
        """Of the newest message in the demo's mailbox."""
        mailbox = self.page.context.new_page()
        mailbox.goto(f"{self.address}/demo/messages/")
        text = mailbox.get_by_role("main").inner_text()
        mailbox.close()
        found = re.search(r"\b(\d{6}) is your code", text)
        return found[1] if found else ""

    def as_resident(self) -> None:
        page = self.page
        self.sign_in(RESIDENT)
        self.visit("/my-tickets/", "my-tickets")
        self.visit("/account/", "account")
        self.visit_first("/my-tickets/", ".ticket-card:has(.badge:text('Resolved'))", "ticket-resolved")
        confirm = page.get_by_role("link", name="Confirm or object")
        if confirm.count():
            confirm.click()
            self.shoot("verify")
            page.get_by_role("button", name="No, it is not fixed").click()
            self.shoot("verify-dispute")
        self.visit("/my-tickets/?show=supported", "my-tickets-supported")
        self.visit_first("/my-tickets/", ".ticket-card", "ticket-mine")
        if page.get_by_text("Call me back").count():
            page.get_by_text("Call me back").click()
            self.shoot("ticket-call-times")

    def as_neighbour(self) -> None:
        """Who has the problem too, confirms with one button and follows an area."""
        page = self.page
        self.sign_in(NEIGHBOUR)
        self.visit("/near-by/?ward=56", "area-follow")
        follow = page.get_by_role("button", name="Follow this area")
        if follow.count():
            follow.click()
        self.visit("/my-tickets/?show=areas", "my-areas")
        resolved = ".ticket-card:has(.badge:text('Resolved'))"
        self.visit_first("/my-tickets/?show=supported", resolved, "ticket-resolved-me-too")
        confirm = page.get_by_role("button", name="Yes, it is fixed")
        # Each walk would use up one: the light one does.
        if self.scheme == "light" and confirm.count():
            confirm.click()
            self.shoot("rating")

    def as_department_admin(self) -> None:
        self.sign_in(ADMIN)
        self.visit("/console/", "console-my-work")
        self.visit("/console/tickets/ticket/", "console-tickets")
        found = self.page.locator("#result_list tbody a[href*='/change/']")
        found.first.click()
        self.shoot("console-ticket")
        self.visit("/console/tickets/ticket/log/", "console-log-for-a-caller")
        self.visit("/console/tickets/ticket/conversations/", "console-conversations")
        self.visit("/console/tickets/callback/", "console-callbacks")
        self.open_first("#result_list a.c-summary", "console-callback")
        self.visit("/console/tickets/ticket/?status=resolved", "console-resolved")
        self.open_first("#result_list tbody a[href*='/change/']", "console-ticket-resolved")
        self.open_first("a[href$='/on-the-spot/']", "console-on-the-spot")
        self.visit("/console/departments/department/", "console-departments")
        self.visit("/console/departments/departmentmember/", "console-members")
        self.visit("/console/accounts/user/", "console-people")
        self.visit("/console/accountability/breach/", "console-missed-promises")
        self.open_first("#result_list a.c-summary", "console-missed-promise")
        self.visit(LEDGER, "console-points")
        self.open_first("#result_list a.c-summary", "console-points-entry")
        self.visit(f"{LEDGER}board/", "console-board")
        self.open_first(".c-tabs a[href*='department=']", "console-board-people")
        self.visit("/console/reports/monthly/", "console-monthly-report")

    def as_organisation_admin(self) -> None:
        self.sign_in(CITY_ADMIN)
        self.visit("/console/departments/calendar/", "console-calendars")
        self.open_first("#result_list tbody a:text('Office hours')", "console-calendar")
        self.visit("/console/departments/department/escalation/", "console-escalation")
        self.visit("/console/accountability/pointsrule/", "console-points-rules")
        self.open_first("#result_list a.c-summary", "console-points-rule")

    def messages(self) -> None:
        """What became of messages, as who looks after the organisation sees it."""
        self.visit("/console/notifications/notification/", "console-delivery-log")
        self.open_first("#result_list a.c-summary", "console-delivery")
        self.visit("/console/notifications/notification/rules/", "console-what-is-told")
        self.page.goto(f"{self.address}{WORDS}")
        if not self.page.locator("#result_list a").count():
            self.write_words()
        self.visit(WORDS, "console-words")
        self.open_first("#result_list tbody a", "console-words-preview")

    def write_words(self) -> None:
        """Words of the city's own, so that there is something to look at."""
        self.page.goto(f"{self.address}{WORDS}add/")
        self.page.locator("[name=kind]").select_option("ticket.resolved")
        self.page.locator("[name=headline]").fill("Please have a look: {title}")
        self.page.locator("[name=body]").fill("Our team says that it is done.\n\nIs it? Your code is {code}.")
        self.page.locator("[name=_save]").click()

    def mails(self) -> None:
        """Mails that went out meanwhile, as a mail program shows them."""
        kept = {mail.subject.partition("] ")[2].partition(":")[0]: mail for mail in newest_mails()}
        for subject, mail in kept.items():
            self.page.set_content(mail.html)
            self.shoot(f"mail-{slugify(subject)[:40]}")

    def open_first(self, link: str, name: str) -> None:
        """The page behind the first of these links; no picture where there is none."""
        found = self.page.locator(link)
        if found.count():
            found.first.click()
            self.shoot(name)

    def sign_in(self, who: str) -> None:
        page = self.page
        page.goto(f"{self.address}/accounts/login/")
        page.locator("[name=login]").fill(who)
        page.locator("[name=password]").fill(PASSWORD)
        page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(lambda address: "/accounts/login" not in address)

    def next(self) -> None:
        self.page.get_by_role("main").get_by_role("button", name="Next").click()

    def visit(self, path: str, name: str) -> None:
        self.page.goto(f"{self.address}{path}")
        self.shoot(name)

    def visit_first(self, path: str, card: str, name: str) -> None:
        """The first ticket of a list that looks like `card`; no picture where there is none."""
        self.page.goto(f"{self.address}{path}")
        found = self.page.locator(f"{card} h3 a")
        if found.count():
            found.first.click()
            self.shoot(name)

    def shoot(self, name: str) -> None:
        if self.scheme == "dark" and name not in DARK:
            return
        self.page.wait_for_load_state("networkidle")
        self.page.evaluate("window.scrollTo(0, 0)")
        content = self.page.evaluate("document.documentElement.scrollHeight")
        height = min(content, LONGEST[self.width])
        # What sticks to an edge of the window belongs to the edge of the picture.
        self.page.set_viewport_size({"width": self.width, "height": max(height, WIDTHS[self.width])})
        shown = self.page.screenshot()
        self.page.set_viewport_size({"width": self.width, "height": WIDTHS[self.width]})
        suffix = "-dark" if self.scheme == "dark" else ""
        path = self.folder / f"{name}-{self.width}{suffix}.png"
        picture = Image.open(io.BytesIO(shown)).convert("RGB")
        picture.quantize(COLOURS, kmeans=3, dither=Image.Dither.NONE).save(path, optimize=True)
