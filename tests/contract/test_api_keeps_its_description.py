"""The API does what its description says, whoever asks, whatever is sent: schemathesis, with every check.

The server is the real one. What is sent is made from the description, valid and invalid, the same in every
run; half of the addresses name rows that are there, so that operations do something.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy, one_of
from schemathesis.checks import load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from accounts.enums import Role
from demo.postoffice import PostOffice
from tests.isolation.calls import addresses_of
from tests.isolation.world import Neighbour, build_neighbour
from tests.runtime.streams import running_server
from tickets.tests.api import bearer

pytestmark = [
    pytest.mark.runtime,
    pytest.mark.xdist_group("contract"),
    pytest.mark.django_db(transaction=True),
]
EXAMPLES = 3
# What a valid body may meet besides success: nobody is asked whether the names in it exist.
ANSWERS_TO_VALID = ["2xx", "3xx", "400", "401", "403", "404", "409", "412", "422"]
# A wrong If-Match is told before a wrong body.
ANSWERS_TO_INVALID = ["400", "401", "403", "404", "405", "406", "409", "412", "413", "415", "422"]
CONFIG = {
    "checks": {
        "positive_data_acceptance": {"expected-statuses": ANSWERS_TO_VALID},
        "negative_data_rejection": {"expected-statuses": ANSWERS_TO_INVALID},
    }
}


@pytest.fixture(scope="module")
def address(django_db_setup: None, _post_office_of_this_run: PostOffice) -> Iterator[str]:
    office = _post_office_of_this_run
    places = {"TESTS_SMTP_PORT": str(office.smtp_port), "TESTS_TWILIO_BASE_URL": office.twilio_base_url}
    with running_server("wsgi", "ticketing.wsgi:application", health="/readyz", **places) as (_process, port):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def world(transactional_db: None) -> Neighbour:
    return build_neighbour("127.0.0.1", is_public=True)


@pytest.fixture(scope="module")
def operations(address: str) -> list[Any]:
    load_all_checks()
    config = SchemathesisConfig.from_dict(CONFIG)
    api = schemathesis.openapi.from_url(f"{address}/api/v1/schema/", config=config)
    # The stream is another process, and its answer does not end.
    described = api.exclude(operation_id="events_stream").get_all_operations()
    return [found.ok() for found in described if isinstance(found, Ok)]


def headers_of(actor: str, world: Neighbour) -> dict[str, str]:
    if actor == "anonymous":
        return {}
    if actor == "key":
        return {"Authorization": f"Api-Key {world.key.secret}"}
    person = world.resident if actor == "resident" else world.staff[Role(actor)]
    return {"Authorization": bearer(person)}


@pytest.mark.parametrize("actor", ["anonymous", "resident", "agent", "organisation_admin", "key"])
def test_every_answer_is_as_described(actor: str, operations: list[Any], world: Neighbour) -> None:
    known = {operation.path: rows_of_address(operation.path, world) for operation in operations}
    told = []
    for operation in operations:
        told += failures(operation, known[operation.path], lambda: headers_of(actor, world))
    assert told == [], "\n\n".join(told)


def failures(operation: Any, rows: dict[str, str], headers: Callable[[], dict[str, str]]) -> list[str]:
    """What did not do as described, in the words of the checks."""

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(case=requests_of(operation, rows))
    def ask(case: Any) -> None:
        # Limits count requests per minute; fuzzers ask more often than people do.
        cache.clear()
        case.call_and_validate(headers=headers())

    try:
        ask()
    except (AssertionError, BaseExceptionGroup) as failure:
        return [f"{operation.label}: {failure}"]
    return []


def requests_of(operation: Any, rows: dict[str, str]) -> SearchStrategy[Any]:
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    named = [operation.as_strategy(mode, path_parameters=rows) for mode in modes] if rows else []
    return one_of(*named, *(operation.as_strategy(mode) for mode in modes))


def rows_of_address(path: str, world: Neighbour) -> dict[str, str]:
    """The parameters of a path, naming rows of the organisation."""
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)
    if "/agents/" in path:
        path = path.replace("{key}", str(world.staff[Role.AGENT].pk))
    found = re.match(pattern, addresses_of(path, world)[0])
    return found.groupdict() if found else {}
