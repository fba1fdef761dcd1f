from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "tickets"

    def ready(self) -> None:
        # These register with the apps below; at the top they would come before the models are there.
        import_module("tickets.own_data")
        import_module("tickets.staffing")
        import_module("tickets.calendar_uses")
        import_module("tickets.backlogs")
