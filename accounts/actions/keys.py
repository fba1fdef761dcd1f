"""The keys of an organisation: make one, replace it, end it, and tell whose one is."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.enums import Capability, Scope
from accounts.key_secrets import LONGEST_KEY, NO_DIGEST, digest_of, is_same, make_secret
from accounts.models import ApiKey, Organisation, User
from accounts.permissions import has_capability, present_key
from common.errors import DomainError, InvalidInput, NotAllowed
from common.text import clean_line

logger = logging.getLogger(__name__)

GRACE = timedelta(days=7)
MOST_LIVE_KEYS = 50
FOUNDING_KEY = "Secret"
_USE_IS_NOTED_EVERY = timedelta(minutes=1)


class UnknownKey(DomainError):
    """An unknown prefix and a wrong secret are told apart for nobody."""

    code = "unknown_key"
    status_code = 401
    sentence = gettext_lazy("There is no such key.")


class RevokedKey(DomainError):
    code = "revoked_key"
    status_code = 401
    sentence = gettext_lazy("This key has been revoked.")


class ExpiredKey(DomainError):
    code = "expired_key"
    status_code = 401
    sentence = gettext_lazy("This key has expired.")


class KeyEnded(DomainError):
    code = "key_ended"
    sentence = gettext_lazy("This key is not in use any more.")


class AlreadyRotated(DomainError):
    code = "already_rotated"
    sentence = gettext_lazy("This key has been replaced already. Rotate its successor.")


class OwnKey(DomainError):
    code = "own_key"
    sentence = gettext_lazy("A key cannot end itself. Use its successor, or sign in.")


class TooManyKeys(DomainError):
    code = "too_many_keys"
    sentence = gettext_lazy("There are as many keys as an organisation can have. Revoke one first.")


@dataclass(frozen=True)
class IssuedKey:
    """A new key, and the secret that is shown this once."""

    key: ApiKey
    secret: str

    def __repr__(self) -> str:
        return f"IssuedKey({self.key})"


# Whose key is it


def check_key(given: str) -> User:
    """Whom the key acts as, with the key presented. Raises UnknownKey, RevokedKey, ExpiredKey."""
    prefix, _dot, secret = given[:LONGEST_KEY].partition(".")
    rows = ApiKey.objects.select_related("user", "organisation")
    # A NUL is no text to PostgreSQL.
    key = rows.with_prefix(prefix).first() if prefix.isalnum() else None
    # An unknown prefix costs the same work.
    is_right = is_same(digest_of(secret), key.digest if key else NO_DIGEST)
    if key is None or not is_right or not key.organisation.is_active or not key.user.is_active:
        raise UnknownKey
    now = timezone.now()
    _check_live(key, now)
    _note_use(key, now)
    present_key(key.user, key)
    return key.user


def _check_live(key: ApiKey, now: datetime) -> None:
    if key.revoked_at is not None:
        raise RevokedKey
    if not key.is_live(now):
        raise ExpiredKey


def _note_use(key: ApiKey, now: datetime) -> None:
    """At most once a minute, whatever the load: most requests write nothing."""
    before = now - _USE_IS_NOTED_EVERY
    if key.last_used_at is None or key.last_used_at < before:
        ApiKey.objects.not_used_since(before).filter(pk=key.pk).update(last_used_at=now)


def confirm_key(key: ApiKey) -> None:
    """Ask again at the end of a change, in its transaction: a key revoked meanwhile changes nothing.

    The row stays locked against revocation until the change is committed, and is shared with other
    changes of the same key. Raises RevokedKey, ExpiredKey.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM accounts_apikey WHERE id = %s FOR SHARE", [key.pk])
    _check_live(ApiKey.objects.get(pk=key.pk), timezone.now())


# What becomes of keys


def create_key(
    organisation: Organisation,
    *,
    name: str,
    scopes: Sequence[Scope],
    expires_at: datetime | None = None,
    acting_user: Any,
) -> IssuedKey:
    """A new key for a program of the organisation. Raises NotAllowed, InvalidInput, TooManyKeys."""
    _check_manages(acting_user, organisation)
    now = timezone.now()
    if not clean_line(name):
        raise InvalidInput(gettext_lazy("Give the key a name."), field="name")
    if not scopes:
        raise InvalidInput(gettext_lazy("Say what the key is for."), field="scopes")
    if expires_at is not None and expires_at <= now:
        raise InvalidInput(gettext_lazy("This lies in the past."), field="expires_at")
    with transaction.atomic():
        _lock(organisation)
        if ApiKey.objects.of_organisation(organisation.pk).live(now).count() >= MOST_LIVE_KEYS:
            raise TooManyKeys
        return issue_key(
            organisation, name=name, scopes=scopes, expires_at=expires_at, acting_user=acting_user
        )


def issue_key(
    organisation: Organisation,
    *,
    name: str,
    scopes: Sequence[str],
    expires_at: datetime | None = None,
    is_secret: bool = False,
    replaces: ApiKey | None = None,
    acting_user: Any,
) -> IssuedKey:
    """The rest of `create_key`, for actions that checked who asks."""
    secret = make_secret()
    line = clean_line(name)
    with transaction.atomic():
        user = User(full_name=f"Key: {line}", is_service=True, language=organisation.language)
        user.set_unusable_password()
        user.save(force_insert=True)
        key = ApiKey.objects.create(
            organisation=organisation,
            user=user,
            name=line,
            prefix=secret.prefix,
            digest=secret.digest,
            scopes=sorted(set(scopes)),
            is_secret=is_secret,
            replaces=replaces,
            expires_at=expires_at,
            created_by=_person(acting_user),
        )
    logger.info("Key %s issued by %s", key.prefix, getattr(acting_user, "pk", None))
    return IssuedKey(key, secret.whole)


def rotate_key(key: ApiKey, *, acting_user: Any) -> IssuedKey:
    """A successor with the same rights. The old key lives on for seven days, its own predecessor ends.

    So at most two are live at a time. Raises NotAllowed, KeyEnded, AlreadyRotated, OwnKey.
    """
    _check_manages(acting_user, key.organisation)
    with transaction.atomic():
        _lock(key.organisation)
        present = ApiKey.objects.select_related("replaces").get(pk=key.pk)
        now = timezone.now()
        if ApiKey.objects.filter(replaces=present).exists():
            raise AlreadyRotated
        if not present.is_live(now):
            raise KeyEnded
        if present.replaces is not None and present.replaces.is_live(now):
            _end(present.replaces, now, acting_user)
        issued = issue_key(
            key.organisation,
            name=present.name,
            scopes=present.scopes,
            expires_at=present.expires_at,
            is_secret=present.is_secret,
            replaces=present,
            acting_user=acting_user,
        )
        present.expires_at = min(present.expires_at or now + GRACE, now + GRACE)
        present.save(update_fields=["expires_at"])
    return issued


def rotate_secret(organisation: Organisation, *, acting_user: Any) -> IssuedKey:
    """A new secret, also where the last one was revoked. Raises what `rotate_key` does."""
    _check_manages(acting_user, organisation)
    with transaction.atomic():
        _lock(organisation)
        secrets = ApiKey.objects.of_organisation(organisation.pk).secrets().live(timezone.now())
        newest = secrets.select_related("organisation").filter(replacement=None).newest_first().first()
        if newest is not None:
            return rotate_key(newest, acting_user=acting_user)
        return issue_key(
            organisation, name=FOUNDING_KEY, scopes=list(Scope), is_secret=True, acting_user=acting_user
        )


def revoke_key(key: ApiKey, *, acting_user: Any) -> ApiKey:
    """End a key at once, also for requests that are under way. Raises NotAllowed, OwnKey."""
    _check_manages(acting_user, key.organisation)
    with transaction.atomic():
        locked = ApiKey.objects.select_for_update().get(pk=key.pk)
        if locked.revoked_at is None:
            _end(locked, timezone.now(), acting_user)
    return locked


def _end(key: ApiKey, now: datetime, acting_user: Any) -> None:
    if key.user_id == acting_user.pk:
        raise OwnKey
    key.revoked_at, key.revoked_by = now, _person(acting_user)
    key.save(update_fields=["revoked_at", "revoked_by"])
    logger.info("Key %s revoked by %s", key.prefix, getattr(acting_user, "pk", None))


def _lock(organisation: Organisation) -> None:
    """Changes of an organisation's keys go one by one."""
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)


def _person(user: Any) -> Any:
    return user if user is not None and user.is_authenticated else None


def _check_manages(acting_user: Any, organisation: Organisation) -> None:
    if not has_capability(acting_user, Capability.MANAGE_ORGANISATION, organisation.pk):
        raise NotAllowed
