"""Who is reading, and whether they still may: asked at the door, and again while they read.

Rights are not announced to the stream but looked up, for all readers at once, so that no way in which a role,
a membership, a key or a session can end has to remember to say so (decision 15).
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.db import close_old_connections
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import AuthenticationFailed

from accounts.actions.keys import check_key
from accounts.api.authentication import KEYWORD, TokenAuthentication
from accounts.enums import Capability
from accounts.models import ApiKey, User
from accounts.permissions import has_capability, present_key, presented_key, roles_of
from accounts.queries import demands_second_factor, live_keys, people_kept_out, people_with_roles
from common.errors import NotAllowed
from departments.permissions import departments_of
from departments.queries import read_departments


@dataclass(frozen=True)
class Credential:
    """What a reader came with, as far as it can end. Readers with equal ones have the same rights.

    `proof` changes with the password and when the person signs out everywhere.
    """

    user_id: uuid.UUID | None = None
    key_id: uuid.UUID | None = None
    proof: str = ""
    session_key: str = ""
    ends_at: float | None = None


VISITOR = Credential()


@dataclass(frozen=True)
class Identity:
    """Who is reading, with roles and departments already read: nothing is asked of the database later."""

    credential: Credential
    user: Any


NOBODY = Identity(VISITOR, AnonymousUser())


def identify(session_key: str, authorization: str) -> Identity:
    """The reader by the header, else by the cookie; anybody without both.

    Raises AuthenticationFailed for a token or key that makes no sense or has ended, the refusals of
    `check_key`, and NotAllowed for a key that may not read tickets.
    """
    close_old_connections()
    try:
        identity = _by_header(authorization) if authorization else _by_session(session_key)
        roles_of(identity.user)
        departments_of(identity.user)
        return identity
    finally:
        close_old_connections()


def _by_header(authorization: str) -> Identity:
    scheme, _space, given = authorization.strip().partition(" ")
    if scheme.lower() == KEYWORD:
        return _by_key(given.strip())
    authentication = TokenAuthentication()
    raw = authentication.get_raw_token(authorization.encode())
    if raw is None:
        raise AuthenticationFailed(_("Write the header as: Bearer TOKEN, or Api-Key PREFIX.SECRET"))
    token = authentication.get_validated_token(raw)
    user = authentication.get_user(token)
    return Identity(_credential(user, ends_at=float(token["exp"])), user)


def _by_key(given: str) -> Identity:
    user = check_key(given)
    key: ApiKey = presented_key(user)
    if not has_capability(user, Capability.VIEW_ALL_TICKETS, key.organisation_id):
        raise NotAllowed(_("This key may not read tickets."))
    return Identity(Credential(user_id=user.pk, key_id=key.pk), user)


def _by_session(session_key: str) -> Identity:
    if not session_key:
        return NOBODY
    request = HttpRequest()
    request.session = _session_store()(session_key)
    # Django's own check: the session's hash must fit the password that holds now.
    user = get_user(request)
    # Without the second step that their organisation asks for they hear what anybody hears.
    if not isinstance(user, User) or demands_second_factor(user):
        return NOBODY
    return Identity(_credential(user, session_key=session_key), user)


def _credential(user: Any, **more: Any) -> Credential:
    return Credential(user_id=user.pk, proof=user.get_session_auth_hash(), **more)


def _session_store() -> type[SessionStore]:
    return cast("type[SessionStore]", import_module(settings.SESSION_ENGINE).SessionStore)


# Again


def look_again(credentials: Collection[Credential]) -> dict[Credential, Any]:
    """Each credential's person with their present rights; None where it has ended.

    A handful of queries, however many there are.
    """
    close_old_connections()
    try:
        people = people_with_roles({found.user_id for found in credentials if found.user_id})
        read_departments(people)
        sessions = _live_sessions({found.session_key for found in credentials if found.session_key})
        present = _Present(
            people,
            keys=live_keys({found.key_id for found in credentials if found.key_id}),
            sessions=sessions,
            kept_out=people_kept_out(people.values()) if sessions else set(),
            now=timezone.now().timestamp(),
        )
        return {found: present.user_with(found) for found in credentials}
    finally:
        close_old_connections()


@dataclass(frozen=True)
class _Present:
    """What holds now of the credentials that are asked about."""

    people: Mapping[uuid.UUID, User]
    keys: Mapping[uuid.UUID, ApiKey]
    sessions: Collection[str]
    kept_out: Collection[uuid.UUID]
    now: float

    def user_with(self, found: Credential) -> User | None:
        user = self.people.get(found.user_id) if found.user_id else None
        if user is None or (found.ends_at is not None and found.ends_at <= self.now):
            return None
        if found.key_id is not None:
            return self._with_key(user, found.key_id)
        if found.session_key and (found.session_key not in self.sessions or user.pk in self.kept_out):
            return None
        return user if user.get_session_auth_hash() == found.proof else None

    def _with_key(self, user: User, key_id: uuid.UUID) -> User | None:
        key = self.keys.get(key_id)
        if key is None:
            return None
        present_key(user, key)
        return user if has_capability(user, Capability.VIEW_ALL_TICKETS, key.organisation_id) else None


def _live_sessions(keys: Collection[str]) -> set[str]:
    sessions = _session_store().get_model_class().objects
    live = sessions.filter(session_key__in=keys, expire_date__gt=timezone.now())
    return set(live.values_list("session_key", flat=True))
