"""Who there is, and how they sign in."""

from __future__ import annotations

from pytest_bdd import given, parsers, when

from accounts.enums import Role
from tests.features.world import World


@given(parsers.parse("{name} is a resident with a phone"))
def a_resident(world: World, name: str) -> None:
    world.resident(name)


@given(parsers.parse("{name} is free at {department}"))
def a_free_agent(world: World, name: str, department: str) -> None:
    world.staff(name, Role.AGENT, department)


@given(parsers.parse("{name} works at {department} but is not available"))
def an_absent_agent(world: World, name: str, department: str) -> None:
    world.staff(name, Role.AGENT, department, is_available=False)


@given(parsers.parse("{name} is an agent at {department} with all the tickets she can take"))
def a_full_agent(world: World, name: str, department: str) -> None:
    world.staff(name, Role.AGENT, department, capacity=3, open_tickets=3)


@given(parsers.parse("{name} is the department admin of {department}"))
def a_department_admin(world: World, name: str, department: str) -> None:
    world.staff(name, Role.DEPARTMENT_ADMIN, department, is_available=False)


@given(parsers.parse("{name} works in the call centre"))
def a_call_centre_agent(world: World, name: str) -> None:
    world.staff(name, Role.CALL_CENTRE)


@when(parsers.parse("{name} signs in"))
def signs_in(world: World, name: str) -> None:
    world.sign_in(name)
