from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps

# Made when the project's app is loaded: before any task is declared, after the settings are known.
from ticketing.celery import app as celery_app

__all__ = ["ConsoleConfig", "TicketingConfig", "celery_app"]


class TicketingConfig(AppConfig):
    name = "ticketing"
    default = True

    def ready(self) -> None:
        # Importing registers them; at the top it would come before the settings are there.
        import_module("ticketing.checks")


class ConsoleConfig(admin_apps.AdminConfig):
    """Django's admin with our site, so that every app's `admin.register` lands in the staff console."""

    default = False
    default_site = "ticketing.admin.StaffConsole"
