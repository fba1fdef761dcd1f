"""Addresses that stand in messages."""

from __future__ import annotations

from django.urls import include, path

from notifications.views import notices, preferences, unsubscribing

app_name = "notifications"
urlpatterns = [
    path("account/messages/", preferences.preferences, name="preferences"),
    path("news/", notices.notices, name="notices"),
    path("news/count.json", notices.count, name="count"),
    path("news/read/", notices.read_everything, name="read_everything"),
    path("news/<uuid:key>/", notices.open_notice, name="open_notice"),
    path("unfollow/<str:token>/", unsubscribing.unsubscribe, name="unsubscribe"),
    path("unfollow-areas/<str:token>/", unsubscribing.stop_areas, name="stop_areas"),
    path("webhooks/", include("notifications.inbound.urls")),
]
