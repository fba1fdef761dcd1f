"""What a company's own product asks of the API, over real HTTP."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import APIResponse
from pytest_bdd import given, parsers, then, when

from accounts.models import ApiKey
from tests.features.world import World
from tickets.enums import EventKind, Status
from tickets.models import Ticket

PASSWORD = "purple-rain-in-october"
ADMIN = {"first_name": "Zanele", "last_name": "Nkosi", "email": "zanele@acme.example", "password": PASSWORD}


def ask(world: World, method: str, path: str, body: Any = None, *, credential: str = "") -> APIResponse:
    headers = {"Authorization": credential} if credential else {}
    asking = world.page("the product").context.request
    return asking.fetch(f"/api/v1/{path}", method=method, data=body, headers=headers)


def answered(response: APIResponse, status: int) -> Any:
    assert response.status == status, response.text()
    return response.json() if response.body() else None


def key(world: World) -> str:
    return f"Api-Key {world.typed['secret']}"


@given(parsers.parse('a company has signed up as "{name}" and kept its secret'))
def signs_up(world: World, name: str) -> None:
    made = answered(ask(world, "POST", "organisations/", {"name": name, "domain": "acme.example"}), 201)
    world.typed["secret"] = made["secret"]


@given("an admin has signed up with the secret")
def admin_signs_up(world: World) -> None:
    answered(ask(world, "POST", "admins/", ADMIN | {"secret": world.typed["secret"]}), 201)


@when(parsers.parse('the product logs "{title}" for "{customer}" with the secret'))
def logs(world: World, title: str, customer: str) -> None:
    body = {"title": title, "addedBy": customer, "secret": world.typed["secret"]}
    answered(ask(world, "POST", "tickets/", body), 201)


@then(parsers.parse('the admin has the ticket, which speaks of "{customer}"'))
def admin_has_the_ticket(world: World, customer: str) -> None:
    found = answered(ask(world, "GET", f"tickets/?customer_email={customer}", credential=key(world)), 200)
    (ticket,) = found["results"]
    assert (ticket["customer_email"], ticket["lead"]["full_name"]) == (customer, "Zanele Nkosi")


def admin_token(world: World) -> str:
    credentials = {"email": ADMIN["email"], "password": PASSWORD}
    return f"Bearer {answered(ask(world, 'POST', 'auth/token/', credentials), 200)['access']}"


@when(parsers.parse('the admin signs in for a token and responds "{words}"'))
def responds(world: World, words: str) -> None:
    path = f"tickets/{world.ticket.reference}/respond/"
    answered(ask(world, "POST", path, {"message": words}, credential=admin_token(world)), 200)


@when("the admin signs in for a token and revokes the secret")
def revokes(world: World) -> None:
    token = admin_token(world)
    (secret,) = answered(ask(world, "GET", "organisations/keys/", credential=token), 200)["results"]
    answered(ask(world, "DELETE", f"organisations/keys/{secret['id']}/", credential=token), 204)


@then("the ticket waits for the customer")
def waits(world: World) -> None:
    shown = answered(ask(world, "GET", f"tickets/{world.ticket.reference}/", credential=key(world)), 200)
    assert shown["status"] == Status.RESPONDED
    assert shown["auto_close_at"] is not None


@then("the record names the product, the customer and the admin")
def record(world: World) -> None:
    created = world.ticket.events.get(kind=EventKind.CREATED)
    assert (created.actor, created.on_behalf_of) == (ApiKey.objects.get().user, "lerato@customer.example")
    answer = world.ticket.events.get(kind=EventKind.RESPONDED)
    assert answer.actor is not None
    assert answer.actor.email == ADMIN["email"]


@then(parsers.parse('the product cannot log "{title}" with the secret, which is revoked'))
def cannot_log(world: World, title: str) -> None:
    body = {"title": title, "secret": world.typed["secret"]}
    assert answered(ask(world, "POST", "tickets/", body), 401)["code"] == "revoked_key"


@then("there are no tickets")
def no_tickets(world: World) -> None:
    assert Ticket.objects.count() == 0


@then("the product lists no tickets with the secret")
def lists_nothing(world: World) -> None:
    listed = answered(ask(world, "GET", "tickets/?include=total", credential=key(world)), 200)
    assert (listed["results"], listed["total"]) == ([], 0)


@then("the product cannot work on the city's ticket with the secret")
def cannot_work(world: World) -> None:
    version = world.ticket.version
    path = f"tickets/{world.ticket.reference}/start/"
    assert answered(ask(world, "POST", path, {}, credential=key(world)), 403)["code"] == "not_allowed"
    assert world.ticket.version == version
