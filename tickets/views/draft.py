"""A report on its way through the three steps, kept in the visitor's session between them."""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Organisation
from departments.models import Category
from departments.queries import reportable_category

_DRAFT, _SENT = "report", "reports_sent"
_KEPT_SENT = 10
_TITLE_LENGTH = 80


@dataclass
class Draft:
    """What has been said so far. `token` makes one ticket of one report, however often it is sent."""

    words: str = ""
    category: str = ""
    latitude: float | None = None
    longitude: float | None = None
    suburb: str = ""
    suburb_name: str = ""
    place: str = ""
    has_pin: bool = False
    is_located: bool = False
    token: str = ""
    # Addresses of articles that were offered and did not help.
    not_helped: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return ", ".join(part for part in (self.place, self.suburb_name) if part)

    @property
    def title(self) -> str:
        """The first sentence of the resident's words, cut at a word."""
        first = self.words.strip().split("\n")[0].split(". ")[0].strip(" .")
        if len(first) > _TITLE_LENGTH:
            first = first[:_TITLE_LENGTH].rsplit(" ", 1)[0] + "…"
        return first[:1].upper() + first[1:]

    @property
    def description(self) -> str:
        """The words themselves, where the title could not hold them."""
        words = self.words.strip()
        return words if len(words) > len(self.title) + 1 else ""


def read_draft(request: HttpRequest) -> Draft:
    kept: dict[str, Any] = request.session.get(_DRAFT) or {}
    known = {field.name for field in fields(Draft)}
    draft = Draft(**{name: value for name, value in kept.items() if name in known})
    draft.token = draft.token or uuid.uuid4().hex
    return draft


def keep_draft(request: HttpRequest, draft: Draft) -> None:
    request.session[_DRAFT] = asdict(draft)


def forget_draft(request: HttpRequest) -> None:
    request.session.pop(_DRAFT, None)


def mark_sent(request: HttpRequest, token: str, reference: str) -> None:
    """The draft became a ticket: forget it, and remember the ticket for the page that says thank you."""
    sent: dict[str, str] = request.session.get(_SENT) or {}
    sent[token] = reference
    request.session[_SENT] = dict(list(sent.items())[-_KEPT_SENT:])
    forget_draft(request)


def sent_reference(request: HttpRequest, token: str) -> str | None:
    """The reference that a report with this token got, if this visitor sent it."""
    sent: dict[str, str] = request.session.get(_SENT) or {}
    return sent.get(token)


def has_sent(request: HttpRequest, reference: str) -> bool:
    return reference in (request.session.get(_SENT) or {}).values()


def chosen_category(organisation: Organisation, draft: Draft) -> Category | None:
    """The chosen kind, as long as the organisation still takes it."""
    if not draft.category:
        return None
    return reportable_category(organisation.pk, uuid.UUID(draft.category))


@dataclass(frozen=True)
class Step:
    word: str
    url: str
    done: bool
    current: bool


def steps(current: int) -> list[Step]:
    """The three steps as the top of each page shows them."""
    words = (
        (_("What"), "tickets:report"),
        (_("Where"), "tickets:report_where"),
        (_("Details"), "tickets:report_details"),
    )
    return [Step(word, reverse(name), at < current, at == current) for at, (word, name) in enumerate(words)]
