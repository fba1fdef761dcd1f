from __future__ import annotations

from common.api.routing import endpoint
from jobs.api.views import JobsEndpoint

urlpatterns = [
    endpoint("jobs/", JobsEndpoint.as_view({"get": "list"}), "jobs"),
    endpoint("jobs/<str:task>/run/", JobsEndpoint.as_view({"post": "run"}), "job-run"),
]
