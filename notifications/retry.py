"""When to try again, and when to give up. Pure."""

from __future__ import annotations

from datetime import timedelta

from notifications.enums import Channel

# A worker that died in mid-sending is believed dead after this long.
LEASE = timedelta(minutes=10)

# Mail may come late and is still of use; an SMS about yesterday only costs money.
_DELAYS = {
    Channel.WHATSAPP: [timedelta(minutes=minutes) for minutes in (5, 15, 40)],
    Channel.EMAIL: [timedelta(minutes=minutes) for minutes in (5, 15, 60, 180, 360, 720)],
    Channel.SMS: [timedelta(minutes=minutes) for minutes in (5, 15, 40)],
}


# A provider that is down is tried again after half a minute, then less often.
_PROBES = [timedelta(seconds=seconds) for seconds in (30, 60, 120, 300)]


def wait_before_probe(failed: int) -> timedelta:
    """How long a provider that is down is left alone after so many failed probes."""
    return _PROBES[min(failed, len(_PROBES) - 1)]


def delay_after(channel: str, attempts: int) -> timedelta | None:
    """How long to wait after so many attempts (1 or more); None to give up."""
    delays = _DELAYS[Channel(channel)]
    return delays[attempts - 1] if attempts <= len(delays) else None


def most_attempts(channel: str) -> int:
    return len(_DELAYS[Channel(channel)]) + 1
