from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class ArticlesConfig(AppConfig):
    name = "articles"

    def ready(self) -> None:
        # Registers what a city brings along; at the top it would come before the models are there.
        import_module("articles.cities")
