from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "tickets"

    def ready(self) -> None:
        # Registers what is known of people; at the top it would come before the models are there.
        import_module("tickets.own_data")
