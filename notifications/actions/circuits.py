"""A provider that is down is left alone, tried by one message at a time, and given its work back slowly."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from notifications.enums import CircuitState
from notifications.models import Circuit
from notifications.querysets import CircuitQuerySet
from notifications.retry import LEASE, wait_before_probe
from notifications.scrubbing import scrub

logger = logging.getLogger(__name__)

S = CircuitState
_MINUTE = timedelta(minutes=1)
# Of a channel for which no rate is set.
_FEW = 60


class Breaker:
    """One worker's view of a channel's circuit, for one batch of messages.

    Ask `lets_through` before each message; then say `answered`, `failed` or, where nothing was handed over
    after all, `unused`. The row is read once and again after everything that this worker changed.
    """

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self.is_probe = False
        self._circuit = self._read()

    def lets_through(self) -> bool:
        """Whether a message may be handed over now: all of them, a probe, so many a minute, or none."""
        if self._circuit.state != S.CLOSED:
            return self._take_probe()
        return not self._circuit.is_draining or self._take_turn()

    def answered(self) -> None:
        """The provider took the message or refused it: it is there."""
        if self._circuit.state != S.CLOSED or self._circuit.failures:
            was_down = self._circuit.state != S.CLOSED
            closed = {"state": S.CLOSED, "failures": 0, "opened_at": None, "probe_at": None}
            self._rows.update(**closed, **(_working_off() if was_down else {}))
            if was_down:
                logger.warning("The provider of %s is back.", self.channel)
            self._after_change()

    def failed(self, words: str) -> None:
        """The provider did not answer as one that works."""
        said = scrub(words)
        Circuit.objects.get_or_create(channel=self.channel)
        self._rows.update(failures=F("failures") + 1, last_words=said)
        self._after_change()
        if self._circuit.failures >= settings.NOTIFICATION_FAILURES_IN_A_ROW:
            self._open(said)

    def unused(self) -> None:
        """Nothing was handed over: the next message is the probe."""
        if self.is_probe:
            self._rows.update(probe_at=timezone.now())
            self._after_change()

    def nothing_waits(self) -> None:
        """What waited has gone out: from now on there is no limit."""
        if self._circuit.is_draining:
            self._rows.update(is_draining=False)
            self._after_change()

    @property
    def _rows(self) -> CircuitQuerySet:
        return Circuit.objects.of_channel(self.channel)

    def _read(self) -> Circuit:
        return self._rows.first() or Circuit(channel=self.channel)

    def _after_change(self) -> None:
        self.is_probe = False
        self._circuit = self._read()

    def _open(self, said: str) -> None:
        now = timezone.now()
        if self._circuit.opened_at is None:
            logger.error("The provider of %s is down: %s", self.channel, said)
        self._rows.update(
            state=S.OPEN,
            opened_at=self._circuit.opened_at or now,
            probe_at=now
            + wait_before_probe(self._circuit.failures - settings.NOTIFICATION_FAILURES_IN_A_ROW),
            is_draining=False,
        )
        self._after_change()

    def _take_probe(self) -> bool:
        """One conditional update: of many workers one gets to try."""
        now = timezone.now()
        self.is_probe = bool(self._rows.to_be_probed(now).update(state=S.HALF_OPEN, probe_at=now + LEASE))
        self._circuit = self._read()
        # Another worker may have found it working in the meantime.
        return self.is_probe or (self._circuit.state == S.CLOSED and self.lets_through())

    def _take_turn(self) -> bool:
        """One of the messages of this minute, while the work that waited is done."""
        now, limit = timezone.now(), settings.NOTIFICATION_DRAIN_PER_MINUTE.get(self.channel, _FEW)
        draining, a_minute_ago = self._rows.draining(), now - _MINUTE
        if draining.with_room_since(a_minute_ago, limit).update(drained=F("drained") + 1):
            return True
        return bool(draining.idle_since(a_minute_ago).update(minute_began_at=now, drained=1))


def _working_off() -> dict[str, object]:
    return {"is_draining": True, "minute_began_at": timezone.now(), "drained": 0}
