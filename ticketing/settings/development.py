"""The default run: everything on this machine, with demo data unless DEMO=no."""

from __future__ import annotations

from django.core.management.utils import get_random_secret_key

from ticketing.env import env_bool, env_port, env_str
from ticketing.runtime.secret import read_secret_key
from ticketing.settings.base import *  # noqa: F403
from ticketing.settings.base import (
    ALLOWED_HOSTS,
    EMAIL_HOST,
    EMAIL_PORT,
    INSTALLED_APPS,
    PLACES,
    TWILIO_ACCOUNT_SID,
    TWILIO_AUTH_TOKEN,
    TWILIO_BASE_URL,
    TWILIO_FROM,
)

DEBUG = env_bool("DEBUG", default=False)
DEMO = env_bool("DEMO", default=True)
# Before the first start there is no key yet, and what runs then (migrations, checks) signs nothing.
SECRET_KEY = env_str("SECRET_KEY", "") or read_secret_key(PLACES) or get_random_secret_key()
ALLOWED_HOSTS = [*ALLOWED_HOSTS, "localhost", "127.0.0.1", "[::1]"]

# The demo's post office stands in for whatever no setting names.
SMTP_PORT = env_port("SMTP_PORT", default=8025)
SMS_PORT = env_port("SMS_PORT", default=8026)
DEMO_OUTBOX = PLACES.data / "outbox"
DEMO_MAILS = DEMO and not EMAIL_HOST
DEMO_MESSAGES = DEMO and not TWILIO_ACCOUNT_SID
if DEMO:
    INSTALLED_APPS = ["demo", *INSTALLED_APPS]
if DEMO_MAILS:
    EMAIL_HOST, EMAIL_PORT, EMAIL_USE_TLS, EMAIL_USE_SSL = "127.0.0.1", SMTP_PORT, False, False
if DEMO_MESSAGES:
    TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN = "ACdemo0000000000000000000000000000", "demo"  # noqa: S105
    TWILIO_FROM, TWILIO_BASE_URL = "+27120000000", f"http://127.0.0.1:{SMS_PORT}"
