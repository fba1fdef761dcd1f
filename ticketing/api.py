"""The API of every app under one address, and its description."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import include, path
from django.urls import reverse as django_reverse
from django.views.decorators.http import require_GET
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerView
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from common.api.routing import endpoint
from common.api.views import Endpoint

app_name = "api"
_ELSEWHERE = b"https://cdn.redoc.ly/redoc/logo-mini.svg"
RESOURCES = (
    "tickets",
    "departments",
    "categories",
    "stages",
    "wards",
    "articles",
    "calendars",
    "standards",
    "projects",
    "agents",
    "events",
    "jobs",
)


class IndexSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    version = serializers.CharField()
    links = serializers.DictField(child=serializers.URLField())
    stream_url = serializers.URLField(help_text="Server-Sent Events: what happens, as it happens.")


class IndexEndpoint(Endpoint):
    public_actions = frozenset({"show"})

    @extend_schema(operation_id="index", summary="Where to begin", responses=IndexSerializer, tags=["start"])
    def show(self, request: Request) -> Response:
        """The version, the addresses of the lists, and the live stream."""
        links = {name: reverse(f"api:{name}", request=request) for name in RESOURCES}
        links |= {
            "token": reverse("api:token", request=request),
            "schema": reverse("api:schema", request=request),
            "docs": request.build_absolute_uri("/docs"),
        }
        return Response(
            {
                "name": settings.SITE_NAME,
                "version": settings.SPECTACULAR_SETTINGS["VERSION"],
                "links": links,
                "stream_url": settings.STREAM_URL,
            }
        )


class RedocView(SpectacularRedocView):
    """Without the fonts and the logo that the package fetches from elsewhere."""

    template_name = "api/redoc.html"

    @staticmethod
    def _redoc_standalone() -> str:
        return django_reverse("redoc-script")


@cache
def _redoc_bundle() -> bytes:
    """The installed package's script, its maker's logo taken from here instead of from a CDN."""
    found = finders.find("drf_spectacular_sidecar/redoc/bundles/redoc.standalone.js")
    return Path(str(found)).read_bytes().replace(_ELSEWHERE, static("img/mark.svg").encode())


@require_GET
def redoc_script(request: HttpRequest) -> HttpResponse:
    headers = {"Cache-Control": "public, max-age=86400"}
    return HttpResponse(_redoc_bundle(), content_type="text/javascript", headers=headers)


schema = SpectacularAPIView.as_view(authentication_classes=[])
swagger = SpectacularSwaggerView.as_view(url_name="api:schema", authentication_classes=[])
redoc = RedocView.as_view(url_name="api:schema", authentication_classes=[])

urlpatterns = [
    endpoint("v1/", IndexEndpoint.as_view({"get": "show"}), "index"),
    endpoint("v1/schema/", schema, "schema"),
    path("v1/", include("accounts.api.urls")),
    path("v1/", include("departments.api.urls")),
    path("v1/", include("articles.api.urls")),
    path("v1/", include("tickets.api.urls")),
    path("v1/", include("notifications.api.urls")),
    path("v1/", include("accountability.api.urls")),
    path("v1/", include("reports.api.urls")),
    path("v1/", include("jobs.api.urls")),
]
