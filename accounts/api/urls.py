from __future__ import annotations

from accounts.api.keys import KeysEndpoint
from accounts.api.views import AccountEndpoint, RecoveryEndpoint, TokenEndpoint
from common.api.routing import endpoint

urlpatterns = [
    endpoint("auth/token/", TokenEndpoint.as_view({"post": "obtain"}), "token"),
    endpoint("auth/token/refresh/", TokenEndpoint.as_view({"post": "refresh"}), "token-refresh"),
    endpoint("auth/token/revoke/", TokenEndpoint.as_view({"post": "revoke"}), "token-revoke"),
    endpoint("auth/password/reset/", RecoveryEndpoint.as_view({"post": "ask"}), "password-reset"),
    endpoint(
        "auth/password/reset/confirm/",
        RecoveryEndpoint.as_view({"post": "confirm"}),
        "password-reset-confirm",
    ),
    endpoint("accounts/", AccountEndpoint.as_view({"post": "create"}), "accounts"),
    endpoint("accounts/confirm/", AccountEndpoint.as_view({"post": "confirm"}), "accounts-confirm"),
    endpoint(
        "accounts/me/",
        AccountEndpoint.as_view({"get": "me", "patch": "update_me", "delete": "delete_me"}),
        "me",
    ),
    endpoint(
        "accounts/me/phone/confirm/", AccountEndpoint.as_view({"post": "confirm_phone"}), "me-phone-confirm"
    ),
    endpoint("accounts/me/export/", AccountEndpoint.as_view({"get": "export"}), "me-export"),
    endpoint(
        "organisations/secret/rotate/", KeysEndpoint.as_view({"post": "rotate_secret"}), "secret-rotate"
    ),
    endpoint("organisations/keys/", KeysEndpoint.as_view({"get": "list", "post": "create"}), "keys"),
    endpoint("organisations/keys/<uuid:key>/", KeysEndpoint.as_view({"delete": "revoke"}), "key"),
    endpoint("organisations/keys/<uuid:key>/rotate/", KeysEndpoint.as_view({"post": "rotate"}), "key-rotate"),
]
