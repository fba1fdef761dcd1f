"""The default run: everything on this machine, with demo data unless DEMO=no."""

from __future__ import annotations

from django.core.management.utils import get_random_secret_key

from ticketing.env import env_bool, env_port, env_str
from ticketing.runtime.secret import kept_secret_key
from ticketing.settings.base import *  # noqa: F403
from ticketing.settings.base import (
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
# Without a data directory nothing is kept, so a key for this process alone will do.
SECRET_KEY = env_str("SECRET_KEY", "") or kept_secret_key(PLACES) or get_random_secret_key()

# The demo's post office stands in for whatever no setting names.
SMTP_PORT = env_port("SMTP_PORT", default=8025)
SMS_PORT = env_port("SMS_PORT", default=8026)
POSTOFFICE_HOST = env_str("POSTOFFICE_HOST", "127.0.0.1")
DEMO_OUTBOX = PLACES.data / "outbox"
DEMO_MAILS = DEMO and not EMAIL_HOST
DEMO_MESSAGES = DEMO and not TWILIO_ACCOUNT_SID
if DEMO:
    INSTALLED_APPS = ["demo", *INSTALLED_APPS]
if DEMO_MAILS:
    EMAIL_HOST, EMAIL_PORT, EMAIL_USE_TLS, EMAIL_USE_SSL = POSTOFFICE_HOST, SMTP_PORT, False, False
if DEMO_MESSAGES:
    TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN = "ACdemo0000000000000000000000000000", "demo"
    TWILIO_FROM, TWILIO_BASE_URL = "+27120000000", f"http://{POSTOFFICE_HOST}:{SMS_PORT}"
