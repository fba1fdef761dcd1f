"""Versions as entity tags: ETag, If-Match, If-None-Match.

A ticket's tag is its version. Everything else is tagged with a hash of what is shown, which costs no
query: weak for lists, strong for one row.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

import orjson
from django.http import HttpResponse, HttpResponseNotModified
from django.utils.translation import gettext as _
from rest_framework.request import Request

from common.errors import StaleVersion

# Compression on the way turns strong tags into weak ones; the version is the same.
_TAG = re.compile(r'(?:W/)?"(\d{1,18})"')
_ANY_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_WHEN_MADE = frozenset({"made_at", "exported_at"})
# What RFC 9110 wants repeated where the body is left out, and what is left of the limits.
_KEPT = ("etag", "cache-control", "vary", "content-location", "expires", "ratelimit-")


class UnknownVersion(StaleVersion):
    """If-Match names no version of ours."""


class Changed(StaleVersion):
    """If-Match names what was shown before somebody changed it; `tag` is what is shown now."""

    def __init__(self, tag: str) -> None:
        super().__init__()
        self.tag = tag


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
    return is_among(etag_of(version), request.headers.get("If-None-Match", ""))


def is_among(tag: str, header: str) -> bool:
    """Whether a header of entity tags has this one, weak or strong."""
    return header.strip() == "*" or tag.removeprefix("W/") in _ANY_TAG.findall(header)


def tag_of_contents(data: Any, contents: bytes) -> str:
    """The tag of an answer that has no version. When the answer was made is no part of what it says."""
    if isinstance(data, dict) and _WHEN_MADE & data.keys():
        said = {name: value for name, value in data.items() if name not in _WHEN_MADE}
        contents = orjson.dumps(said, default=str)
    digest = hashlib.blake2b(contents, digest_size=15).hexdigest()
    is_list = isinstance(data, list) or (isinstance(data, dict) and "results" in data)
    return f'{"W/" if is_list else ""}"{digest}"'


def answer_if_changed(request: Request, response: Any) -> HttpResponse | None:
    """Tags a rendered answer; a 304 in its place when the reader has it already."""
    if "ETag" not in response:
        response["ETag"] = tag_of_contents(response.data, response.content)
    if not is_among(response["ETag"], request.headers.get("If-None-Match", "")):
        return None
    kept = {name: value for name, value in response.items() if name.lower().startswith(_KEPT)}
    return HttpResponseNotModified(headers=kept)
