"""For tests: real servers from the pytest plugin, cheap passwords, nothing kept."""

from __future__ import annotations

from ticketing.env import env_port, env_str
from ticketing.settings.base import *  # noqa: F403
from ticketing.settings.base import DATABASES, INSTALLED_APPS, LOGGING, PLACES, STORAGES

SECRET_KEY = "only-for-tests-only-for-tests-only-for-tests"  # noqa: S105
DEMO = True
INSTALLED_APPS = ["demo", *INSTALLED_APPS]
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASES["default"]["CONN_MAX_AGE"] = 0
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = True
DEMO_OUTBOX = PLACES.data / "outbox"
DEMO_MAILS = DEMO_MESSAGES = True
SMTP_PORT = SMS_PORT = 1
SITE_URL = "http://testserver"
REPORT_MINIMUM_SECONDS = 0
# Nobody is reached, unless a test that starts a server of its own says where its post office is.
EMAIL_HOST, EMAIL_USE_TLS, EMAIL_USE_SSL = "127.0.0.1", False, False
EMAIL_PORT = env_port("TESTS_SMTP_PORT", default=1)
ANYMAIL, MAIL_WEBHOOKS = {"WEBHOOK_SECRET": "mailer:secret"}, ["postmark"]
TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN = "AC00000000000000000000000000000000", "test"
TWILIO_FROM, TWILIO_BASE_URL = "+27120000000", env_str("TESTS_TWILIO_BASE_URL", "http://127.0.0.1:1")
LOGGING["root"]["level"] = "WARNING"
