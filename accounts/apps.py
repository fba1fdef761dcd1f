from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        # Says where answers are kept; at the top it would come before the models are there.
        import_module("accounts.answers")
