"""Whose pages a request is for: each host shows one organisation."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from accounts.queries import organisation_for_host

_KEPT_AS = "_site_organisation"


def site_organisation(request: HttpRequest) -> Organisation | None:
    """The organisation of the request's host, read once per request."""
    if not hasattr(request, _KEPT_AS):
        setattr(request, _KEPT_AS, organisation_for_host(request.get_host()))
    organisation: Organisation | None = getattr(request, _KEPT_AS)
    return organisation


def signed_in_user(request: HttpRequest) -> User:
    """The person behind a view that only signed-in people reach."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def require_organisation(request: HttpRequest) -> Organisation:
    """The same, for pages that make no sense without one. Raises Http404."""
    organisation = site_organisation(request)
    if organisation is None:
        raise Http404(_("Nobody takes reports here yet."))
    return organisation
