"""Whether this process lives, and whether it can do its work."""

from __future__ import annotations

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from redis.exceptions import RedisError


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers. Asks nothing else, so that a dead database does not get the web restarted."""
    return JsonResponse({"status": "ok"})


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether database and Valkey answer; 503 names the one that does not."""
    checks = {"database": database_answers(), "valkey": valkey_answers()}
    ready = all(checks.values())
    return JsonResponse({"status": "ok" if ready else "unavailable", **checks}, status=200 if ready else 503)


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def valkey_answers() -> bool:
    try:
        cache.set("readyz", "ok", timeout=10)
    except RedisError:
        return False
    return True
