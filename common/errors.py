"""Refusals: every rule that says no raises a DomainError defined beside the rule."""

from __future__ import annotations

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A rule said no. Carries a code for machines and a translated sentence for people.

    Caught in exactly three places: the API's exception handler, the page's form, the console.
    """

    code: ClassVar[str] = "refused"
    status_code: ClassVar[int] = 409
    # Seconds after which it may be tried again, for `Retry-After`.
    wait: ClassVar[int | None] = None
    sentence: ClassVar[str | Promise] = _("This is not possible.")

    def __init__(self, sentence: str | Promise | None = None, *, field: str | None = None) -> None:
        """`field` names the input that the sentence is about, so that forms can show it there."""
        self.message = str(sentence if sentence is not None else self.sentence)
        self.field = field
        super().__init__(self.message)


class InvalidInput(DomainError):
    """The input itself cannot be accepted."""

    code = "invalid"
    status_code = 400
    sentence = _("This value is not valid.")


class NotAllowed(DomainError):
    """The person may see the thing but not do this to it."""

    code = "not_allowed"
    status_code = 403
    sentence = _("You are not allowed to do this.")


class NotFound(DomainError):
    """Does not exist, or may not be seen: the answer is the same."""

    code = "not_found"
    status_code = 404
    sentence = _("There is nothing here under that name.")


class StaleVersion(DomainError):
    """Somebody else changed the row since it was read."""

    code = "stale_version"
    status_code = 412
    sentence = _("Somebody changed this in the meantime. Look at it again, then repeat your change.")
