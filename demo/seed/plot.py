"""What happens to a reported problem in the demo city: chance decides, the department's pace weighs in."""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random

from demo.seed.tale import Tale
from demo.seed.telling import Aside
from demo.seed.words import DepartmentWords, Words
from demo.seed.world import DemoDepartment, DemoStandard, Member, World
from tickets.enums import Source, Status

# Median share of the promised time that a department uses: (eighteen months ago, now).
_PACE = {
    "roads": (0.72, 0.95),
    "water": (0.68, 0.48),
    "electricity": (0.60, 0.55),
    "waste": (0.50, 0.42),
    "parks": (0.75, 0.70),
    "metro-police": (0.50, 0.55),
    "health": (0.45, 0.45),
    "housing": (0.85, 1.00),
    "customer-care": (0.62, 0.40),
}
_USUAL_PACE = (0.6, 0.6)
_FORGOTTEN = 0.04
_NO_PROMISE = (86_400.0, 5 * 86_400.0)
_TRANSFERS = {
    "roads": ("water", "electricity", "parks"),
    "water": ("roads", "customer-care"),
    "electricity": ("customer-care", "metro-police"),
    "waste": ("metro-police", "parks"),
    "parks": ("roads", "electricity"),
    "metro-police": ("waste",),
    "health": ("waste", "metro-police"),
    "housing": ("water", "electricity"),
    "customer-care": ("water", "electricity"),
}


@dataclass(frozen=True, slots=True)
class Original:
    """An earlier report of the same problem near by, and when it closed."""

    id: uuid.UUID
    closed_at: datetime | None

    def is_open_at(self, moment: datetime) -> bool:
        return self.closed_at is None or self.closed_at > moment


@dataclass(frozen=True, slots=True)
class Setting:
    """Where in the story of the city this ticket stands: 0 at its beginning, 1 at its end."""

    progress: float
    popularity: float
    original: Original | None = None


class Plot:
    """Tells one ticket from its report to wherever it is now."""

    def __init__(self, tale: Tale, words: Words, setting: Setting) -> None:
        self.tale = tale
        self.world: World = tale.world
        self.rng: Random = tale.rng
        self.words = words
        self.setting = setting
        self.starts_at, self.resolves_at = self._schedule()

    def tell(self, *, actor: uuid.UUID | None, on_behalf_of: str) -> None:
        self.tale.open(actor=actor, on_behalf_of=on_behalf_of)
        self._enter(self.tale.created_at)
        self._plan_asides()
        self._middle()
        self.tale.finish()

    # When

    def _schedule(self) -> tuple[datetime, datetime]:
        """When work begins and when it is done, on this department's pace."""
        tale, rng = self.tale, self.rng
        respond, resolve = self._promised()
        first, last = _PACE.get(self._department.code, _USUAL_PACE)
        pace = first + (last - first) * self.setting.progress
        slowness = pace * math.exp(rng.gauss(0, 0.7))
        promptness = 0.8 * pace * math.exp(rng.gauss(0, 0.9))
        if rng.random() < _FORGOTTEN:
            forgotten = rng.uniform(5, 45)
            slowness, promptness = slowness * forgotten, promptness * forgotten
        resolves_at = self._on_duty(self._after(tale.created_at, resolve * slowness))
        starts_at = self._on_duty(self._after(tale.created_at, respond * promptness))
        if starts_at >= resolves_at:
            starts_at = tale.created_at + (resolves_at - tale.created_at) * rng.uniform(0.2, 0.6)
        return starts_at, resolves_at

    def _promised(self) -> tuple[float, float]:
        standard = self._standard
        return (standard.respond_seconds, standard.resolve_seconds) if standard else _NO_PROMISE

    def _after(self, at: datetime, seconds: float) -> datetime:
        standard = self._standard
        hours = standard.hours if standard else self._department.hours
        return hours.add(at, seconds)

    def _on_duty(self, at: datetime) -> datetime:
        """At work, and not on the stroke of opening time."""
        opens = self._department.hours.next_open(at)
        return opens + timedelta(seconds=self.rng.randint(20, 2_400))

    def _is_past(self, at: datetime) -> bool:
        return at < self.world.now

    @property
    def _department(self) -> DemoDepartment:
        department = self.tale.department
        if department is None:
            raise ValueError("A municipal story needs a department.")
        return department

    @property
    def _standard(self) -> DemoStandard | None:
        category = self.tale.category
        return category.standard(self.tale.ticket["priority"]) if category else None

    def _fix(self) -> str:
        """What was done, in words that fit the kind of problem."""
        category = self.tale.category
        return self.rng.choice(self.words.fixes[category.code]) if category else ""

    @property
    def _phrases(self) -> DepartmentWords:
        return self.words.departments[self._department.code]

    # Who

    def _enter(self, at: datetime) -> None:
        if self._department.is_manual:
            self.tale.queue(at)
        else:
            self.tale.assign(at, self._somebody())

    def _somebody(self) -> Member:
        """An agent who can take it, with room on their desk if anybody has."""
        tale = self.tale
        category_id = tale.category.id if tale.category else None
        able = [member for member in self._department.agents if member.can_take(category_id, tale.region_id)]
        able = able or self._department.agents
        free = [member for member in able if member.load < member.capacity] or able
        first, second = self.rng.choice(free), self.rng.choice(free)
        return min(first, second, key=lambda member: member.load / member.capacity)

    def _pick_if_waiting(self, at: datetime) -> None:
        if self.tale.member is None:
            self.tale.pick(at - timedelta(seconds=10), self._somebody())

    # On the way

    def _plan_asides(self) -> None:
        tale, rng, created = self.tale, self.rng, self.tale.created_at
        if self.setting.popularity and tale.ticket["is_public"]:
            wanted = int(self.setting.popularity * (rng.paretovariate(1.25) - 0.6))
            for _person in range(min(wanted, 30)):
                at = created + (self.resolves_at - created) * rng.betavariate(1, 3)
                self._aside(at, partial(tale.support, supporter=rng.choice(self.world.residents).id))
        people = self.words.people
        if tale.ticket["source"] == Source.CALL_CENTRE and rng.random() < 0.4:
            caller, text = tale.events[0]["actor_id"], rng.choice(people.call_notes)
            self._aside(created + timedelta(seconds=90), partial(tale.note, body=text, author=caller))
        if tale.reporter is not None and self._is_slow() and rng.random() < 0.45:
            at = created + (self.resolves_at - created) * rng.uniform(0.75, 0.97)
            asked, reporter = rng.choice(people.follow_ups), tale.reporter_id
            self._aside(at, partial(tale.message, body=asked, author=reporter, from_staff=False))

    def _is_slow(self) -> bool:
        return (self.resolves_at - self.tale.created_at).total_seconds() > self._promised()[1]

    def _aside(self, at: datetime, aside: Aside) -> None:
        if self._is_past(at):
            self.tale.later(at, aside)

    # The main story

    def _middle(self) -> None:
        chance = self.rng.random()
        if chance < 0.02 and self.tale.reporter is not None:
            self._withdraw()
        elif not self._is_past(self.starts_at):
            return
        elif self.setting.original is not None and self.setting.original.is_open_at(self.starts_at):
            self._pick_if_waiting(self.starts_at)
            self.tale.close_as_duplicate(self.starts_at, original=self.setting.original.id)
        elif chance < 0.065:
            self._pick_if_waiting(self.starts_at)
            self.tale.reject(self.starts_at, reason=self.rng.choice(self.words.people.rejections))
        elif chance < 0.145:
            self._ask()
        else:
            self._work()

    def _withdraw(self) -> None:
        at = self.tale.created_at + (self.starts_at - self.tale.created_at) * self.rng.uniform(0.2, 0.9)
        if self._is_past(at):
            self.tale.withdraw(at, reason=self.rng.choice(self.words.people.withdrawals))

    def _ask(self) -> None:
        """A question to the reporter: most answer, some never do."""
        self._pick_if_waiting(self.starts_at)
        self.tale.respond(self.starts_at, question=self.rng.choice(self._phrases.questions))
        wait = timedelta(hours=18 * math.exp(self.rng.gauss(0, 1)))
        answers = self.rng.random() < 0.8 and wait < self.world.auto_close
        at = self.starts_at + (wait if answers else self.world.auto_close)
        if not self._is_past(at):
            return
        if not answers:
            self.tale.lapse(at)
            return
        self.tale.reply(at, body=self.rng.choice(self.words.people.replies))
        self._resolve(self._on_duty(at + (self.resolves_at - self.starts_at)))

    def _work(self) -> None:
        self._pick_if_waiting(self.starts_at)
        if self.rng.random() < 0.03:
            self._override(self.starts_at - timedelta(seconds=5))
        self.tale.start(self.starts_at)
        for share, step in self._steps():
            at = self._after_last(self.starts_at + (self.resolves_at - self.starts_at) * share)
            if not self._is_past(at) or self.tale.member is None:
                return
            step(at)
        if self.tale.member is not None:
            self._resolve(self._after_last(self.resolves_at))

    def _after_last(self, at: datetime) -> datetime:
        return max(at, self.tale.last_at + timedelta(minutes=1))

    def _steps(self) -> list[tuple[float, Aside]]:
        """What happens between start and end, as (share of the time, step)."""
        rng, people = self.rng, self.words.people
        steps: list[tuple[float, Aside]] = []
        if rng.random() < 0.30:
            steps.append((rng.uniform(0.02, 0.15), self._tell_reporter))
        if rng.random() < 0.38:
            steps.append((rng.uniform(0.05, 0.6), self._jot))
        if rng.random() < 0.05 and self._department.code in _TRANSFERS:
            steps.append((rng.uniform(0.1, 0.3), self._transfer))
        stages = rng.choice((0, 1, 2, 2, 3)) if len(self._department.stages) > 1 else 0
        for number in range(stages):
            share = 0.32 + 0.6 * number / max(stages, 1) + rng.uniform(0, 0.04)
            text = people.promotions[min(number, len(people.promotions) - 1)]
            steps.append((share, partial(self.tale.promote, note=text)))
        return sorted(steps, key=lambda step: step[0])

    def _tell_reporter(self, at: datetime) -> None:
        self.tale.advance(at)
        text = self.rng.choice(self.words.people.acknowledgements)
        self.tale.message(at, text, author=self.tale.holder_id, from_staff=True)

    def _jot(self, at: datetime) -> None:
        self.tale.advance(at)
        self.tale.note(at, self.rng.choice(self._phrases.notes), author=self.tale.holder_id)

    def _override(self, at: datetime) -> None:
        admin, chosen = self._department.admin, self._somebody()
        if chosen is not self.tale.member:
            reason = self.rng.choice(self.words.people.overrides)
            self.tale.override(at, chosen, reason=reason, actor=admin.user_id)

    def _transfer(self, at: datetime) -> None:
        code = self.rng.choice(_TRANSFERS[self._department.code])
        if code not in self.world.departments:
            return
        reason = self.rng.choice(self.words.people.transfers)
        self.tale.transfer(at, self.world.departments[code], reason=reason)
        self._enter(at)
        later = at + timedelta(minutes=self.rng.randint(5, 90))
        if self._is_past(later):
            self._pick_if_waiting(later)

    # The end

    def _resolve(self, at: datetime) -> None:
        if not self._is_past(at):
            return
        self.tale.resolve(at, note=self._fix())
        again = 0
        while self.tale.status is Status.RESOLVED and self._prove(again):
            again += 1

    def _prove(self, again: int) -> bool:
        """Confirmed, disputed, or never answered. Returns whether it was resolved anew."""
        tale, rng = self.tale, self.rng
        resolved_at = tale.ticket["resolved_at"]
        wait = timedelta(hours=7 * math.exp(rng.gauss(0, 1.1)))
        answers = rng.random() < (0.66 if tale.reporter else 0.45) and wait < self.world.verification
        at = resolved_at + (wait if answers else self.world.verification)
        disputes = rng.random() < 0.10 and again < 2
        if not self._is_past(at):
            return False
        if not answers:
            tale.lapse(at)
        elif disputes:
            return self._dispute(at)
        else:
            tale.verify(at)
        return False

    def _dispute(self, at: datetime) -> bool:
        self.tale.dispute(at, reason=self.rng.choice(self.words.people.disputes))
        fixed_at = self._on_duty(self._after(at, self._promised()[1] * self.rng.uniform(0.1, 0.6)))
        if not self._is_past(fixed_at):
            return False
        self.tale.resolve(fixed_at, note=self._fix())
        return True
