"""The order of the apps, held for what import-linter cannot see, and what every model must be."""

from __future__ import annotations

from django.apps import apps
from django.db.models import Model
from django.db.models.fields.related import RelatedField

from tests.architecture.sources import APPS
from ticketing.celery import QUEUES
from ticketing.celery import app as celery_app
from ticketing.schedule import SCHEDULE

# Siblings share a number.
HEIGHT = {
    "common": 0,
    "accounts": 1,
    "departments": 2,
    "articles": 3,
    "tickets": 4,
    "notifications": 5,
    "accountability": 5,
    "reports": 6,
    "jobs": 6,
    "demo": 7,
    "ticketing": 8,
}


def own_models() -> list[type[Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in APPS]


def test_foreign_keys_point_down() -> None:
    upward = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in own_models()
        for field in model._meta.get_fields()
        if isinstance(field, RelatedField) and points_up(model, field.related_model)
    ]
    assert upward == []


def points_up(model: type[Model], target: type[Model]) -> bool:
    source_app, target_app = model._meta.app_label, target._meta.app_label
    if target_app not in HEIGHT or source_app == target_app:
        return False
    return HEIGHT[source_app] <= HEIGHT[target_app]


def test_common_owns_no_table() -> None:
    assert [model._meta.label for model in own_models() if model._meta.app_label == "common"] == []


def test_no_model_orders_itself() -> None:
    assert [model._meta.label for model in own_models() if model._meta.ordering] == []


def test_every_constraint_and_index_has_a_name_of_ours() -> None:
    names = [
        (model._meta.label, found.name)
        for model in own_models()
        for found in [*model._meta.constraints, *model._meta.indexes]
    ]
    assert [pair for pair in names if not pair[1] or pair[1].endswith("_idx")] == []


def test_every_task_names_a_queue_that_workers_read() -> None:
    celery_app.loader.import_default_modules()
    own = {name: task for name, task in celery_app.tasks.items() if task.__module__.split(".")[0] in APPS}
    named = {name: getattr(task, "queue", None) for name, task in own.items()}
    assert {name: queue for name, queue in named.items() if queue not in QUEUES} == {}


def test_the_schedule_names_tasks_that_exist() -> None:
    celery_app.loader.import_default_modules()
    assert {entry["task"] for entry in SCHEDULE.values()} - set(celery_app.tasks) == set()
