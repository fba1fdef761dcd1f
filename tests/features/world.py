"""What the steps of a scenario share: a small city, its people, and a browser for each of them."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import Any

from allauth.account.models import EmailAddress
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page

from accountability.models import Breach
from accounts.enums import Role
from accounts.models import Organisation, User
from accounts.tests.factories import PASSWORD, MembershipFactory, OrganisationFactory, UserFactory
from departments.models import Category, Department, DepartmentMember
from departments.tests.factories import (
    CategoryFactory,
    DepartmentFactory,
    DepartmentMemberFactory,
    RegionFactory,
    StageFactory,
    StandardFactory,
    WardFactory,
)
from tests.inboxes import Inbox
from tickets.actions.intake import Place, Report, Reporter, create_ticket
from tickets.enums import Promise, Source
from tickets.models import Ticket

CHURCH_SQUARE = Place(latitude=-25.7463, longitude=28.1880, address="Church Square")
VISITOR = "a visitor"
HOUR = 3600
# An agent's "resident" phone must be a number that a mobile provider could have.
PHONES = {"Thandi": "+27821234501", "Pieter": "+27821234502", "Lerato": "+27821234503"}


@dataclass
class World:
    """One scenario's city. People are called by their first names."""

    browser: Browser
    base_url: str
    mailbox: Inbox
    sms_inbox: Inbox
    context_arguments: dict[str, Any]
    people: dict[str, User] = field(default_factory=dict)
    contexts: dict[str, BrowserContext] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)
    page_errors: list[str] = field(default_factory=list)
    typed: dict[str, str] = field(default_factory=dict)
    # Browsers that differ from the usual one, by whose they are.
    browsers: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.city: Organisation = OrganisationFactory.create(
            name="City of Tshwane",
            slug="tshwane",
            reference_prefix="TSH",
            contact_phone="012 358 9999",
            confirms_reporters=True,
        )
        region = RegionFactory.create(organisation=self.city, number=3)
        WardFactory.create(
            organisation=self.city, region=region, number=58, latitude=-25.7463, longitude=28.188
        )
        self._department("Water and Sanitation", "water", "Burst pipe", "burst, pipe, water, flooding, leak")
        self._department("Roads and Stormwater", "roads", "Pothole", "pothole, hole, road surface")

    def _department(self, name: str, code: str, problem: str, keywords: str) -> None:
        department = DepartmentFactory.create(organisation=self.city, name=name, code=code)
        for position, stage in enumerate(("Inspection", "Repair", "Reinstatement"), start=1):
            StageFactory.create(department=department, name=stage, position=position)
        category = CategoryFactory.create(department=department, name=problem, code=code, keywords=keywords)
        StandardFactory.create(
            category=category, respond_within_seconds=4 * HOUR, resolve_within_seconds=24 * HOUR
        )

    # People

    def resident(self, name: str) -> User:
        if name not in self.people:
            self.people[name] = self._person(name, "Mokoena", phone=PHONES.get(name))
        return self.people[name]

    def _person(self, name: str, surname: str, **fields: Any) -> User:
        """Somebody who has confirmed their address and can sign in."""
        person: User = UserFactory.create(
            full_name=f"{name} {surname}", email=f"{name.lower()}@example.org", password=PASSWORD, **fields
        )
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
        return person

    def staff(
        self,
        name: str,
        role: Role,
        department: str | None = None,
        *,
        capacity: int = 5,
        is_available: bool = True,
        open_tickets: int = 0,
    ) -> User:
        person = self._person(name, "Nkosi", is_staff=True)
        MembershipFactory.create(organisation=self.city, user=person, role=role)
        if department is not None:
            DepartmentMemberFactory.create(
                department=self.department(department),
                user=person,
                capacity=capacity,
                is_available=is_available,
                open_tickets=open_tickets,
            )
        self.people[name] = person
        return person

    def department(self, name: str) -> Department:
        return Department.objects.get(organisation=self.city, name=name)

    def category(self, name: str) -> Category:
        return Category.objects.get(organisation=self.city, name=name)

    def member(self, name: str) -> DepartmentMember:
        return DepartmentMember.objects.get(user=self.people[name])

    # Tickets

    def log(self, reporter: str, title: str, problem: str = "Burst pipe") -> Ticket:
        person = self.resident(reporter)
        return create_ticket(
            self.city,
            Report(title=title, category=self.category(problem), place=CHURCH_SQUARE),
            reporter=Reporter(user=person),
            source=Source.WEB,
            acting_user=person,
        )

    @property
    def ticket(self) -> Ticket:
        """The ticket that the scenario is about: the first one, as it is in the database now."""
        first: Ticket = Ticket.objects.order_by("created_at", "pk")[:1].get()
        return first

    def breach(self) -> Breach:
        """The ticket's missed promise to resolve. Background work may take a moment to record it."""
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            found = Breach.objects.filter(ticket=self.ticket, promise=Promise.RESOLVE).first()
            if found is not None:
                return found
            time.sleep(0.1)
        raise AssertionError("No breach of the promise to resolve was recorded.")

    # Browsers

    def page(self, name: str) -> Page:
        """The person's own browser; script errors on any page fail the scenario."""
        if name not in self.pages:
            context = self.browser.new_context(**(self.context_arguments | self.browsers.get(name, {})))
            page = context.new_page()
            page.set_default_timeout(10_000)
            page.on("pageerror", lambda error: self.page_errors.append(f"{name}: {error}"))
            self.contexts[name], self.pages[name] = context, page
        return self.pages[name]

    def go(self, name: str, path: str) -> Page:
        page = self.page(name)
        answer = page.goto(path)
        assert answer is not None
        assert answer.ok, f"{path} answered {answer.status}"
        return page

    def sign_in(self, name: str) -> Page:
        page = self.go(name, reverse("account_login"))
        page.get_by_label(re.compile("e-?mail", re.IGNORECASE)).fill(self.people[name].email or "")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(lambda url: "/accounts/login" not in url)
        return page

    def close(self) -> None:
        self.mailbox.office.refusing = False
        for context in self.contexts.values():
            context.close()
        assert self.page_errors == []

    # Messages

    def address_of(self, name: str) -> str:
        return self.people[name].email or ""

    def phone_of(self, name: str) -> str:
        return self.people[name].phone or ""

    def code_in_sms(self, name: str) -> str:
        text = self.sms_inbox.wait_for(self.phone_of(name), containing="/v/").text
        return first_match(r"\b(\d{6})\b", text)

    def link_in_sms(self, name: str) -> str:
        text = self.sms_inbox.wait_for(self.phone_of(name), containing="/v/").text
        return first_match(r"(https?://\S+/v/[\w-]{22}/)", text)


# How a code stands in a mail, on a line of its own.
CODE = r"(?m)^([A-Z0-9]{4}-?[A-Z0-9]{4})\r?$"


def first_match(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match is not None, f"{pattern} is not in {text!r}"
    return match[1]
