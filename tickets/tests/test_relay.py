"""From the row to its readers: positions in the order of commits, told at least once, nothing lost."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection, transaction
from django.dispatch import Signal

from accounts.tests.factories import UserFactory
from departments.models import Category
from departments.tests.factories import staff_member
from tests.brokers import dead_broker
from tickets import feed
from tickets.actions.lifecycle import start_work
from tickets.actions.support import support_ticket
from tickets.enums import EventKind, Visibility
from tickets.events import build_event, write_events
from tickets.feed import relay_events, stamp_positions, tell_receivers
from tickets.models import Ticket, TicketEvent
from tickets.signals import ticket_event_published
from tickets.tests.factories import burst_pipe_category, report_ticket
from tickets.tests.together import all_at_once
from tickets.wakeups import DRAIN, RELAY, WakeUp, wake_after_commit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def category() -> Category:
    return burst_pipe_category()


class Ear:
    """A receiver that remembers what it heard, and can be made to fail."""

    def __init__(self) -> None:
        self.__qualname__ = "Ear"
        self.heard: list[Any] = []
        self.refuses: set[Any] = set()

    def __call__(self, *, event_id: Any, **_facts: Any) -> None:
        if event_id in self.refuses:
            raise RuntimeError("not now")
        self.heard.append(event_id)


@contextmanager
def listening(signal: Signal) -> Iterator[Ear]:
    ear = Ear()
    signal.connect(ear, weak=False)
    try:
        yield ear
    finally:
        signal.disconnect(ear)


@pytest.fixture
def ear() -> Iterator[Ear]:
    with listening(ticket_event_published) as receiver:
        yield receiver


def positions() -> list[int | None]:
    return list(TicketEvent.objects.order_by("position").values_list("position", flat=True))


def test_an_event_is_told_once_and_has_the_next_position(category: Category, ear: Ear) -> None:
    report_ticket(category)
    start_work(Ticket.objects.get(), acting_user=None)
    assert (relay_events(), relay_events()) == (3, 0)
    assert positions() == [1, 2, 3]
    in_order = list(TicketEvent.objects.order_by("position").values_list("pk", flat=True))
    assert ear.heard == in_order == sorted(in_order)


def test_an_event_outside_a_transaction_is_refused(category: Category) -> None:
    ticket = report_ticket(category)
    edited = build_event(ticket, EventKind.EDITED, acting_user=None, visibility=Visibility.STAFF)
    before = TicketEvent.objects.count()
    with pytest.raises(transaction.TransactionManagementError):
        write_events([edited])
    assert TicketEvent.objects.count() == before


def test_eight_relays_at_once_give_each_event_one_position_and_tell_it(category: Category, ear: Ear) -> None:
    ticket = report_ticket(category)
    people = UserFactory.create_batch(24)
    all_at_once(
        [partial(support_ticket, ticket, acting_user=person) for person in people]
        + [relay_events for _relay in range(8)]
    )
    all_at_once([relay_events for _relay in range(8)])
    total = TicketEvent.objects.count()
    # Created, queued, twenty-four supporters, and the tenth of them made it more urgent.
    assert total == 27
    assert positions() == list(range(1, total + 1))
    assert TicketEvent.objects.filter(relayed_at=None).count() == 0
    assert set(ear.heard) == set(TicketEvent.objects.values_list("pk", flat=True))
    assert Counter(ear.heard).most_common(1)[0][1] == 1


def test_a_slow_transaction_never_slips_in_before_what_was_read(category: Category) -> None:
    slow, quick = report_ticket(category), report_ticket(category)
    relay_events()
    recorded, may_commit = threading.Event(), threading.Event()

    def record_slowly() -> None:
        try:
            with transaction.atomic():
                locked = Ticket.objects.select_for_update().get(pk=slow.pk)
                noted = build_event(
                    locked, EventKind.NOTE_ADDED, acting_user=None, visibility=Visibility.STAFF
                )
                write_events([noted])
                recorded.set()
                may_commit.wait(timeout=30)
        finally:
            connection.close()

    thread = threading.Thread(target=record_slowly)
    thread.start()
    recorded.wait(timeout=30)
    start_work(quick, acting_user=None)
    relay_events()
    read_up_to = feed.latest_position()
    assert TicketEvent.objects.get(kind=EventKind.STARTED).position == read_up_to
    may_commit.set()
    thread.join(timeout=30)
    relay_events()
    late = list(TicketEvent.objects.after(read_up_to).values_list("kind", "position"))
    assert late == [(EventKind.NOTE_ADDED, read_up_to + 1)]


def test_a_relay_that_dies_between_stamping_and_telling_loses_nothing(category: Category, ear: Ear) -> None:
    report_ticket(category)
    stamp_positions()
    assert ear.heard == []
    report_ticket(category)
    relay_events()
    assert set(ear.heard) == set(TicketEvent.objects.values_list("pk", flat=True))
    assert positions() == list(range(1, len(ear.heard) + 1))


def test_a_relay_that_dies_while_telling_tells_again(category: Category, ear: Ear) -> None:
    report_ticket(category)
    stamp_positions()
    with pytest.raises(KeyboardInterrupt), listening_to_death():
        tell_receivers()
    assert TicketEvent.objects.filter(relayed_at=None).count() == TicketEvent.objects.count()
    relay_events()
    assert set(ear.heard) == set(TicketEvent.objects.values_list("pk", flat=True))
    assert TicketEvent.objects.filter(relayed_at=None).count() == 0


@contextmanager
def listening_to_death() -> Iterator[None]:
    def die(**_facts: Any) -> None:
        raise KeyboardInterrupt

    ticket_event_published.connect(die, weak=False)
    try:
        yield
    finally:
        ticket_event_published.disconnect(die)


def test_what_one_receiver_refuses_is_told_again_and_holds_up_nothing(
    category: Category, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "_BATCH", 2)
    for _ticket in range(6):
        report_ticket(category)
    keys = list(TicketEvent.objects.order_by("pk").values_list("pk", flat=True))
    ear.refuses = set(keys[:5])
    assert relay_events() == len(keys) - 5
    assert ear.heard == keys[5:]
    ear.refuses = set()
    assert relay_events() == 5
    assert sorted(ear.heard) == keys


def test_positions_go_on_after_what_is_there(category: Category) -> None:
    report_ticket(category)
    relay_events()
    TicketEvent.objects.filter(position=1).update(position=41)
    start_work(Ticket.objects.get(), acting_user=None)
    relay_events()
    assert positions()[-1] == 42


# Wake-ups


def test_one_transaction_asks_once_for_the_same_work(category: Category) -> None:
    with transaction.atomic():
        wake_after_commit(RELAY)
        wake_after_commit(DRAIN, department_id="1")
        with transaction.atomic():
            wake_after_commit(RELAY)
            wake_after_commit(DRAIN, department_id="1")
            wake_after_commit(DRAIN, department_id="2")
        asked = [entry[1] for entry in connection.run_on_commit]
        assert asked == [
            WakeUp(RELAY, ()),
            WakeUp(DRAIN, (("department_id", "1"),)),
            WakeUp(DRAIN, (("department_id", "2"),)),
        ]
        transaction.set_rollback(True)


def test_a_wake_up_of_a_part_that_is_undone_does_not_stand_for_another() -> None:
    with transaction.atomic():
        undone = transaction.savepoint()
        wake_after_commit(RELAY)
        transaction.savepoint_rollback(undone)
        wake_after_commit(RELAY)
        assert [entry[1] for entry in connection.run_on_commit] == [WakeUp(RELAY, ())]
        transaction.set_rollback(True)


def test_a_dead_broker_delays_a_report_and_loses_nothing(
    category: Category, ear: Ear, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    agent = staff_member(category.department)
    with dead_broker(settings):
        began = time.monotonic()
        ticket = report_ticket(category)
        took = time.monotonic() - began
        assert Ticket.objects.get(pk=ticket.pk).assignee == agent
        assert TicketEvent.objects.filter(position=None).count() == 2
        assert took < 3
        assert {record.levelname for record in caplog.records} == {"WARNING"}
        # Receivers that cannot enqueue refuse; the relay itself goes on.
        relay_events()
    relay_events()
    assert TicketEvent.objects.filter(relayed_at=None).count() == 0
    assert set(ear.heard) == set(ticket.events.values_list("pk", flat=True))
