from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class ArticlesConfig(AppConfig):
    name = "articles"

    def ready(self) -> None:
        # They register what a city brings along and what is known of a person; at the top they would come
        # before the models are there.
        import_module("articles.cities")
        import_module("articles.own_data")
