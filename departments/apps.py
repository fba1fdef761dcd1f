from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class DepartmentsConfig(AppConfig):
    name = "departments"

    def ready(self) -> None:
        # Registers what goes along when somebody joins; at the top it would come before the models are there.
        import_module("departments.actions.desks")
