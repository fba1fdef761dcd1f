"""Versions as entity tags: ETag, If-Match, If-None-Match."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from rest_framework.request import Request

from common.errors import StaleVersion

# Compression on the way turns strong tags into weak ones; the version is the same.
_TAG = re.compile(r'(?:W/)?"(\d{1,18})"')


class UnknownVersion(StaleVersion):
    """If-Match names no version of ours."""


def etag_of(version: int) -> str:
    return f'"{version}"'


def expected_version(request: Request) -> int | None:
    """The version that If-Match asks for; None when it does not matter. Raises UnknownVersion."""
    header = request.headers.get("If-Match", "").strip()
    if not header or header == "*":
        return None
    match = _TAG.fullmatch(header)
    if match is None:
        raise UnknownVersion(_("If-Match must be one entity tag that this ticket has answered with."))
    return int(match[1])


def is_known(request: Request, version: int) -> bool:
    """Whether If-None-Match says that the reader has this version already."""
    header = request.headers.get("If-None-Match", "").strip()
    return header == "*" or str(version) in _TAG.findall(header)
