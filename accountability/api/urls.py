from __future__ import annotations

from accountability.api.views import AppealsEndpoint, BreachesEndpoint, LeaderboardEndpoint, PointsEndpoint
from common.api.routing import endpoint

urlpatterns = [
    endpoint("breaches/", BreachesEndpoint.as_view({"get": "list"}), "breaches"),
    endpoint("breaches/<uuid:key>/", BreachesEndpoint.as_view({"get": "retrieve"}), "breach"),
    endpoint("breaches/<uuid:key>/remedy/", BreachesEndpoint.as_view({"post": "remedy"}), "breach-remedy"),
    endpoint("points/", PointsEndpoint.as_view({"get": "list"}), "points"),
    endpoint("leaderboards/", LeaderboardEndpoint.as_view({"get": "show"}), "leaderboards"),
    endpoint("appeals/", AppealsEndpoint.as_view({"get": "list", "post": "create"}), "appeals"),
    endpoint("appeals/<uuid:key>/decide/", AppealsEndpoint.as_view({"post": "decide"}), "appeal-decide"),
]
