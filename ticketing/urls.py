"""Where everything is mounted."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from accounts.views import choose_language, confirm_phone, sign_up
from common.api.routing import endpoint
from ticketing import api, health, shell, views

handler400 = "ticketing.errors.bad_request"
handler403 = "ticketing.errors.permission_denied"
handler404 = "ticketing.errors.not_found"
# allauth's name for its own rate limits; Django has none.
handler429 = "ticketing.errors.too_many_requests"
handler500 = "ticketing.errors.server_error"

urlpatterns = [
    path("", views.home, name="home"),
    path("find/", views.find, name="find"),
    path("sw.js", shell.service_worker, name="service_worker"),
    path("manifest.webmanifest", shell.manifest, name="manifest"),
    path("", include("articles.urls")),
    path("", include("tickets.urls")),
    path("", include("notifications.urls")),
    path("account/", include("accounts.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("reports.urls")),
    path("", include("jobs.urls")),
    path("console/", admin.site.urls),
    path("api/", include("ticketing.api")),
    endpoint("docs/", api.swagger, "docs"),
    endpoint("redoc/", api.redoc, "redoc"),
    path("redoc/redoc.js", api.redoc_script, name="redoc-script"),
    # Before allauth's own of these names: nothing stays of who was sent no code, and sending a code again
    # must cost the same for a taken number.
    path("accounts/signup/", sign_up, name="account_signup"),
    path("accounts/phone/verify/", confirm_phone, name="account_verify_phone"),
    path("accounts/", include("allauth.urls")),
    path("i18n/setlang/", choose_language, name="set_language"),
]

if settings.DEMO:
    urlpatterns += [path("demo/", include("demo.urls"))]
