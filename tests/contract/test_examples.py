"""The examples of the description run: sent to the demo city as they stand there, none is called wrong."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from accounts.enums import Role
from accounts.models import Organisation, User
from demo.postoffice import PostOffice
from departments.enums import Priority
from tests.isolation.addresses import MODELS
from tests.isolation.calls import operations
from tests.isolation.rows import way_to_owner
from tickets.enums import Status
from tickets.models import Project, Ticket
from tickets.tests.api import api_client

pytestmark = pytest.mark.django_db
JSON = "application/json"
# What only the reporter does; everything else is asked by an admin.
REPORTERS = {"tickets_callbacks_create", "tickets_dispute"}
# What nobody can know beforehand.
NOT_KNOWN = {
    "accounts_confirm": "a code that was mailed",
    "tickets_verify": "a code that was mailed",
    "admins_create": "the organisation's secret, which is shown once",
    "tickets_merge": "a reference, which chance makes",
}


@pytest.fixture
def demo(db: None) -> Organisation:
    call_command("load_demo", "--tickets", "40", stdout=io.StringIO())
    with connection.cursor() as cursor:
        # Loading asked for the constraints at once, which lasts as long as this test's transaction.
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return Organisation.objects.get(slug="tshwane")


def test_no_example_is_called_wrong(post_office: PostOffice, demo: Organisation) -> None:
    Project.objects.create(organisation=demo, name="Winter readiness")
    admin = User.objects.filter(
        memberships__organisation=demo, memberships__role=Role.ORGANISATION_ADMIN
    ).earliest("pk")
    reporter, wrong, tried = row_of("tickets", demo).reporter, [], set()
    for path, method, operation in operations():
        address = address_of(path, demo)
        for name, body in examples_of(operation):
            if operation["operationId"] in NOT_KNOWN or address is None:
                continue
            client = api_client(reporter if operation["operationId"] in REPORTERS else admin)
            with transaction.atomic():
                answer = getattr(client, method)(address, body)
                transaction.set_rollback(True)
            tried.add(operation["operationId"])
            # What is right in itself may still meet a ticket on which it cannot be done now.
            if not (answer.status_code < 300 or answer.status_code == 409):
                told = f"{answer.status_code} {answer.content[:300]!r}"
                wrong.append(f"{operation['operationId']}, {name}: {told}")
    assert wrong == [], "\n".join(wrong)
    assert len(tried) > 40


def examples_of(operation: dict[str, Any]) -> list[tuple[str, Any]]:
    content = operation.get("requestBody", {}).get("content", {}).get(JSON, {})
    return [(name, json.loads(json.dumps(row["value"]))) for name, row in content.get("examples", {}).items()]


def address_of(path: str, demo: Organisation) -> str | None:
    """The path with a row of the city in each blank; None where the city has none."""
    for before, blank in re.findall(r"(\w[\w-]*)/\{(\w+)\}", path):
        row = row_of(before, demo)
        if row is None:
            return None
        path = path.replace(f"{{{blank}}}", str(row.reference if isinstance(row, Ticket) else row.pk), 1)
    return path


def row_of(name: str, demo: Organisation) -> Any:
    if name == "tickets":
        waiting = Ticket.objects.filter(department__code="water", status=Status.OPEN, reporter__isnull=False)
        return waiting.exclude(priority=Priority.URGENT).latest("pk")
    if name == "agents":
        colleagues = User.objects.filter(department_memberships__department__code="water")
        return colleagues.exclude(email="water@demo.lokisa.example").earliest("pk")
    model = MODELS.get(name)
    if model is None:
        return None
    way, _target = way_to_owner(model)
    return model._default_manager.filter(**{way: demo.pk}).order_by("-pk").first()
