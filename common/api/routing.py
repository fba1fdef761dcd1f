"""Addresses that answer with and without their last slash."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern
from django.urls.resolvers import RoutePattern


class EitherSlash(RoutePattern):
    """A route that ends on a slash and also matches without it. Described and reversed with it."""

    def match(self, path: str) -> Any:
        return super().match(path) or (None if path.endswith("/") else super().match(f"{path}/"))


def endpoint(route: str, view: Callable[..., Any], name: str) -> URLPattern:
    return URLPattern(EitherSlash(route, name=name, is_endpoint=True), view, None, name)
