"""Who is reading: a session of the pages, a bearer token, or anybody."""

from __future__ import annotations

from importlib import import_module
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.db import close_old_connections
from django.http import HttpRequest

from accounts.api.authentication import TokenAuthentication
from accounts.models import User
from accounts.permissions import roles_of
from accounts.queries import demands_second_factor
from departments.permissions import departments_of


def find_reader(session_key: str, authorization: str) -> Any:
    """The person, with roles and departments already read: nothing is asked of the database later.

    Raises rest_framework.exceptions.AuthenticationFailed for a token that is not valid.
    """
    close_old_connections()
    try:
        user = user_of_token(authorization) if authorization else user_of_session(session_key)
        roles_of(user)
        departments_of(user)
        return user
    finally:
        close_old_connections()


def user_of_token(authorization: str) -> Any:
    authentication = TokenAuthentication()
    raw = authentication.get_raw_token(authorization.encode())
    if raw is None:
        return AnonymousUser()
    return authentication.get_user(authentication.get_validated_token(raw))


def user_of_session(session_key: str) -> Any:
    if not session_key:
        return AnonymousUser()
    store = cast("type[SessionBase]", import_module(settings.SESSION_ENGINE).SessionStore)
    request = HttpRequest()
    request.session = store(session_key)
    # Django's own check: the session's hash must fit the password that holds now.
    user = get_user(request)
    # Without the second step that their organisation asks for they hear what anybody hears.
    return AnonymousUser() if isinstance(user, User) and demands_second_factor(user) else user
