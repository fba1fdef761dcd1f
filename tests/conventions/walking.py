"""Every operation that the API describes, as a request: what is new is walked without being named."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.core.cache import cache as counted
from django.db import transaction
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from tests.isolation.calls import addresses_of, body_of, operations, words_about
from tests.isolation.world import LATITUDE, LONGITUDE, Neighbour
from tickets.tests.api import PROBLEM, bearer
from tickets.tests.pages import jpeg

CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
JSON = "application/json"
FORM = "multipart/form-data"
# What operations cannot do without.
QUERIES: dict[str, dict[str, Any]] = {
    "tickets_nearby": {"lat": LATITUDE, "lon": LONGITUDE},
    "tickets_similar": {"lat": LATITUDE, "lon": LONGITUDE},
    "tickets_map": {"bbox": "27.9,-25.9,28.4,-25.5"},
    "events_list": {"after": 0},
}
# What nobody but the operator may ask for.
FOR_THE_OPERATOR = frozenset({"jobs_list", "jobs_run"})


@dataclass(frozen=True)
class Operation:
    path: str
    method: str
    described: dict[str, Any] = field(hash=False, compare=False)

    @property
    def name(self) -> str:
        return str(self.described["operationId"])

    @property
    def takes_body(self) -> bool:
        return JSON in self.described.get("requestBody", {}).get("content", {})

    @property
    def takes_files(self) -> bool:
        return FORM in self.described.get("requestBody", {}).get("content", {})

    @property
    def query(self) -> dict[str, Any]:
        return QUERIES.get(self.name, {})

    def documents(self, status: int) -> bool:
        return str(status) in self.described["responses"]

    def has_header(self, name: str) -> bool:
        return any(row["name"] == name for row in self.described.get("parameters", []))

    def address(self, one: Neighbour) -> str:
        """The operation on a row of the organisation, where it needs one."""
        return _known_of(one).addresses[self.path]

    def body(self, one: Neighbour) -> dict[str, Any]:
        if self.takes_files:
            return {"kind": "other"}
        body = body_of(self.described, _known_of(one).words) or {}
        if self.name == "accounts_create":
            # One of the two, and nobody here takes SMS.
            del body["phone"]
        return body

    def properties(self) -> dict[str, Any]:
        """Field -> what the description says of it, for the body."""
        schemas, schema = self.described["schemas"], self.described["requestBody"]["content"][JSON]["schema"]
        named: dict[str, Any] = schemas.get(schema.get("$ref", "").rpartition("/")[2], schema)
        return dict(named.get("properties", {}))


@cache
def _described() -> tuple[Operation, ...]:
    return tuple(Operation(path, method.upper(), described) for path, method, described in operations())


@dataclass
class Known:
    """What is sent to an organisation: path -> address, and field -> value. Looked up once, it takes long."""

    addresses: dict[str, str]
    words: dict[str, Any]


_known: dict[str, Known] = {}


def learn(one: Neighbour) -> None:
    """To be called before anything changes, so that what is known is there in every test."""
    addresses = {operation.path: _address(operation.path, one) for operation in walk()}
    _known[one.hidden] = Known(addresses, words_about(one))


def _known_of(one: Neighbour) -> Known:
    return _known[one.hidden]


def _address(path: str, one: Neighbour) -> str:
    if "/agents/{key}/" in path:
        path = path.replace("{key}", str(one.staff[Role.AGENT].pk))
    return addresses_of(path, one)[0]


def walk(wanted: Callable[[Operation], bool] = lambda _operation: True) -> list[Operation]:
    found = [operation for operation in _described() if wanted(operation)]
    assert found
    return found


@dataclass
class Walker:
    """Asks as the organisation's admin, one request at a time: limits start anew and nothing is kept.

    What is not for admins, it asks as the operator.
    """

    one: Neighbour
    token: str = ""
    operators_token: str = ""

    def __post_init__(self) -> None:
        self.client = Client(headers={"host": self.one.domain})
        self.client.raise_request_exception = False
        self.token = self.token or bearer(self.one.staff[Role.ORGANISATION_ADMIN])
        self.operators_token = bearer(UserFactory.create(is_superuser=True))

    def ask(self, operation: Operation, *, keep: bool = False, **options: Any) -> Any:
        """The answer, whose status must be described. What it changed is undone unless kept."""
        with transaction.atomic():
            response = self.send(operation, **options)
            transaction.set_rollback(not keep)
        assert operation.documents(response.status_code), (
            f"{operation.name} answers {response.status_code}, which its description does not name: "
            f"{response.content[:300]!r}"
        )
        return response

    def send(
        self,
        operation: Operation,
        *,
        method: str | None = None,
        path: str | None = None,
        query: dict[str, Any] | None = None,
        body: Any = None,
        content_type: str = JSON,
        headers: dict[str, str] | None = None,
        visitor: bool = False,
    ) -> Any:
        counted.clear()
        token = self.operators_token if operation.name in FOR_THE_OPERATOR else self.token
        asked = {} if visitor else {"authorization": token}
        payload = body if isinstance(body, bytes) else json.dumps(body or {}, default=str).encode()
        if operation.takes_files and not isinstance(body, bytes):
            content_type = MULTIPART_CONTENT
            payload = encode_multipart(BOUNDARY, {**(body or {}), "files": jpeg()})
        response = self.client.generic(
            method or operation.method,
            path or operation.address(self.one),
            data=payload if operation.takes_body or operation.takes_files or isinstance(body, bytes) else b"",
            content_type=content_type,
            query_params={**operation.query, **(query or {})},
            headers=asked | (headers or {}),
        )
        if response.streaming:
            # Whoever reads a file to its end closes it.
            response.getvalue()
        return response


def problem_of(response: Any, status: int) -> str:
    """Why the answer is no problem document of this status; empty where it is one."""
    if response.status_code != status:
        return f"answered {response.status_code} instead of {status}: {response.content[:200]!r}"
    if response["Content-Type"] != PROBLEM:
        return f"answered {status} as {response['Content-Type']} instead of {PROBLEM}"
    said = response.json()
    missing = {"type", "title", "status", "detail", "code", "errors", "request_id"} - set(said)
    if missing or said["status"] != status or said["request_id"] != response["X-Request-ID"]:
        return f"answered {status} with an incomplete problem document: {said}"
    return ""


def expect_of_all(results: Iterable[tuple[Operation, str]]) -> None:
    """Fails with one line for every operation that does not do as expected; "" is one that does."""
    told = [f"{one.name} ({one.method} {one.path}) {said}" for one, said in results if said]
    assert not told, "\n".join(told)
