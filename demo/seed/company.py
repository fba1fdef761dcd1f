"""A company beside the city: customers of its own product, and a project with several people on a ticket."""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from accounts.enums import Accent, OrganisationKind, Role
from accounts.models import Organisation, User
from demo.seed.drafts import ticket_row
from demo.seed.identifiers import key_at
from demo.seed.ledger import Ledger
from demo.seed.people import SignIn, create_sign_ins
from demo.seed.rows import Row
from demo.seed.tale import Tale
from demo.seed.words import Wording
from demo.seed.world import DemoCategory, DemoDepartment, Resident, World, read_world
from departments.actions.calendars import create_calendar
from departments.enums import Priority
from departments.hours import Hours
from departments.models import (
    Category,
    Department,
    DepartmentMember,
    Stage,
    Standard,
)
from tickets.enums import Source, Status
from tickets.models import Project, TicketAssignee

SOURCE = Path(__file__).parent / "company.toml"
TICKETS = 36
DAYS = 60
_OPENS, _SHUTS = 8 * 60, 17 * 60
_NOBODY = Resident(uuid.UUID(int=0), "", "", "", "")
_CLOSED_AFTER = timedelta(hours=30)


def company_sign_ins() -> list[SignIn]:
    """Whom a newcomer can be in the company."""
    return [
        SignIn("growfin.agent", "Zodwa Mthembu", "agent of Growfin, a client company", Role.AGENT, "support"),
        SignIn(
            "growfin.admin", "Riaan Louw", "organisation admin of Growfin", Role.ORGANISATION_ADMIN, "support"
        ),
    ]


@dataclass(frozen=True, slots=True)
class Company:
    world: World
    document: dict[str, Any]
    users: list[User]
    project: Project


def tell_company(ledger: Ledger, *, seed: int, now: datetime) -> tuple[list[SignIn], World]:
    """Create the company, its people and its tickets."""
    people = company_sign_ins()
    company = _create(people, now)
    rng = Random(f"{seed} company")
    tales = [_customer_tale(company, rng, number) for number in range(TICKETS)]
    assigned: list[Row] = []
    for title, description, status in company.document["project"]["tickets"]:
        tales.append(_project_tale(company, rng, title, description, Status(status), assigned))
    references = ledger.references(company.world.prefix, len(tales))
    for tale, reference in zip(tales, references, strict=True):
        tale.ticket["reference"] = reference
        tale.finish()
    ledger.write(tales, until=datetime.min.replace(tzinfo=UTC))
    TicketAssignee.objects.bulk_create(TicketAssignee(**row) for row in assigned)
    return people, company.world


def _create(people: Sequence[SignIn], now: datetime) -> Company:
    document = tomllib.loads(SOURCE.read_text(encoding="utf-8"))
    row = document["organisation"]
    organisation = Organisation.objects.create(
        slug=row["slug"],
        name=row["name"],
        kind=OrganisationKind.COMPANY,
        reference_prefix=row["reference_prefix"],
        domain=row["domain"],
        accent=Accent(row["accent"]),
        public_reports=False,
        verification_required=False,
    )
    department = _department(organisation, document)
    _categories(organisation, department, document["categories"])
    users = create_sign_ins(organisation, people, joined=now - timedelta(days=DAYS + 30))
    DepartmentMember.objects.bulk_create(
        DepartmentMember(department=department, user=user, capacity=20) for user in users
    )
    project = Project.objects.create(
        organisation=organisation,
        name=document["project"]["name"],
        description=document["project"]["description"],
    )
    names = {person.name: user for person, user in zip(people, users, strict=True)}
    world = read_world(organisation, [], now=now, people=names)
    return Company(world, document, users, project)


def _department(organisation: Organisation, document: dict[str, Any]) -> Department:
    office = Hours(organisation.time_zone, weekly=(((_OPENS, _SHUTS),),) * 5 + ((), ()))
    calendar = create_calendar(
        organisation, name="Office hours", hours=office, keeps_public_holidays=True, acting_user=None
    )
    row = document["department"]
    department = Department.objects.create(
        organisation=organisation,
        code=row["code"],
        name=row["name"],
        description=row["description"],
        calendar=calendar,
    )
    Stage.objects.bulk_create(
        Stage(department=department, name=name, position=position)
        for position, name in enumerate(row["stages"], start=1)
    )
    return department


def _categories(organisation: Organisation, department: Department, rows: Sequence[dict[str, Any]]) -> None:
    for row in rows:
        category = Category.objects.create(
            organisation=organisation,
            department=department,
            code=row["code"],
            name=row["name"],
            keywords=row["keywords"],
            default_priority=Priority.from_word(row["priority"]),
            is_public_space=False,
        )
        Standard.objects.create(
            category=category,
            respond_within_seconds=row["respond_hours"] * 3600,
            resolve_within_seconds=row["resolve_hours"] * 3600,
            source="assumption",
            is_assumption=True,
        )


def _customer_tale(company: Company, rng: Random, number: int) -> Tale:
    """A customer's ticket, logged by the company's own server on their behalf."""
    row = rng.choice(company.document["categories"])
    category = company.world.categories[row["code"]]
    title, description = rng.choice(row["reports"])
    name = rng.choice(company.document["customers"]["names"])
    email = f"{name.split()[0].lower()}@customers.growfin.example"
    at = category.department.hours.next_open(company.world.now - timedelta(days=DAYS) * rng.random() ** 1.5)
    at = min(
        at + timedelta(minutes=rng.randrange(1, 400)),
        company.world.now - timedelta(minutes=rng.randrange(5, 90)),
    )
    tale = _begin(
        company.world,
        Wording(title, description, ""),
        category,
        Resident(_NOBODY.id, name, email, "", "en"),
        rng,
        at,
    )
    tale.ticket["external_ref"] = f"APP-{10_417 + number * 7}"
    tale.open(actor=None)
    tale.assign(at, min(category.department.members, key=lambda member: member.load + rng.random()))
    _handle(company, tale, category.department, row["answers"])
    return tale


def _handle(company: Company, tale: Tale, department: DemoDepartment, answers: Sequence[str]) -> None:
    rng, now = tale.rng, company.world.now
    starts_at = department.hours.add(tale.created_at, rng.uniform(600, 5_000)) + timedelta(minutes=1)
    ends_at = department.hours.add(starts_at, rng.uniform(1_800, 30_000)) + timedelta(minutes=2)
    if starts_at >= now:
        return
    if rng.random() < 0.3:
        tale.respond(starts_at, question=rng.choice(company.document["questions"]["texts"]))
        answered_at = starts_at + timedelta(hours=rng.uniform(2, 60))
        if rng.random() < 0.35 or answered_at >= now:
            _wait(company, tale, starts_at)
            return
        tale.reply(answered_at, body=rng.choice(company.document["questions"]["replies"]), source=Source.API)
        ends_at += answered_at - starts_at
    else:
        tale.start(starts_at)
    if ends_at < now:
        tale.resolve(ends_at, note=rng.choice(answers))


def _wait(company: Company, tale: Tale, since: datetime) -> None:
    """An unanswered question closes the ticket by itself."""
    if since + company.world.auto_close < company.world.now:
        tale.lapse(since + company.world.auto_close)


def _project_tale(
    company: Company, rng: Random, title: str, description: str, status: Status, assigned: list[Row]
) -> Tale:
    """A ticket of the project: no department, and everybody of the company on it."""
    at = company.world.now - timedelta(days=rng.uniform(3, 40))
    author = company.users[-1]
    tale = _begin(company.world, Wording(title, description, ""), None, _NOBODY, rng, at)
    tale.ticket["project_id"] = company.project.pk
    tale.ticket["reporter_id"] = author.pk
    tale.ticket["reporter_name"], tale.ticket["reporter_email"] = author.full_name, author.email
    tale.open(actor=author.pk)
    assigned += [{"ticket_id": tale.ticket["id"], "user": user, "added_at": at} for user in company.users]
    if status is not Status.OPEN:
        tale.start(at + timedelta(hours=5), actor=company.users[0].pk)
    if status is Status.CLOSED:
        tale.resolve(at + _CLOSED_AFTER, note="Done and released to the testers.", actor=company.users[0].pk)
    return tale


def _begin(
    world: World,
    wording: Wording,
    category: DemoCategory | None,
    contact: Resident,
    rng: Random,
    at: datetime,
) -> Tale:
    ticket = ticket_row(
        world,
        wording,
        key=key_at(rng, int(at.timestamp() * 1000)),
        reference="",
        category=category,
        source=Source.API if category else Source.CONSOLE,
        contact=contact,
        created_at=at,
    )
    department = category.department if category else None
    return Tale(
        world, rng, ticket=ticket, department=department, category=category, region_id=None, reporter=None
    )
