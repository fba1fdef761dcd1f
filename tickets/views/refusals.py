"""How a page answers what was asked for too often."""

from __future__ import annotations

from django.http import HttpResponse

from common.errors import DomainError

TOO_MANY = 429


def refused(page: HttpResponse, refusal: DomainError) -> HttpResponse:
    """The page with the refusal in it; where it was too often, with that status and when to try again."""
    if refusal.status_code == TOO_MANY:
        page.status_code = TOO_MANY
        if refusal.wait:
            page["Retry-After"] = str(refusal.wait)
    return page
