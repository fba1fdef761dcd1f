"""The API of every app under one address, and its description."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import include, path
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerView
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from common.api.routing import endpoint
from common.api.views import Endpoint

app_name = "api"
RESOURCES = ("tickets", "departments", "categories", "stages", "wards", "projects", "agents", "events")


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
    """Without the fonts that the package's page fetches from elsewhere."""

    template_name = "api/redoc.html"


schema = SpectacularAPIView.as_view(authentication_classes=[])
swagger = SpectacularSwaggerView.as_view(url_name="api:schema", authentication_classes=[])
redoc = RedocView.as_view(url_name="api:schema", authentication_classes=[])

urlpatterns = [
    endpoint("v1/", IndexEndpoint.as_view({"get": "show"}), "index"),
    endpoint("v1/schema/", schema, "schema"),
    path("v1/", include("accounts.api.urls")),
    path("v1/", include("departments.api.urls")),
    path("v1/", include("tickets.api.urls")),
    path("v1/", include("reports.api.urls")),
]
