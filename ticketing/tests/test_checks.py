"""What stops the start, in words."""

from __future__ import annotations

from django.conf import LazySettings

from ticketing.checks import check_mail_webhooks_are_locked


def test_mail_webhooks_without_a_secret_stop_the_start(settings: LazySettings) -> None:
    assert check_mail_webhooks_are_locked() == []
    settings.ANYMAIL = {}
    (error,) = check_mail_webhooks_are_locked()
    assert error.id == "ticketing.E006"
    settings.MAIL_WEBHOOKS = []
    assert check_mail_webhooks_are_locked() == []
