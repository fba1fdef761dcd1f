"""Help articles, for reading."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.models import Organisation
from articles.models import Article
from articles.queries import articles_of
from common.api.filters import ListFilter
from common.pagination import Key
from departments.api.views import ConfigurationEndpoint, described


class ArticleSerializer(serializers.ModelSerializer[Article]):
    body = serializers.CharField(help_text="Markdown.")
    categories: serializers.RelatedField[Any, Any, Any] = serializers.SlugRelatedField(
        "code", many=True, read_only=True, help_text="Codes of the kinds of problem that it is about."
    )

    class Meta:
        model = Article
        fields = [
            "id",
            "slug",
            "title",
            "summary",
            "body",
            "topic",
            "keywords",
            "categories",
            "language",
            "source",
            "updated_at",
        ]


class ArticleFilters(django_filters.FilterSet):
    slug = ListFilter("slug")
    topic = ListFilter("topic")
    language = ListFilter("language")
    category = django_filters.CharFilter(
        "categories__code", lookup_expr="iexact", max_length=40, label=_("Code of a kind of problem.")
    )

    class Meta:
        model = Article
        fields: list[str] = []


@described("article", "articles", ArticleSerializer)
class ArticleEndpoint(ConfigurationEndpoint):
    """Published answers to what residents ask."""

    queryset = QuerySet(Article)
    serializer_class = ArticleSerializer
    filterset_class = ArticleFilters
    orderings = {"title": Key("title"), "updated_at": Key("updated_at")}
    default_ordering = "title"

    def rows_of(self, organisation: Organisation) -> QuerySet[Any]:
        return articles_of(organisation.pk)
