"""The tenant itself: its names in addresses and references, and its own settings."""

from __future__ import annotations

import re
import secrets
import string
import unicodedata
from collections.abc import Iterator
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_domain_name
from django.db import IntegrityError, transaction
from django.http.request import validate_host
from django.utils.text import slugify
from django.utils.translation import gettext_lazy

from accounts.enums import Capability, OrganisationKind
from accounts.models import Organisation
from accounts.permissions import has_capability, is_operator, is_staff_of
from common.errors import DomainError, InvalidInput, NotAllowed
from common.text import clean_line

CHANGEABLE = frozenset(
    {
        "name",
        "domain",
        "accent",
        "contact_phone",
        "language",
        "time_zone",
        "auto_close_days",
        "confirms_reporters",
        "moderates_photos",
        "verification_required",
        "verification_days",
        "verification_reminder_days",
        "raise_at_supporters",
        "accountability_enabled",
        "second_factor_required",
    }
)
_TRIES = 5
_LONGEST_SLUG = 50


class DomainTaken(DomainError):
    code = "domain_taken"
    sentence = gettext_lazy("Another organisation has this domain.")


class InvalidDomain(InvalidInput):
    code = "invalid_domain"
    sentence = gettext_lazy("This is not a domain name. Write it like example.org.")


class OwnSecondFactorMissing(DomainError):
    """Whoever asks it of everybody would be the first to be kept out."""

    code = "own_second_factor_missing"
    sentence = gettext_lazy(
        "Set up a second factor for yourself first: from then on nobody works here without one."
    )


def new_organisation(*, name: str, domain: str) -> Organisation:
    """A company with a slug and a reference prefix of its own, closed to the public.

    For actions that also give it what it needs to work. Raises InvalidInput, InvalidDomain, DomainTaken.
    """
    line, host = clean_line(name), checked_domain(domain)
    for attempt in range(_TRIES):
        organisation = Organisation(
            name=line,
            slug=_free_slug(line),
            kind=OrganisationKind.COMPANY,
            reference_prefix=_free_prefix(line),
            domain=host,
            public_reports=False,
            verification_required=False,
            accountability_enabled=False,
        )
        try:
            return _save(organisation)
        except IntegrityError:
            # Somebody else took the slug or the prefix in this very moment.
            if attempt == _TRIES - 1:
                raise
    raise AssertionError("unreachable")


def update_organisation(organisation: Organisation, *, acting_user: Any, **changes: Any) -> Organisation:
    """Change an organisation's own settings.

    Raises NotAllowed, InvalidInput, InvalidDomain, DomainTaken, OwnSecondFactorMissing.
    """
    if not has_capability(acting_user, Capability.MANAGE_ORGANISATION, organisation.pk):
        raise NotAllowed
    unknown = set(changes) - CHANGEABLE
    if unknown:
        raise InvalidInput(field=min(unknown))
    if "domain" in changes:
        changes["domain"] = checked_domain(changes["domain"])
    with transaction.atomic():
        locked = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        if changes.get("second_factor_required") and not locked.second_factor_required:
            refuse_own_lock_out(locked, acting_user=acting_user)
        for name, value in changes.items():
            setattr(locked, name, value)
        return _save(locked)


def refuse_own_lock_out(organisation: Organisation, *, acting_user: Any) -> None:
    """Raises OwnSecondFactorMissing for who works here without one; keys and the operator do not."""
    if is_staff_of(acting_user, organisation.pk) and not (
        is_operator(acting_user) or is_mfa_enabled(acting_user)
    ):
        raise OwnSecondFactorMissing(field="second_factor_required")


def checked_domain(typed: str) -> str:
    """A domain name in lower case, or nothing. Raises InvalidDomain, DomainTaken.

    The names of this installation decide whose public pages it shows: nobody signs up for them.
    """
    domain = typed.strip().lower().rstrip(".")
    if not domain:
        return ""
    try:
        validate_domain_name(domain)
    except ValidationError as error:
        raise InvalidDomain(field="domain") from error
    if validate_host(domain, [host for host in settings.ALLOWED_HOSTS if host != "*"]):
        raise DomainTaken(field="domain")
    return domain


def _save(organisation: Organisation) -> Organisation:
    try:
        organisation.clean_fields(exclude=["slug", "reference_prefix"])
    except ValidationError as error:
        name, sentences = next(iter(error.message_dict.items()))
        raise InvalidInput(sentences[0], field=name) from error
    try:
        with transaction.atomic():
            organisation.save()
    except IntegrityError as error:
        if "organisation_domain_is_unique" in str(error):
            raise DomainTaken(field="domain") from error
        raise
    return organisation


def _free_slug(name: str) -> str:
    slug = slugify(name)[:_LONGEST_SLUG].strip("-") or "organisation"
    while Organisation.objects.with_slug(slug).exists():
        slug = f"{slugify(name)[:_LONGEST_SLUG].strip('-') or 'organisation'}-{secrets.token_hex(3)}"
    return slug


def _free_prefix(name: str) -> str:
    """What references begin with: from the name while that is free, else any letters."""
    for prefix in _prefixes(name):
        if not Organisation.objects.with_prefix(prefix).exists():
            return prefix
    raise AssertionError("unreachable")


def _prefixes(name: str) -> Iterator[str]:
    plain = unicodedata.normalize("NFKD", name).upper()
    words = re.findall(r"[A-Z]+", "".join(mark for mark in plain if not unicodedata.combining(mark)))
    letters = "".join(words)
    initials = "".join(word[0] for word in words)
    for prefix in (letters[:3], initials[:5], letters[:4], letters[:5]):
        if len(prefix) >= 3:
            yield prefix
    while True:
        yield "".join(secrets.choice(string.ascii_uppercase) for _place in range(5))
