"""Who gets which ticket: nobody over capacity, nobody without the skill, nobody passed over."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from departments.balancing import Balancer, Kind, Seat
from departments.enums import AssignmentStrategy

NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
BALANCED, ROUND_ROBIN = AssignmentStrategy.BALANCED, AssignmentStrategy.ROUND_ROBIN
ANYTHING = Kind(None, None, None)
KEYS = [uuid.UUID(int=number) for number in range(1, 5)]

# No example depends on how busy the machine is.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

some_keys = st.frozensets(st.sampled_from(KEYS), max_size=2)
kinds = st.builds(Kind, *[st.one_of(st.none(), st.sampled_from(KEYS)) for _part in range(3)])
strategies = st.sampled_from([BALANCED, ROUND_ROBIN])


@st.composite
def teams(draw: st.DrawFn) -> list[Seat]:
    return [
        Seat(
            key=uuid.UUID(int=100 + number),
            capacity=draw(st.integers(1, 6)),
            open_tickets=draw(st.integers(0, 6)),
            last_turn=draw(
                st.one_of(st.none(), st.integers(0, 99).map(lambda n: NOW - timedelta(minutes=n)))
            ),
            skills=draw(some_keys),
            regions=draw(some_keys),
            wards=draw(some_keys),
        )
        for number in range(draw(st.integers(0, 6)))
    ]


def seat(number: int, *, held: int = 0, capacity: int = 10, ago: int | None = None) -> Seat:
    last = None if ago is None else NOW - timedelta(minutes=ago)
    return Seat(uuid.UUID(int=number), capacity=capacity, open_tickets=held, last_turn=last)


def given_to(seats: list[Seat], strategy: str, tickets: int) -> list[int]:
    balancer = Balancer(seats, strategy, at=NOW)
    takers = [balancer.give(ANYTHING) for _ticket in range(tickets)]
    return [taker.key.int if taker else 0 for taker in takers]


def test_balanced_gives_to_the_lowest_share_of_capacity() -> None:
    big, small = seat(1, held=4, capacity=20), seat(2, held=1, capacity=4)
    assert given_to([big, small], BALANCED, 4) == [1, 2, 1, 1]


def test_an_equal_share_goes_to_who_waited_longest() -> None:
    assert given_to([seat(1, ago=5), seat(2, ago=60), seat(3)], BALANCED, 3) == [3, 2, 1]


def test_round_robin_goes_around_whatever_each_holds() -> None:
    team = [seat(1, held=9, ago=90), seat(2, ago=60), seat(3, held=3)]
    assert given_to(team, ROUND_ROBIN, 6) == [3, 1, 2, 3, 2, 3]


def test_when_all_are_full_nobody_gets_more() -> None:
    assert given_to([seat(1, held=1, capacity=2), seat(2, capacity=1)], BALANCED, 4) == [2, 1, 0, 0]


def test_places_are_regions_and_wards_together() -> None:
    member = Seat(KEYS[0], 1, 0, regions=frozenset({KEYS[1]}), wards=frozenset({KEYS[2]}))
    assert member.can_take(Kind(None, ward_id=KEYS[3], region_id=KEYS[1]))
    assert member.can_take(Kind(None, ward_id=KEYS[2], region_id=KEYS[3]))
    assert not member.can_take(Kind(None, ward_id=KEYS[3], region_id=KEYS[3]))
    assert not member.can_take(ANYTHING)


def test_the_manual_strategy_gives_nothing() -> None:
    with pytest.raises(KeyError):
        Balancer([seat(1)], AssignmentStrategy.MANUAL, at=NOW)


@settings(UNHURRIED)
@given(team=teams(), wanted=st.lists(kinds, max_size=30), strategy=strategies)
def test_nobody_is_given_more_than_fits_or_what_they_cannot_do(
    team: list[Seat], wanted: list[Kind], strategy: str
) -> None:
    before = {member.key: member.open_tickets for member in team}
    balancer = Balancer(team, strategy, at=NOW)
    takers = [(balancer.give(kind), kind) for kind in wanted]
    for member in team:
        got = [kind for taker, kind in takers if taker is member]
        assert member.open_tickets == before[member.key] + len(got)
        assert not got or member.open_tickets <= member.capacity
        assert all(member.can_take(kind) for kind in got)


@settings(UNHURRIED)
@given(team=teams(), wanted=st.lists(kinds, max_size=30), strategy=strategies)
def test_a_ticket_waits_only_while_nobody_free_can_take_it(
    team: list[Seat], wanted: list[Kind], strategy: str
) -> None:
    balancer = Balancer(team, strategy, at=NOW)
    for kind in wanted:
        somebody = any(member.is_free and member.can_take(kind) for member in team)
        assert balancer.has_place_for(kind) == somebody
        assert (balancer.give(kind) is not None) == somebody
    assert (balancer.free_places > 0) == any(member.is_free for member in team)


@settings(UNHURRIED)
@given(team=teams(), wanted=st.lists(kinds, max_size=30))
def test_balanced_never_passes_over_a_lower_share(team: list[Seat], wanted: list[Kind]) -> None:
    balancer = Balancer(team, BALANCED, at=NOW)
    for kind in wanted:
        shares = [m.open_tickets / m.capacity for m in team if m.is_free and m.can_take(kind)]
        taker = balancer.give(kind)
        if taker is not None:
            assert (taker.open_tickets - 1) / taker.capacity == min(shares)


@settings(UNHURRIED)
@given(team=teams(), wanted=st.lists(kinds, max_size=30))
def test_round_robin_never_passes_over_who_waited_longer(team: list[Seat], wanted: list[Kind]) -> None:
    balancer = Balancer(team, ROUND_ROBIN, at=NOW)
    never = datetime.min.replace(tzinfo=UTC)
    for kind in wanted:
        turns = [m.last_turn or never for m in team if m.is_free and m.can_take(kind)]
        previous = {m.key: m.last_turn or never for m in team}
        taker = balancer.give(kind)
        if taker is not None:
            assert previous[taker.key] == min(turns)
