"""One-time codes for programs: kept in the cache as hashes, for ten minutes and five tries.

A cache that forgets costs a new code, nothing else. Browsers have theirs in the session, which allauth keeps.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy

from accounts.contacts import Contact, ContactKind
from common.errors import InvalidInput

MINUTES = 10
MOST_TRIES = 5


class WrongCode(InvalidInput):
    """Wrong, expired, used and meant for somebody else are told apart for nobody."""

    code = "wrong_code"
    sentence = gettext_lazy("This code is wrong or too old. Ask for a new one.")


def make_code(contact: Contact) -> str:
    """Letters for a mail; six digits for an SMS, which phones fill in by themselves."""
    adapter = get_adapter()
    if contact.kind == ContactKind.EMAIL:
        return str(adapter.generate_email_verification_code())
    return str(adapter.generate_phone_verification_code(user=None, phone=contact.value))


def make_digits() -> str:
    """Six digits wherever they go: read on one device, typed on another, by people who are in a hurry."""
    return str(get_adapter().generate_phone_verification_code(user=None, phone=""))


def keep_code(purpose: str, owner: str, code: str, *, bound_to: str = "", note: Any = None) -> None:
    """`owner` is who may type it, `bound_to` what must not have changed until then.

    `note` comes back from `check_code`. A new code ends the one before.
    """
    key = _key(purpose, owner)
    until = timezone.now().timestamp() + MINUTES * 60
    kept = {"digest": _digest(key, code, bound_to), "note": note, "until": until}
    cache.set_many({key: kept, f"{key}:tries": 0}, timeout=MINUTES * 60)


def keep_no_code(purpose: str, owner: str) -> None:
    """The same work where there is nobody to send a code to."""
    key = _key(purpose, owner)
    cache.set_many({key: None, f"{key}:tries": 0}, timeout=MINUTES * 60)


def check_code(purpose: str, owner: str, code: str, *, bound_to: str = "") -> Any:
    """The note that was kept with the code. Counts the try, right or wrong. Raises WrongCode."""
    key = _key(purpose, owner)
    try:
        tries = cache.incr(f"{key}:tries")
    except ValueError:
        raise WrongCode(field="code") from None
    kept = _under_way(key)
    given, expected = _digest(key, code, bound_to), kept["digest"] if kept else ""
    if not constant_time_compare(given, expected) or kept is None or tries > MOST_TRIES:
        raise WrongCode(field="code")
    return kept["note"]


def note_of(purpose: str, owner: str) -> Any:
    """The note of the code that is under way; None where there is none."""
    kept = _under_way(_key(purpose, owner))
    return kept["note"] if kept else None


def use_up(purpose: str, owner: str) -> None:
    """A code works once; deleting says who was first. Raises WrongCode for who comes second."""
    if not cache.delete(_key(purpose, owner)):
        raise WrongCode(field="code")


def _under_way(key: str) -> dict[str, Any] | None:
    kept: dict[str, Any] | None = cache.get(key)
    return kept if kept and timezone.now().timestamp() < kept["until"] else None


def _key(purpose: str, owner: str) -> str:
    return f"code:{purpose}:" + salted_hmac("accounts.codes.owner", owner, algorithm="sha256").hexdigest()


def _digest(key: str, code: str, bound_to: str) -> str:
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    return salted_hmac("accounts.codes", f"{key}|{plain}|{bound_to}", algorithm="sha256").hexdigest()
