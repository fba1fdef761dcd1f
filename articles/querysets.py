from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from functools import reduce
from operator import add, or_
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.search import SearchQuery, TrigramWordSimilarity
from django.db import models
from django.db.models import Case, Count, Exists, F, FloatField, OuterRef, Q, Value, When
from django.db.models.functions import Greatest

from accounts.enums import Capability
from accounts.permissions import is_operator, organisations_where
from departments.querysets import OrganisationScopedQuerySet

if TYPE_CHECKING:
    from accounts.models import User
    from articles.models import Article, ArticleAnswer

# What a word weighs that stands only in the text; in title or keywords it weighs how alike it is, up to 1.
IN_TEXT = 0.4
# What it adds that the words of a report point at a kind of problem that the article is about.
SAME_KIND = 0.8


class ArticleQuerySet(OrganisationScopedQuerySet["Article"]):
    def published(self) -> ArticleQuerySet:
        return self.filter(is_published=True)

    def with_slug(self, slug: str) -> ArticleQuerySet:
        return self.filter(slug=slug)

    def without(self, slugs: Collection[str]) -> ArticleQuerySet:
        return self.exclude(slug__in=slugs)

    def in_languages(self, codes: Collection[str]) -> ArticleQuerySet:
        return self.filter(language__in=codes)

    def by_topic(self) -> ArticleQuerySet:
        return self.order_by("topic", "title", "pk")

    def with_categories(self) -> ArticleQuerySet:
        return self.prefetch_related("categories")

    def written_by(self, user: Any) -> ArticleQuerySet:
        """Articles that the person may change."""
        if is_operator(user):
            return self.all()
        return self.filter(organisation_id__in=organisations_where(user, Capability.MANAGE_DEPARTMENT))

    def with_counts(self) -> ArticleQuerySet:
        """With `helped` and `not_helped`: how many people answered so."""
        return self.annotate(
            helped=Count("answers", filter=Q(answers__helped=True)),
            not_helped=Count("answers", filter=Q(answers__helped=False)),
        )

    def matching(
        self, words: Iterable[str], *, about: uuid.UUID | None = None, least: float = 0.0
    ) -> ArticleQuerySet:
        """Articles with any of these words, mistyped ones too, best first.

        `about` is the kind of problem that the words point at, `least` the score that is good enough.
        """
        wanted = list(words)
        if not wanted:
            return self.none()
        found = self.filter(reduce(or_, (_has(word) for word in wanted)))
        score = reduce(add, (_weight(word) for word in wanted), _kind_weight(self.model, about))
        return found.alias(score=score).filter(score__gte=least).order_by("-score", "title", "pk")


def _has(word: str) -> Q:
    return Q(search=SearchQuery(word, config="english")) | Q(names__trigram_word_similar=word)


def _weight(word: str) -> Any:
    nothing, number = Value(0.0), FloatField()
    alike = When(names__trigram_word_similar=word, then=TrigramWordSimilarity(word, "names"))
    said = When(search=SearchQuery(word, config="english"), then=Value(IN_TEXT))
    return Greatest(
        Case(alike, default=nothing, output_field=number), Case(said, default=nothing, output_field=number)
    )


def _kind_weight(model: type[Article], about: uuid.UUID | None) -> Any:
    """Asked row by row: a join would show an article once for each kind that it is about."""
    if about is None:
        return Value(0.0, output_field=FloatField())
    kinds: Any = model.categories.through
    is_about = Exists(kinds.objects.filter(article_id=OuterRef("pk"), category_id=about))
    return Case(When(is_about, then=Value(SAME_KIND)), default=Value(0.0), output_field=FloatField())


class ArticleAnswerQuerySet(models.QuerySet["ArticleAnswer"]):
    def of_person(self, person: User) -> ArticleAnswerQuerySet:
        return self.filter(person=person)

    def newest_first(self) -> ArticleAnswerQuerySet:
        return self.order_by(F("answered_at").desc(), "pk")
