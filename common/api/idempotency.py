"""`Idempotency-Key`: a POST that is sent again is done once, and answered again as it was answered first.

The answer is kept in the transaction of the change: after a crash there are both or there is neither.
What is kept is sealed with the client's own key, of which only a hash stays here: neither a copy of the
database nor the site itself can read it. This app owns no table; `keep_answers_in` says where they are.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import orjson
from cryptography.fernet import Fernet
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from common.errors import DomainError, InvalidInput

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
LIFETIME = timedelta(hours=24)
_SALT = "common.api.idempotency"
# Plain or, as the draft standard has it, in quotes.
_KEY = re.compile(r'(?P<quote>"?)(?P<key>[\x21\x23-\x7e]{1,255})(?P=quote)')


class BadKey(InvalidInput):
    sentence = _("An idempotency key is 1 to 255 printable characters without spaces; a UUID is a good one.")


class KeyReused(DomainError):
    code = "idempotency_key_reused"
    status_code = 422
    sentence = _("This idempotency key came with another request before. Use a new key for a new request.")


class InFlight(DomainError):
    code = "in_flight"
    status_code = 409
    wait = 1
    sentence = _("The same request is being answered at this moment. Ask again in a second.")


@dataclass(frozen=True)
class Sealed:
    """An answer as it is kept; `fingerprint` tells whether the request is the same."""

    fingerprint: str
    contents: bytes


class AnswerStore(Protocol):
    """Where answers are kept, by name. All calls come in the transaction of the change."""

    def claim(self, name: str) -> bool:
        """Whether nobody else is answering this now; holds until the transaction ends."""

    def find(self, name: str) -> Sealed | None:
        """What was kept within LIFETIME."""

    def keep(self, name: str, sealed: Sealed, asker: Any) -> None: ...


_stores: list[AnswerStore] = []


def keep_answers_in(store: AnswerStore) -> None:
    """Called once, by the app that owns the table."""
    _stores[:] = [store]


@dataclass(frozen=True)
class Repeatable:
    """A request that may come again: what it is called, and what opens its answer."""

    name: str
    secret: bytes
    fingerprint: str

    def answer(self, respond: Callable[[], HttpResponseBase], asker: Any) -> HttpResponseBase:
        """The kept answer, or a new one that is kept. In a transaction. Raises KeyReused, InFlight."""
        (store,) = _stores
        if not store.claim(self.name):
            raise InFlight
        kept = store.find(self.name)
        if kept is not None:
            return self._replay(kept)
        response = respond()
        if response.status_code < 500 and isinstance(response, HttpResponse):
            store.keep(self.name, Sealed(self.fingerprint, self._seal(response)), asker)
        return response

    def _replay(self, kept: Sealed) -> HttpResponse:
        if not constant_time_compare(kept.fingerprint, self.fingerprint):
            raise KeyReused
        head, _line, body = Fernet(self.secret).decrypt(kept.contents).partition(b"\n")
        status, headers = orjson.loads(head)
        response = HttpResponse(body, status=status)
        # An answer without a body has no type either.
        response.headers.pop("Content-Type", None)
        for name, value in {**headers, REPLAYED: "true"}.items():
            response[name] = value
        return response

    def _seal(self, response: HttpResponse) -> bytes:
        head = orjson.dumps([response.status_code, dict(response.items())])
        return Fernet(self.secret).encrypt(head + b"\n" + response.content)


def repeatable(request: Request, visitor: str, body: Callable[[Request], Any]) -> Repeatable | None:
    """None without the header. `visitor` tells apart who is not signed in; `body` is what the request says
    beside its address. Raises BadKey, ParseError.
    """
    given = request.headers.get(HEADER)
    if given is None:
        return None
    found = _KEY.fullmatch(given.strip())
    if found is None:
        raise BadKey(field=HEADER)
    asker = f"user {request.user.pk}" if request.user.is_authenticated else f"visitor {visitor}"
    whole = "\n".join([asker, str(request.method), request.path_info.rstrip("/"), found["key"]])
    return Repeatable(
        name=_hash("name", whole).hexdigest(),
        secret=base64.urlsafe_b64encode(_hash("secret", whole).digest()),
        fingerprint=_hash("fingerprint", _said(request, body(request))).hexdigest(),
    )


def _hash(purpose: str, value: str | bytes) -> Any:
    return salted_hmac(f"{_SALT}.{purpose}", value, algorithm="sha256")


def _said(request: Request, body: Any) -> bytes:
    """What the request says, whatever the order of its names and the space between them."""
    said = [sorted(request.query_params.lists()), _plain(body)]
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)


def _plain(data: Any) -> Any:
    if isinstance(data, MultiValueDict):
        return {name: [_plain(value) for value in values] for name, values in data.lists()}
    return _digest_of(data) if isinstance(data, UploadedFile) else data


def _digest_of(file: UploadedFile[Any]) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def rendered(response: HttpResponseBase, request: Request) -> HttpResponseBase:
    """A DRF answer with its body made now, so that it can be kept; others as they are."""
    if isinstance(response, Response) and not response.is_rendered:
        response.accepted_renderer = request.accepted_renderer
        response.accepted_media_type = request.accepted_media_type
        response.renderer_context = {"request": request, "response": response}  # type: ignore[attr-defined]
        response.render()
    return response
