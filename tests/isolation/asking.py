"""Asking as somebody, and looking for another organisation's marks in whatever comes back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus, urlencode

from django.core.cache import cache
from django.test import Client
from rest_framework_simplejwt.tokens import RefreshToken

# Limits count requests per minute; a sweep asks more often than people do.
ASKED_BEFORE_FORGETTING = 100


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    query: tuple[tuple[str, Any], ...] = ()
    form: dict[str, Any] | None = field(default=None, hash=False)
    body: dict[str, Any] | None = field(default=None, hash=False)

    @property
    def said(self) -> str:
        """Everything that the request says, as it would come back in an echo."""
        typed = [unquote_plus(self.path), *(f"{value}" for _name, value in self.query)]
        return " ".join(
            [*typed, json.dumps(self.form or {}, default=str), json.dumps(self.body or {}, default=str)]
        )

    def __str__(self) -> str:
        return f"{self.method} {self.path}{'?' if self.query else ''}{urlencode(self.query)}"


def get(path: str, **query: Any) -> Call:
    return Call("GET", path, tuple(query.items()))


@dataclass
class Asker:
    """A person, or a visitor, on a host: pages with a session, the API with a token or a key."""

    user: Any
    host: str
    token: str = ""
    asked: int = 0

    def __post_init__(self) -> None:
        self.browser = Client(headers={"host": self.host})
        self.browser.raise_request_exception = False
        if self.user.is_authenticated:
            self.browser.force_login(self.user)
            self.token = f"Bearer {RefreshToken.for_user(self.user).access_token}"
        self.cookies = self.browser.cookies.output(header="")

    def ask(self, call: Call) -> Any:
        if self.asked % ASKED_BEFORE_FORGETTING == 0:
            cache.clear()
        self.asked += 1
        # The same id in every answer, so that answers can be compared.
        headers = {"x-request-id": "sweep-of-the-walls"}
        if self.token and call.path.startswith("/api/"):
            headers["authorization"] = self.token
        options: dict[str, Any] = {"headers": headers}
        if call.body is not None:
            options |= {"data": json.dumps(call.body, default=str), "content_type": "application/json"}
        elif call.form is not None:
            options |= {"data": call.form}
        address = f"{call.path}?{urlencode(call.query)}" if call.query else call.path
        response = getattr(self.browser, call.method.lower())(address, **options)
        assert response.status_code not in {429, 500}, f"{call} answered {response.status_code}"
        return response


def text_of(response: Any) -> str:
    """Everything that the answer says: its body and where it leads to."""
    parts = b"".join(response.streaming_content) if response.streaming else response.content
    headers = " ".join(
        f"{name}: {value}" for name, value in response.items() if name != "Content-Security-Policy"
    )
    return f"{headers}\n{parts.decode('utf-8', 'replace')}"


class Watch:
    """Looks for marks that a request did not say itself."""

    def __init__(self, marks: Iterable[str]) -> None:
        self.pattern = re.compile("|".join(sorted(map(re.escape, marks))))

    def found(self, call: Call, text: str) -> set[str]:
        seen = set(self.pattern.findall(text))
        return {mark for mark in seen if mark not in call.said} if seen else seen
