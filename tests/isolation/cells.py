"""Role × situation: who stands how to a ticket, and what follows from the tables for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser

from accounts.enums import Capability, Role
from accounts.models import User
from accounts.roles import ORGANISATION_WIDE_ROLES, ROLE_CAPABILITIES
from accounts.tests.factories import MembershipFactory, UserFactory
from departments.models import Department
from departments.tests.factories import DepartmentMemberFactory
from tickets.enums import Status
from tickets.tests.cast import Scene
from tickets.tests.factories import burst_pipe_category
from tickets.workflow import WORKFLOW, Party, Verb

OPERATOR, ANONYMOUS = "operator", "anonymous"
OWN, SAME, OTHER, FOREIGN, OUTSIDE = (
    "own ticket",
    "same department",
    "other department",
    "other organisation",
    "nobody",
)
# Roles that say in which departments somebody works.
WORKING = {Role.AGENT, Role.DEPARTMENT_ADMIN}
CELLS = [(str(role), situation) for role in Role for situation in (OWN, SAME, OTHER, FOREIGN)]
CELLS += [(OPERATOR, OWN), (OPERATOR, OUTSIDE), (ANONYMOUS, OUTSIDE)]


def person_in(role: str, situation: str, scene: Scene) -> Any:
    """Somebody in this role who stands so to the scene's tickets. Whose own they are, works elsewhere."""
    if role == ANONYMOUS:
        return AnonymousUser()
    person = scene.cast.reporter if situation == OWN else UserFactory.create(full_name="Somebody")
    User.objects.filter(pk=person.pk).update(is_staff=role != Role.RESIDENT, is_superuser=role == OPERATOR)
    if role != OPERATOR:
        department = _department_of(situation, scene)
        MembershipFactory.create(organisation=department.organisation, user=person, role=role)
        if role in WORKING:
            DepartmentMemberFactory.create(department=department, user=person, is_available=False)
    return User.objects.get(pk=person.pk)


def _department_of(situation: str, scene: Scene) -> Department:
    if situation == FOREIGN:
        return burst_pipe_category().department
    return scene.department if situation == SAME else scene.other_department


@dataclass(frozen=True)
class Expected:
    """What the tables say of one person and a ticket in a certain status."""

    role: str
    situation: str
    is_public: bool

    @property
    def sees_as_staff(self) -> bool:
        if self._is_member_with(Capability.VIEW_ALL_TICKETS):
            return True
        return self.situation == SAME and self._is_member_with(Capability.VIEW_DEPARTMENT_TICKETS)

    @property
    def sees(self) -> bool:
        return self.is_public or self.situation == OWN or self.sees_as_staff

    @property
    def enters_console(self) -> bool:
        return self.role not in {Role.RESIDENT, ANONYMOUS}

    def may(self, verb: Verb, status: Status) -> bool:
        needs = WORKFLOW[verb].needs
        if needs is Party.SYSTEM or self.role == ANONYMOUS:
            return False
        if needs is Party.ANYBODY:
            return self.sees
        if needs is Party.REPORTER:
            return self.situation == OWN or (verb is Verb.MESSAGE and self._writes_to_reporters)
        if verb is Verb.WITHDRAW and self.situation == OWN and status == Status.OPEN:
            return True
        return self._reaches(needs)

    @property
    def _writes_to_reporters(self) -> bool:
        return self.sees_as_staff and self._is_member_with(Capability.VIEW_REPORTERS)

    def _reaches(self, capability: Capability) -> bool:
        wide = self.role == OPERATOR or self.role in ORGANISATION_WIDE_ROLES
        return self._is_member_with(capability) and (wide or self.situation == SAME)

    def _is_member_with(self, capability: Capability) -> bool:
        if self.role == OPERATOR:
            return True
        if self.role == ANONYMOUS or self.situation == FOREIGN:
            return False
        return capability in ROLE_CAPABILITIES[Role(self.role)]
