"""What watches the installation: the stream of what happens, and the jobs that run by the clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import F
from django_celery_beat.schedulers import DatabaseScheduler
from pytest_bdd import given, parsers, then, when

from accounts.tests.factories import PASSWORD, UserFactory
from tests.features.steps.asking import ask, found, signs_in
from tests.features.world import World
from tests.runtime.streams import Stream, wait_until
from ticketing.celery import app
from tickets.models import Ticket

# The stream


@given(parsers.parse("{who} listens to the stream"))
def listens(world: World, stream: Stream, who: str) -> None:
    stream.listen(Authorization=world.typed[f"{who}'s credential"])


@when(parsers.parse("{who} listens to the stream from its beginning"))
def listens_again(world: World, stream: Stream, who: str) -> None:
    stream.hang_up()
    stream.listen(Authorization=world.typed[f"{who}'s credential"], Last_Event_ID="0")


def next_named(stream: Stream, wanted: str) -> dict[str, Any]:
    """The next event of this name: assigning, for one, is an update of its own."""
    while True:
        ((_id, name, data),) = stream.lines[-1].next_events(1)
        if name == wanted:
            return data


@then(parsers.parse("the stream tells {event} of <{ticket}>"))
def tells(world: World, stream: Stream, event: str, ticket: str) -> None:
    assert next_named(stream, event)["ticket"] == world.typed[ticket]


@then(parsers.parse("the stream tells {event} of <{ticket}>, {how} another status"))
def tells_of_status(world: World, stream: Stream, event: str, ticket: str, how: str) -> None:
    data = next_named(stream, event)
    while data["kind"] == "ticket.assigned":
        data = next_named(stream, event)
    assert (data["ticket"], data["status_changed"]) == (world.typed[ticket], how == "with")


# Jobs


@given(parsers.parse("{name} runs the installation, and the clock its jobs"))
def runs_the_installation(world: World, name: str) -> None:
    email = f"{name.lower()}@operator.example"
    UserFactory.create(email=email, password=PASSWORD, is_superuser=True)
    signs_in(world, name, email, PASSWORD)
    # Writes the schedule as beat does when it starts.
    DatabaseScheduler(app=app).sync()


@when(parsers.parse("{days:d} days have passed without a word from the customer"))
def days_have_passed(world: World, days: int) -> None:
    Ticket.objects.update(auto_close_at=F("auto_close_at") - timedelta(days=days))


def job_of(world: World, task: str) -> dict[str, Any]:
    (job,) = [row for row in found(world, "results") if row["name"] == task]
    return dict(job)


@when(parsers.parse("{who} asks GET jobs/ until the job {task} is done"))
def asks_until_done(world: World, who: str, task: str) -> None:
    def is_done() -> bool:
        ask(world, who, "GET", "jobs/")
        last = job_of(world, task)["last_run"]
        return last is not None and last["state"] == "done"

    wait_until(is_done, seconds=15)
    world.typed["job"] = task


@then(parsers.parse("that job dealt with {count:d} row by hand"))
def dealt_with(world: World, count: int) -> None:
    last = job_of(world, world.typed["job"])["last_run"]
    assert (last["result"], last["is_by_hand"]) == (count, True)
