"""`manage.py postoffice`: the demo's mail server and SMS provider."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from demo.outbox import Outbox
from demo.postoffice import LOCAL_HOST, PostOffice


class Command(BaseCommand):
    help = "Take in mail and SMS on this machine and show them on the demo's mailbox page."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--host", default=LOCAL_HOST, help="Where to listen; this machine alone if not given."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        office = PostOffice(
            Outbox(settings.DEMO_OUTBOX),
            smtp_port=settings.SMTP_PORT,
            sms_port=settings.SMS_PORT,
            account_sid=settings.TWILIO_ACCOUNT_SID,
            auth_token=settings.TWILIO_AUTH_TOKEN,
            host=options["host"],
        )
        asked_to_stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: asked_to_stop.set())
        office.start()
        self.stdout.write(f"Mail on port {office.smtp_port}, SMS on port {office.sms_port}.")
        asked_to_stop.wait()
        office.stop()
