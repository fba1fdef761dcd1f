"""Addresses that stand in messages."""

from __future__ import annotations

from django.urls import include, path

from notifications import preference_views, views

app_name = "notifications"
urlpatterns = [
    path("account/messages/", preference_views.preferences, name="preferences"),
    path("unfollow/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("webhooks/", include("notifications.inbound.urls")),
]
