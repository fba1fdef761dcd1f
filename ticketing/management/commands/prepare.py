"""`manage.py prepare`: everything between a running database and the first request."""

from __future__ import annotations

import fcntl
import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tickets.models import Ticket


class Command(BaseCommand):
    help = "Migrate, load the demo city into an empty database, collect static files when they changed."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        if settings.DEMO and not Ticket.objects.exists():
            self.stdout.write("First start: loading the demo city.")
            call_command("load_demo")
        self.collect_static()

    def collect_static(self) -> None:
        folder = Path(settings.STATIC_ROOT)
        folder.parent.mkdir(parents=True, exist_ok=True)
        # Two at once would clear each other's files; the one that waited finds the work done.
        with (folder.parent / ".collecting").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            stamp, state = folder / ".collected", state_of_static_files()
            if stamp.exists() and stamp.read_text(encoding="ascii") == state:
                return
            call_command("collectstatic", interactive=False, verbosity=0, clear=folder.exists())
            stamp.write_text(state, encoding="ascii")


def is_prepared() -> bool:
    """Whether `prepare` would find nothing to do. Asked by a process that has Django loaded already."""
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        if settings.DEMO and not Ticket.objects.exists():
            return False
        stamp = Path(settings.STATIC_ROOT) / ".collected"
        return stamp.exists() and stamp.read_text(encoding="ascii") == state_of_static_files()
    finally:
        connection.close()


def state_of_static_files() -> str:
    """A fingerprint that changes when any static file of the project or a package does."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
