from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from pytest_django import DjangoDbBlocker

from tests.conventions.walking import Walker, learn
from tests.isolation.addresses import A_JOB
from tests.isolation.world import Neighbour, build_neighbour


@pytest.fixture(scope="module")
def world(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Neighbour]:
    """An organisation with a row of every kind, made once; the tests undo what they do to it."""
    with (
        django_db_blocker.unblock(),
        pytest.MonkeyPatch.context() as patch,
        transaction.atomic(),
    ):
        patch.setattr("django.conf.settings.MEDIA_ROOT", str(tmp_path_factory.mktemp("media")))
        one = build_neighbour("here.example.org", is_public=True)
        learn(one)
        daily = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.DAYS)
        PeriodicTask.objects.create(name="A job", task=A_JOB, interval=daily)
        yield one
        transaction.set_rollback(True)


@pytest.fixture
def walker(world: Neighbour) -> Iterator[Walker]:
    with transaction.atomic():
        yield Walker(world)
        transaction.set_rollback(True)
