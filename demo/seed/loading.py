"""Loads the whole demo in one transaction: all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from django.db import connection, transaction

from accountability.actions.recording import account_for_feed
from accounts.models import Organisation, User
from demo.seed.accounts import settle_accounts
from demo.seed.company import tell_company
from demo.seed.drafts import ZONE
from demo.seed.ledger import Ledger
from demo.seed.people import (
    RESIDENT,
    SignIn,
    create_agents,
    create_residents,
    create_sign_ins,
    sign_ins,
    staff_departments,
)
from demo.seed.scenes import tell_scenes
from demo.seed.story import DAYS, CityStory, everybody
from demo.seed.words import read_words
from demo.seed.world import Member, World, read_world
from departments.cities.loading import load_city
from departments.cities.tables import read_city
from departments.models import Department, DepartmentMember

Report = Callable[[str], object]
Progress = Callable[[int], object]

_RESIDENTS_PER_TICKET = 0.2
_FEWEST_RESIDENTS = 60
# Demo staff and residents were there before the first ticket.
_JOINED_BEFORE = timedelta(days=DAYS + 30)
_TABLES = (
    "accounts_user",
    "tickets_ticket",
    "tickets_ticketevent",
    "tickets_clock",
    "tickets_custody",
    "tickets_message",
    "tickets_support",
    "tickets_verification",
    "accountability_breach",
    "accountability_pointsentry",
)


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """What to load. The same plan gives the same city."""

    city: str
    tickets: int
    seed: int
    now: datetime


def demo_is_loaded() -> bool:
    return User.objects.filter(email=RESIDENT.email).exists()


@transaction.atomic
def load_demo(plan: DemoPlan, *, report: Report, progress: Progress) -> list[SignIn]:
    """Load the demo; returns the people to sign in as. Loads the city first where it is missing."""
    city = read_city(plan.city)
    organisation = Organisation.objects.filter(slug=city.organisation.slug).first()
    if organisation is None:
        organisation = load_city(
            city, slug=city.organisation.slug, today=plan.now.astimezone(ZONE).date(), report=report
        )
    # Foreign keys are checked batch by batch: kept until the end they would fill the memory.
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    people, world = _people(organisation, plan)
    report(f"{len(people)} people to sign in as, {len(world.residents)} residents")
    report(f"{len(everybody(world))} members of {len(world.departments)} departments")
    ledger, words = Ledger(), read_words()
    company_people, company = tell_company(ledger, seed=plan.seed, now=plan.now)
    tell_scenes(world, words, ledger, seed=plan.seed)
    story = CityStory(world, words, ledger, seed=plan.seed)
    story.tell(plan.tickets, midnight=_midnight(plan.now), progress=progress)
    ledger.close(plan.now)
    account_for_feed()
    settle_accounts(organisation, world.people)
    _write_loads([*everybody(world), *everybody(company)])
    _analyse()
    report(f"{ledger.position} events, all told already: nobody is notified about the past")
    return [*people, *company_people]


def _people(organisation: Organisation, plan: DemoPlan) -> tuple[list[SignIn], World]:
    rng = Random(f"{plan.seed} people")
    joined = plan.now - _JOINED_BEFORE
    departments = list(Department.objects.of_organisation(organisation.pk).in_order_of_creation())
    people = sign_ins(departments)
    users = create_sign_ins(organisation, people, joined=joined)
    agents = create_agents(organisation, departments, tickets=plan.tickets, rng=rng, joined=joined)
    today = plan.now.astimezone(ZONE).date()
    staff_departments(departments, zip(people, users, strict=True), agents, rng=rng, today=today)
    count = max(_FEWEST_RESIDENTS, int(plan.tickets * _RESIDENTS_PER_TICKET))
    residents = create_residents(count, rng=rng, joined=joined)
    names = {person.name: user for person, user in zip(people, users, strict=True)}
    return people, read_world(organisation, residents, now=plan.now, people=names)


def _midnight(now: datetime) -> datetime:
    """The bulk of the story ends with yesterday, so that the hour of loading does not matter to it."""
    return datetime.combine(now.astimezone(ZONE).date(), time.min, ZONE)


def _write_loads(members: list[Member]) -> None:
    """What members hold now; desks of those who hold much are bigger, for nobody may hold more than fits."""
    told = {member.id: member for member in members}
    rows = list(DepartmentMember.objects.filter(pk__in=told))
    for row in rows:
        _show_load(row, told[row.pk])
    DepartmentMember.objects.bulk_update(
        rows, ["open_tickets", "last_assigned_at", "capacity"], batch_size=500
    )


def _show_load(row: DepartmentMember, member: Member) -> None:
    row.open_tickets = member.load
    row.last_assigned_at = member.last_assigned_at
    row.capacity = max(row.capacity, member.load + 3)


def _analyse() -> None:
    """Tell the planner how big the tables have become; autovacuum would notice only later."""
    with connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(f'ANALYZE "{table}"')
