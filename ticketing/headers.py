"""Security headers that depend on the path."""

from __future__ import annotations

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

PERMISSIONS = "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()"


class PolicyByPathMiddleware(CSPMiddleware):
    """The strict policy everywhere; under a few paths the loosenings their package needs, and no more."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response.setdefault("Permissions-Policy", PERMISSIONS)
        for prefix, directives in settings.CONTENT_SECURITY_POLICY_BY_PATH.items():
            if request.path_info.startswith(prefix):
                response._csp_update = directives  # type: ignore[attr-defined]
        return super().process_response(request, response)
