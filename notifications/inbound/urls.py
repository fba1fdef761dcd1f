"""Addresses for providers. Each checks by itself who asks; docs/replies.md says what to enter where."""

from __future__ import annotations

from anymail.urls import urlpatterns as anymail_patterns
from django.conf import settings
from django.urls import path

from notifications.inbound import views

app_name = "inbound"
urlpatterns = [
    path("twilio/message/", views.twilio_message, name="twilio_message"),
    path("twilio/status/", views.twilio_status, name="twilio_status"),
]
# Only those of the providers that are used: what is not there cannot be asked.
for pattern in anymail_patterns:
    route = str(pattern.pattern)
    if route.partition("/")[0] in settings.MAIL_WEBHOOKS:
        urlpatterns.append(path(f"mail/{route}", views.takes_mails(pattern.callback), name=pattern.name))
