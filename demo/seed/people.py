"""The people of the demo: those to sign in as, the agents of each department, and residents."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password

from accounts.enums import Role
from accounts.models import Membership, Organisation, User
from demo.seed.identifiers import demo_id
from demo.seed.presence import write_presence
from demo.seed.words import PeopleWords, read_words
from departments.enums import AssignmentStrategy
from departments.models import Category, Department, DepartmentMember, Region

DOMAIN = "demo.lokisa.example"
# Shown to whoever starts the demo: it protects nothing.
PASSWORD = "jacaranda-city"  # noqa: S105
LANGUAGES = ("en", "en", "en", "en", "af", "tn", "nso", "zu", "ts")
# Agents of these departments pick from the queue by themselves.
MANUAL_DEPARTMENTS = ("waste", "metro-police")
AGENTS_PER_DEPARTMENT = {"water": 6, "electricity": 6, "roads": 6, "waste": 5, "customer-care": 4}
_FEWEST_AGENTS = 3
_TICKETS_PER_TEAM = 12_000
_SPECIALIST_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody whom a newcomer can be. `department` is a department's code."""

    name: str
    full_name: str
    what: str
    role: Role | None = None
    department: str = ""
    phone: str = ""
    language: str = "en"
    operator: bool = False

    @property
    def email(self) -> str:
        return f"{self.name}@{DOMAIN}"


RESIDENT = SignIn("resident", "Naledi Mokoena", "a resident with reports of her own", phone="+27710000001")
NEIGHBOUR = SignIn("neighbour", "Johan Venter", "another resident, who supports them", phone="+27710000002")
CALL_CENTRE = SignIn("call.centre", "Palesa Skosana", "a call-centre agent", role=Role.CALL_CENTRE)
AUDITOR = SignIn("auditor", "Priya Naidoo", "an auditor: sees everything, changes nothing", role=Role.AUDITOR)
CITY_ADMIN = SignIn("city.admin", "Sipho Mahlangu", "the organisation admin", role=Role.ORGANISATION_ADMIN)
OPERATOR = SignIn("operator", "Lokisa Operator", "whoever runs the installation", operator=True)
_AGENT_NAMES = {
    "water": ("Thabo Sithole", "Lerato Khumalo"),
    "roads": ("Kagiso Molefe", "Annelie Botha"),
    "electricity": ("Tinyiko Baloyi", "Imraan Patel"),
    "waste": ("Bongani Mabena", "Dineo Ledwaba"),
    "parks": ("Gerhard Pretorius", "Refilwe Kekana"),
    "metro-police": ("Zanele Mnguni", "Andries Coetzee"),
    "health": ("Rofhiwa Mudau", "Grace Phiri"),
    "housing": ("Karabo Masemola", "Elmarie Joubert"),
    "customer-care": ("Mpho Motaung", "Ayesha Essop"),
}


def sign_ins(departments: Sequence[Department]) -> list[SignIn]:
    """Everybody whom a newcomer can be, in the order in which they are shown."""
    agents, admins = [], []
    for department in departments:
        agent, admin = _AGENT_NAMES.get(department.code, ("Themba Nel", "Wilna Chauke"))
        what = f"agent of {department.name}"
        agents.append(SignIn(department.code, agent, what, Role.AGENT, department.code))
        what = f"department admin of {department.name}"
        admins.append(SignIn(f"{department.code}.admin", admin, what, Role.DEPARTMENT_ADMIN, department.code))
    return [RESIDENT, NEIGHBOUR, CALL_CENTRE, *agents, *admins, CITY_ADMIN, AUDITOR, OPERATOR]


def create_sign_ins(organisation: Organisation, people: Sequence[SignIn], *, joined: datetime) -> list[User]:
    """The users with their memberships, e-mail addresses confirmed. All have the same password."""
    password = make_password(PASSWORD)
    users = User.objects.bulk_create(
        User(
            email=person.email,
            full_name=person.full_name,
            phone=person.phone or None,
            phone_is_confirmed=bool(person.phone),
            language=person.language,
            password=password,
            is_staff=person.role is not None or person.operator,
            is_superuser=person.operator,
            date_joined=joined,
        )
        for person in people
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
    )
    Membership.objects.bulk_create(
        Membership(organisation=organisation, user=user, role=person.role)
        for user, person in zip(users, people, strict=True)
        if person.role is not None
    )
    return users


def create_agents(
    organisation: Organisation,
    departments: Sequence[Department],
    *,
    tickets: int,
    rng: Random,
    joined: datetime,
) -> dict[uuid.UUID, list[User]]:
    """More agents for every department, as many as a city with so many tickets has."""
    teams = max(1, tickets // _TICKETS_PER_TEAM)
    planned = [
        department
        for department in departments
        for _agent in range(AGENTS_PER_DEPARTMENT.get(department.code, _FEWEST_AGENTS) * teams - 1)
    ]
    users = _strangers("agent", len(planned), rng=rng, joined=joined, is_staff=True)
    Membership.objects.bulk_create(
        Membership(organisation=organisation, user=user, role=Role.AGENT) for user in users
    )
    found: dict[uuid.UUID, list[User]] = {department.pk: [] for department in departments}
    for user, department in zip(users, planned, strict=True):
        found[department.pk].append(user)
    return found


def create_residents(count: int, *, rng: Random, joined: datetime) -> list[User]:
    """Residents who report and support. Nobody can sign in as them."""
    return _strangers("resident", count, rng=rng, joined=joined, is_staff=False)


def _strangers(kind: str, count: int, *, rng: Random, joined: datetime, is_staff: bool) -> list[User]:
    words = read_words().people
    return User.objects.bulk_create(
        [
            User(
                id=demo_id(rng, joined),
                email=f"{kind}{number}@{DOMAIN}",
                full_name=random_name(words, rng),
                language="en" if is_staff else rng.choice(LANGUAGES),
                password=f"{UNUSABLE_PASSWORD_PREFIX}{number}",
                is_staff=is_staff,
                date_joined=joined,
            )
            for number in range(1, count + 1)
        ],
        batch_size=2_000,
    )


def random_name(words: PeopleWords, rng: Random) -> str:
    return f"{rng.choice(words.first_names)} {rng.choice(words.last_names)}"


def staff_departments(
    departments: Sequence[Department],
    signed: Iterable[tuple[SignIn, User]],
    agents: dict[uuid.UUID, list[User]],
    *,
    rng: Random,
    today: date,
) -> None:
    """Make agents and admins members of their departments, some with skills, regions and shifts."""
    by_code = {department.code: department for department in departments}
    known = [
        DepartmentMember(
            department=by_code[person.department],
            user=user,
            capacity=capacity_for(person),
            is_available=person.role != Role.DEPARTMENT_ADMIN,
        )
        for person, user in signed
        if person.department
    ]
    # Everybody else has the day off: what a newcomer reports goes to an agent they can sign in as.
    others = [
        DepartmentMember(
            department=department, user=user, capacity=rng.choice((15, 20, 25)), is_available=False
        )
        for department in departments
        for user in agents[department.pk]
    ]
    DepartmentMember.objects.bulk_create([*known, *others])
    _specialise(departments, others, rng)
    write_presence(others, today=today)
    manual = [by_code[code] for code in MANUAL_DEPARTMENTS if code in by_code]
    for department in manual:
        department.strategy = AssignmentStrategy.MANUAL
    Department.objects.bulk_update(manual, ["strategy"])


def capacity_for(person: SignIn) -> int:
    """Admins decide rather than repair: they hold few tickets themselves."""
    return 5 if person.role == Role.DEPARTMENT_ADMIN else 25


def _specialise(departments: Sequence[Department], members: Sequence[DepartmentMember], rng: Random) -> None:
    """Every fourth agent works only in some regions or only on some categories."""
    organisation_id = departments[0].organisation_id
    regions = list(Region.objects.of_organisation(organisation_id).order_by("number"))
    categories: dict[uuid.UUID, list[Category]] = {department.pk: [] for department in departments}
    for category in Category.objects.of_organisation(organisation_id).order_by("code"):
        categories[category.department_id].append(category)
    skills: list[tuple[DepartmentMember, Category]] = []
    areas: list[tuple[DepartmentMember, Region]] = []
    for member in members:
        if rng.random() > _SPECIALIST_SHARE:
            continue
        own = categories[member.department_id]
        if rng.random() < 0.5 and len(own) > 2:
            skills += [(member, category) for category in rng.sample(own, len(own) // 2 + 1)]
        else:
            areas += [(member, region) for region in rng.sample(regions, min(3, len(regions)))]
    knows, works_in = DepartmentMember.skills.through, DepartmentMember.regions.through
    knows.objects.bulk_create(
        knows(departmentmember=member, category=category) for member, category in skills
    )
    works_in.objects.bulk_create(works_in(departmentmember=member, region=region) for member, region in areas)
