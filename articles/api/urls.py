from __future__ import annotations

from articles.api.views import ArticleEndpoint
from common.api.routing import endpoint

urlpatterns = [
    endpoint("articles/", ArticleEndpoint.as_view({"get": "list"}), "articles"),
    endpoint("articles/<uuid:key>/", ArticleEndpoint.as_view({"get": "retrieve"}), "article"),
]
