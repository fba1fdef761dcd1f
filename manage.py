#!/usr/bin/env python
"""Django's command line for Lokisa."""

from __future__ import annotations

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ticketing.settings.development")
    try:
        _ = settings.INSTALLED_APPS
    except ImproperlyConfigured as problem:
        # A setting that makes no sense: its sentence says which, a traceback would hide it.
        sys.exit(f"{problem}")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
