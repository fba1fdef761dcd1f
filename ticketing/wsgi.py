"""What the web server calls: pages, console and API."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from ticketing.collector import settle_collector

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ticketing.settings.development")

application = get_wsgi_application()
settle_collector()
