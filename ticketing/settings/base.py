"""Settings that hold everywhere. What differs is in `development`, `production` and `test`."""

from __future__ import annotations

from datetime import timedelta
from importlib.metadata import distribution
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
from csp.constants import NONE, SELF
from django.conf import locale
from django.utils.translation import gettext_lazy as _

from ticketing.database_urls import celery_address, parse_database_url, redis_address
from ticketing.env import env_beginning_with, env_bool, env_int, env_list, env_port, env_str
from ticketing.media_storage import media_storage
from ticketing.runtime.places import PROJECT_DIR, find_places
from ticketing.schedule import SCHEDULE
from ticketing.settings.console import UNFOLD as UNFOLD
from ticketing.settings.forms import ACCOUNT_FORMS as ACCOUNT_FORMS
from ticketing.settings.forms import MFA_FORMS as MFA_FORMS
from ticketing.settings.limits import ACCOUNT_RATE_LIMITS as ACCOUNT_RATE_LIMITS
from ticketing.settings.limits import REPORT_MINIMUM_SECONDS as REPORT_MINIMUM_SECONDS

# ModelForm[Ticket] and the like exist only for the type checker until this is called.
django_stubs_ext.monkeypatch()

# Places and addresses
BASE_DIR = PROJECT_DIR
PLACES = find_places()
PORT = env_port("PORT", default=8000)
STREAM_PORT = env_port("STREAM_PORT", default=8001)
SITE_URL = env_str("SITE_URL", f"http://localhost:{PORT}").rstrip("/")
STREAM_URL = env_str("STREAM_URL", f"http://localhost:{STREAM_PORT}/api/v1/events/stream")
# Rights of readers are never older than this when an event is handed out; 0 looks at them for each batch.
STREAM_RIGHTS_SECONDS = env_int("STREAM_RIGHTS_SECONDS", default=1, minimum=0)
STREAM_HEARTBEAT_SECONDS = env_int("STREAM_HEARTBEAT_SECONDS", default=15, minimum=1)
# Who does not read for so long is dropped.
STREAM_WRITE_SECONDS = env_int("STREAM_WRITE_SECONDS", default=20, minimum=1)
STREAM_READERS = env_int("STREAM_READERS", default=2000, minimum=1)
SITE_NAME = "Lokisa"
# This machine's own names are for health checks; a forged one leads nobody astray.
ALLOWED_HOSTS = [
    urlsplit(SITE_URL).hostname or "localhost",
    "localhost",
    "127.0.0.1",
    "[::1]",
    *env_list("ALLOWED_HOSTS"),
]
CSRF_TRUSTED_ORIGINS = [SITE_URL, *env_list("CSRF_TRUSTED_ORIGINS")]
DEBUG = False
DEMO = False

# Applications, the higher first where Django takes the first of a name
INSTALLED_APPS = [
    "ticketing",
    "reports",
    "jobs",
    "notifications",
    "accountability",
    "tickets",
    "articles",
    "departments",
    "accounts",
    "common",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "ticketing.apps.ConsoleConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "django_htmx",
    "csp",
    "anymail",
]
MIDDLEWARE = [
    "common.request_id.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ticketing.headers.PolicyByPathMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "accounts.middleware.RefusalMiddleware",
]
ROOT_URLCONF = "ticketing.urls"
WSGI_APPLICATION = "ticketing.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["common.templatetags.icons"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "ticketing.context_processors.site",
                "notifications.context_processors.bell",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Data: the embedded servers of this data directory unless outside ones are named
DATABASE_URL = env_str("DATABASE_URL", "") or PLACES.database_url
REDIS_URL = redis_address(env_str("REDIS_URL", "") or PLACES.redis_url)
DATABASES: dict[str, dict[str, Any]] = {
    "default": parse_database_url(DATABASE_URL)
    | {"CONN_MAX_AGE": env_int("CONN_MAX_AGE", default=60, minimum=0), "CONN_HEALTH_CHECKS": True}
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
        "TIMEOUT": 300,
    }
}
MEDIA_ROOT = env_str("MEDIA_ROOT", str(PLACES.data / "media"))
MEDIA_URL = "/media/"

# Static files, all from this project and its installed packages
STATIC_URL = "/static/"
STATIC_ROOT = env_str("STATIC_ROOT", str(PLACES.data / "static"))
# Leaflet's files only: as an app, django-leaflet's admin wants the GDAL library on the machine.
LEAFLET = Path(str(distribution("django-leaflet").locate_file("leaflet/static")))
STATICFILES_DIRS = [BASE_DIR / "static", LEAFLET]
MANIFEST_STORAGE = "whitenoise.storage.CompressedManifestStaticFilesStorage"
# Photos and files of imports: a folder of this machine, or a bucket that speaks S3.
MEDIA_STORAGE = env_str("MEDIA_STORAGE", "folder")
STORAGES = {
    "default": media_storage(MEDIA_STORAGE),
    "staticfiles": {"BACKEND": MANIFEST_STORAGE},
}

# People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# Somebody else's service, so none is asked until one is named: https://api.pwnedpasswords.com/range/
BREACHED_PASSWORDS_URL = env_str("BREACHED_PASSWORDS_URL", "")
if BREACHED_PASSWORDS_URL:
    AUTH_PASSWORD_VALIDATORS.append({"NAME": "accounts.passwords.BreachedPasswordValidator"})
# Without one of its own the secret key seasons the hashes of keys; then changing it ends every key.
API_KEY_PEPPER = env_str("API_KEY_PEPPER", "")
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email", "phone"}
# One of email and phone, in one field of our forms. The star is for allauth's check: whoever has an address
# confirms it before they are signed in.
ACCOUNT_SIGNUP_FIELDS = ["email*", "phone", "password1*"]
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 600
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = True
# Phones find six digits in an SMS and fill them in.
ACCOUNT_PHONE_VERIFICATION_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
# Sign-up, recovery and sign-in answer the same for addresses that have an account and for those without.
ACCOUNT_PREVENT_ENUMERATION = True
# A changed password or second factor is told to whose account it is.
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = SITE_NAME
# Clocks of phones go half a minute wrong.
MFA_TOTP_TOLERANCE = 1

# E-mail addresses are unique whatever their case, which takes a constraint; the check only knows unique=True.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]

# Languages: English is complete, the others are catalogues that native readers correct
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("af", _("Afrikaans")),
    ("zu", _("isiZulu")),
    ("nso", _("Sepedi")),
    ("tn", _("Setswana")),
    ("ts", _("Xitsonga")),
]
# A language belongs here when the sentences of staff are translated too: half of a page helps nobody.
CONSOLE_LANGUAGES = ["en"]
# Django does not know these four by itself.
for code, english_name, own_name in (
    ("zu", "Zulu", "isiZulu"),
    ("nso", "Northern Sotho", "Sepedi"),
    ("tn", "Tswana", "Setswana"),
    ("ts", "Tsonga", "Xitsonga"),
):
    locale.LANG_INFO[code] = {"bidi": False, "code": code, "name": english_name, "name_local": own_name}
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_AGE = int(timedelta(days=365).total_seconds())
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "Africa/Johannesburg"
USE_I18N = True
# Dates as South Africans write them.
FORMAT_MODULE_PATH = ["common.formats"]
USE_TZ = True

# Work in the background
CELERY_BROKER_URL = celery_address(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Somebody waits for the answer to a request: a dead broker may cost a second, the sweeps catch up later.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "visibility_timeout": 3600,
    # How often a sender tries to connect; without these each wake-up would try for six seconds.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1, "interval_max": 0.2}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "interactive"
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = SCHEDULE
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# Mail and SMS
EMAIL_HOST = env_str("EMAIL_HOST", "")
EMAIL_PORT = env_port("EMAIL_PORT", default=587)
EMAIL_HOST_USER = env_str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env_str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", default=EMAIL_PORT == 587)
EMAIL_USE_SSL = env_bool("EMAIL_USE_SSL", default=EMAIL_PORT == 465)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env_str("DEFAULT_FROM_EMAIL", f"{SITE_NAME} <noreply@{urlsplit(SITE_URL).hostname}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Or one of anymail's, such as anymail.backends.postmark.EmailBackend, with what it needs as ANYMAIL_….
EMAIL_BACKEND = env_str("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
ANYMAIL = env_beginning_with("ANYMAIL_")
# Whose webhooks are open, such as postmark; each asks for ANYMAIL_WEBHOOK_SECRET.
MAIL_WEBHOOKS = env_list("MAIL_WEBHOOKS")
# Answers to mails: reply@example.org makes reply+TOKEN@example.org. Empty: nobody is asked to answer.
REPLY_ADDRESS = env_str("REPLY_ADDRESS", "")
# The name under which our mail server says what it found of SPF, DKIM and DMARC.
MAIL_AUTHSERV_ID = env_str("MAIL_AUTHSERV_ID", "")
IMAP_HOST = env_str("IMAP_HOST", "")
IMAP_PORT = env_port("IMAP_PORT", default=993)
IMAP_SSL = env_bool("IMAP_SSL", default=True)
IMAP_USER = env_str("IMAP_USER", "")
IMAP_PASSWORD = env_str("IMAP_PASSWORD", "")
IMAP_FOLDER = env_str("IMAP_FOLDER", "INBOX")
# twilio, or console: lines of the log in place of SMS.
SMS_PROVIDER = env_str("SMS_PROVIDER", "twilio")
TWILIO_ACCOUNT_SID = env_str("TWILIO_ACCOUNT_SID", "")
TWILIO_AUTH_TOKEN = env_str("TWILIO_AUTH_TOKEN", "")
TWILIO_FROM = env_str("TWILIO_FROM", "")
TWILIO_BASE_URL = env_str("TWILIO_BASE_URL", "")
# A provider is left alone after so many failures in a row that are its own.
NOTIFICATION_FAILURES_IN_A_ROW = env_int("NOTIFICATION_FAILURES_IN_A_ROW", default=5, minimum=1)
# How many of the messages that waited for a provider go out in a minute once it is back.
NOTIFICATION_DRAIN_PER_MINUTE = {
    "email": env_int("MAIL_DRAIN_PER_MINUTE", default=600, minimum=1),
    "sms": env_int("SMS_DRAIN_PER_MINUTE", default=60, minimum=1),
}
# What changes on a project's ticket within so many seconds is told in one mail; 0 tells at once.
NOTIFICATION_BURST_SECONDS = env_int("NOTIFICATION_BURST_SECONDS", default=120, minimum=0)

# The map: tiles are somebody else's service, so none are asked for until one is named
MAP_TILE_URL = env_str("MAP_TILE_URL", "")
MAP_TILE_ATTRIBUTION = env_str("MAP_TILE_ATTRIBUTION", "")

# Security
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "ticketing.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
TILE_ORIGINS = [f"{urlsplit(MAP_TILE_URL).scheme}://{urlsplit(MAP_TILE_URL).netloc}"] if MAP_TILE_URL else []
STREAM_ORIGIN = f"{urlsplit(STREAM_URL).scheme}://{urlsplit(STREAM_URL).netloc}"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *[origin.replace("{s}", "*") for origin in TILE_ORIGINS]],
        "connect-src": [SELF, STREAM_ORIGIN],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
# Loosened only where an installed package needs it; residents' pages never.
CONTENT_SECURITY_POLICY_BY_PATH: dict[str, dict[str, list[str]]] = {
    "/console/": {
        "style-src": [SELF, "'unsafe-inline'"],
        "script-src": [SELF, "'unsafe-inline'", "'unsafe-eval'"],
    },
    "/docs": {"style-src": [SELF, "'unsafe-inline'"], "script-src": [SELF, "'unsafe-inline'"]},
    "/redoc": {"style-src": [SELF, "'unsafe-inline'"], "worker-src": [SELF, "blob:"]},
}

# The API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.TokenAuthentication",
        "accounts.api.authentication.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.JSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "common.api.schema.ApiSchema",
    "EXCEPTION_HANDLER": "common.exception_handler.problem_json_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    # Whose X-Forwarded-For counts: nobody's, unless proxies of ours stand in front.
    "NUM_PROXIES": env_int("TRUSTED_PROXIES", default=0, minimum=0),
}
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=30),
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "CHECK_REVOKE_TOKEN": True,
    # The clocks of several servers never agree exactly.
    "LEEWAY": timedelta(seconds=30),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Lokisa",
    "DESCRIPTION": "Report a problem, follow it, and see who keeps the promise.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "common.api.schema.add_what_is_shared",
        "tickets.api.description.add_the_stream",
    ],
    "ENUM_NAME_OVERRIDES": {
        "AppealStateEnum": "accountability.enums.AppealState",
        "AttachmentKindEnum": "tickets.enums.AttachmentKind",
        "BoardKindEnum": "accountability.enums.BoardKind",
        "CallbackStateEnum": "tickets.enums.CallbackState",
        "EventKindEnum": "tickets.enums.EventKind",
        "OrganisationKindEnum": "accounts.enums.OrganisationKind",
        "PriorityEnum": "departments.api.serializers.PRIORITY_WORDS",
        "RoleEnum": "accounts.enums.Role",
        "StaffRoleEnum": "accounts.roles.STAFF_ROLE_CHOICES",
    },
    "TAGS": [
        {"name": "start", "description": "Where everything is."},
        {
            "name": "accounts",
            "description": "Signing up, and what belongs to oneself: details, data, deletion.",
        },
        {"name": "auth", "description": "Tokens, and passwords that were forgotten."},
        {"name": "organisations", "description": "Organisations, their secret, their keys and their admins."},
        {"name": "agents", "description": "People who work here: departments, availability, shifts, leave."},
        {"name": "departments", "description": "Who is responsible for what."},
        {"name": "stages", "description": "The steps of a department, in order."},
        {"name": "categories", "description": "Kinds of tickets, and which department has them."},
        {"name": "calendars", "description": "Working hours and holidays by which promises are counted."},
        {
            "name": "standards",
            "description": "What is promised: answered and resolved within which working time.",
        },
        {"name": "wards", "description": "Areas of a municipality."},
        {"name": "articles", "description": "Help before anything is reported."},
        {"name": "tickets", "description": "Reports, from the first word to the last."},
        {
            "name": "tickets: verbs",
            "description": "What is done to a ticket: each is checked, recorded and told.",
        },
        {"name": "tickets: conversation", "description": "Messages, notes, support and following."},
        {"name": "tickets: files", "description": "Photos of a ticket."},
        {
            "name": "tickets: verification",
            "description": "The reporter confirms or disputes that it is fixed.",
        },
        {"name": "tickets: places", "description": "Tickets near by, on a map, and perhaps the same."},
        {"name": "tickets: duplicates", "description": "Two tickets that are one."},
        {"name": "tickets: tags", "description": "Words of the organisation's own."},
        {"name": "tickets: in bulk", "description": "Files of tickets, in and out."},
        {"name": "callbacks", "description": "People who want to be called."},
        {"name": "projects", "description": "Work that belongs together."},
        {"name": "events", "description": "What happened, in the order in which it happened, and live."},
        {"name": "preferences", "description": "What a person is told, and how."},
        {"name": "accountability", "description": "Missed promises, points, boards and appeals."},
        {"name": "reports", "description": "Figures of a month."},
        {"name": "jobs", "description": "What runs by the clock."},
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"persistAuthorization": True, "deepLinking": True},
}

# Logs: readable at a desk, one JSON object a line in production
LOG_LEVEL = env_str("LOG_LEVEL", "INFO").upper()
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "ticketing.log.RequestIdFilter"},
        "redaction": {"()": "ticketing.log.RedactionFilter"},
    },
    "formatters": {
        "plain": {"format": "%(levelname)s %(name)s: %(message)s [%(request_id)s]"},
        "json": {"()": "ticketing.log.JsonFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "plain",
            "filters": ["request_id", "redaction"],
        },
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        "mail.log": {"level": "WARNING"},
        # Says each address that it asks, in which the beginning of a password's hash may stand.
        "httpx": {"level": "WARNING"},
    },
}
