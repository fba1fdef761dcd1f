"""JSON in and out, quickly and strictly."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import IO, Any

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, status
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

MAX_BODY = 1024 * 1024


class BodyTooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = gettext_lazy("The body is larger than 1 MB.")


class JsonParser(BaseParser):
    """RFC 8259 and nothing else: no NaN, no lone surrogates, no bottomless nesting, no name twice."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        body = stream.read(MAX_BODY + 1)
        if len(body) > MAX_BODY:
            raise BodyTooLarge
        try:
            read = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise exceptions.ParseError(_("The body is not valid JSON: %s.") % error) from error
        if isinstance(read, dict | list):
            _refuse_names_given_twice(body)
        return read


def _refuse_names_given_twice(body: bytes) -> None:
    """Of two values for one name every parser takes another; here neither is taken. Raises ParseError."""
    try:
        # Only names count here: numbers stay as they are written.
        json.loads(body, object_pairs_hook=_check_names, parse_int=str, parse_float=str)
    except RecursionError as error:
        raise exceptions.ParseError(_("The body is nested too deeply.")) from error


def _check_names(pairs: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for name, _value in pairs:
        if name in seen:
            raise exceptions.ParseError(_("The body names “%s” twice.") % name[:100])
        seen.add(name)


class JsonRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        if data is None:
            return b""
        return orjson.dumps(data, default=str, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)


class OnlyOneFormat(BaseContentNegotiation):
    """There is one format. Who accepts nothing of its kind is told so instead of being surprised."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        content_type = request.content_type.split(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == content_type), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[Any], format_suffix: str | None = None
    ) -> tuple[Any, str]:
        only = next(iter(renderers))
        if not _admits(request.headers.get("Accept", ""), only.media_type):
            raise exceptions.NotAcceptable(_("The answer can only be %s.") % only.media_type)
        return only, only.media_type


def _admits(accept: str, media_type: str) -> bool:
    """Whether an Accept header leaves room for the format, or for another one of its family.

    Without a single type it says nothing, and a weight of zero is no reason to answer with nothing.
    """
    named = [part.split(";")[0].strip().lower() for part in accept.split(",")]
    types = [part for part in named if part.count("/") == 1]
    family = f"+{media_type.rpartition('/')[2]}"
    return not types or any(
        one in {"*/*", "application/*", media_type} or one.endswith(family) for one in types
    )
