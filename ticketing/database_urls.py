"""DATABASE_URL and REDIS_URL turned into what Django, redis-py and Celery each want.

Unix sockets included: ``postgresql://lokisa@/lokisa?host=/run/lokisa`` and ``unix:///run/valkey.sock?db=0``.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from django.core.exceptions import ImproperlyConfigured

POSTGRES_SCHEMES = frozenset({"postgres", "postgresql"})
# Lists join a ticket to half a dozen small tables. PostgreSQL tries the orders in which eight tables can be
# joined, which for these takes thirty times as long as reading the rows; the order written is as good.
_FEWER_ORDERS = "-c join_collapse_limit=3"
REDIS_SCHEMES = frozenset({"redis", "rediss", "unix", "redis+socket"})


def parse_database_url(url: str) -> dict[str, Any]:
    """Django's DATABASES entry for a PostgreSQL address; other query parameters become libpq options."""
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in POSTGRES_SCHEMES or not name:
        raise ImproperlyConfigured(
            "DATABASE_URL must look like postgresql://user:password@host:5432/name "
            "or postgresql://user@/name?host=/socket/directory."
        )
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    # A socket directory may stand in the query or, percent-encoded, in the host's place.
    host = options.pop("host", None) or unquote(parts.hostname or "")
    options["options"] = f"{_FEWER_ORDERS} {options.get('options', '')}".strip()
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(port_of(url, "DATABASE_URL") or options.pop("port", "")),
        "OPTIONS": options,
    }


def port_of(url: str, setting: str) -> int | None:
    try:
        return urlsplit(url).port
    except ValueError as error:
        raise ImproperlyConfigured(f"{setting} names a port that is not a number up to 65535.") from error


def redis_address(url: str, *, database: int | None = None) -> str:
    """The address as redis-py and Django's cache read it, with the number of the database if given."""
    parts = urlsplit(url)
    if parts.scheme not in REDIS_SCHEMES:
        raise ImproperlyConfigured(
            "REDIS_URL must look like redis://host:6379/0 or unix:///path/to/socket?db=0."
        )
    port_of(url, "REDIS_URL")
    query = dict(parse_qsl(parts.query))
    if parts.scheme in {"unix", "redis+socket"}:
        number = query.pop("virtual_host", query.pop("db", "0"))
        query["db"] = str(database) if database is not None else number
        return socket_address("unix", parts.netloc, parts.path, query)
    path = f"/{database}" if database is not None else parts.path
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


def celery_address(url: str) -> str:
    """The same address as Celery spells it: unix sockets are ``redis+socket`` with a ``virtual_host``."""
    address = redis_address(url)
    parts = urlsplit(address)
    if parts.scheme != "unix":
        return address
    query = dict(parse_qsl(parts.query))
    query["virtual_host"] = query.pop("db", "0")
    return socket_address("redis+socket", parts.netloc, quote(parts.path), query)


def socket_address(scheme: str, account: str, path: str, query: dict[str, str]) -> str:
    """Spelled by hand: urlunsplit drops the two slashes before a path when no host stands between."""
    return f"{scheme}://{account}{path}?{urlencode(query)}"
