from __future__ import annotations

from common.api.routing import endpoint
from notifications.api.views import PreferencesEndpoint

urlpatterns = [
    endpoint("preferences/", PreferencesEndpoint.as_view({"get": "show", "patch": "change"}), "preferences"),
]
