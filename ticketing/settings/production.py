"""For real: nothing has a default that would be unsafe, and what is missing stops the start."""

from __future__ import annotations

from ticketing.env import env_bool, env_int, env_str
from ticketing.settings.base import *  # noqa: F403
from ticketing.settings.base import EMAIL_BACKEND, LOGGING

SECRET_KEY = env_str("SECRET_KEY")
DEMO = False
if EMAIL_BACKEND.startswith("django."):
    EMAIL_HOST = env_str("EMAIL_HOST")

# Only behind a proxy that ends TLS and sets this header itself: anybody can send it.
if env_bool("TRUST_FORWARDED_PROTO", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env_bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = env_int("SECURE_HSTS_SECONDS", default=31_536_000, minimum=0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env_bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=False)
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True

LOGGING["handlers"]["console"]["formatter"] = "json"
