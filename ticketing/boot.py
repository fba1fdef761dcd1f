"""Sets Django up on import, for processes that no manage.py and no wsgi module starts."""

from __future__ import annotations

import os

import django

from ticketing.collector import settle_collector

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ticketing.settings.development")
django.setup()
settle_collector()
