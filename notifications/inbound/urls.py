"""Addresses for providers. Each checks by itself who asks; docs/operations.md says what to enter where."""

from __future__ import annotations

from django.urls import path

from notifications.inbound import views

app_name = "inbound"
urlpatterns = [
    path("twilio/message/", views.twilio_message, name="twilio_message"),
    path("twilio/status/", views.twilio_status, name="twilio_status"),
]
