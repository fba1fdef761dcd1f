from __future__ import annotations

from datetime import timedelta

from notifications.enums import Channel
from notifications.retry import delay_after, most_attempts
from notifications.scrubbing import scrub


def delays(channel: Channel) -> list[timedelta]:
    found = (delay_after(channel, attempts) for attempts in range(1, 20))
    return [delay for delay in found if delay is not None]


def test_mail_is_tried_again_after_five_minutes_and_for_most_of_a_day() -> None:
    waits = delays(Channel.EMAIL)
    assert waits[0] == timedelta(minutes=5)
    assert waits == sorted(waits)
    assert timedelta(hours=20) < sum(waits, timedelta()) <= timedelta(hours=24)


def test_an_sms_is_given_up_within_an_hour() -> None:
    waits = delays(Channel.SMS)
    assert waits[0] == timedelta(minutes=5)
    assert sum(waits, timedelta()) <= timedelta(hours=1)


def test_after_the_last_wait_comes_one_more_attempt() -> None:
    assert most_attempts(Channel.SMS) == len(delays(Channel.SMS)) + 1


def test_codes_keys_and_passwords_are_scrubbed_from_what_a_provider_said() -> None:
    said = f"Account AC{'0' * 32} refused\n'Your code 123456' (error 21211)"
    assert scrub(said) == "Account *** refused 'Your code ***' (error 21211)"
