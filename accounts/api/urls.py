from __future__ import annotations

from accounts.api.views import AccountEndpoint, TokenEndpoint
from common.api.routing import endpoint

urlpatterns = [
    endpoint("auth/token/", TokenEndpoint.as_view({"post": "obtain"}), "token"),
    endpoint("auth/token/refresh/", TokenEndpoint.as_view({"post": "refresh"}), "token-refresh"),
    endpoint("auth/token/revoke/", TokenEndpoint.as_view({"post": "revoke"}), "token-revoke"),
    endpoint("accounts/", AccountEndpoint.as_view({"post": "create"}), "accounts"),
    endpoint("accounts/me/", AccountEndpoint.as_view({"get": "me", "patch": "update_me"}), "me"),
]
