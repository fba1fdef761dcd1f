"""Which articles there are, which are found by words, and which fit a report."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from itertools import groupby
from typing import Any

from django.utils import translation

from accounts.models import Organisation
from articles.models import Article
from articles.permissions import can_read
from articles.querysets import ArticleQuerySet
from common.errors import NotFound
from common.text import is_showable
from departments.matching import words_of
from departments.models import Category

# Two words of the title or the keywords, or one and the kind of problem: fewer say too little.
FITS = 1.5
# A sentence is told by its first words; each costs the database a comparison.
_MOST_WORDS = 12


def articles_of(organisation_id: uuid.UUID) -> ArticleQuerySet:
    """What everybody may read."""
    return Article.objects.of_organisation(organisation_id).published().with_categories()


def readable_articles(organisation: Organisation) -> ArticleQuerySet:
    """In the language that is being read, and in the organisation's own."""
    articles = Article.objects.of_organisation(organisation.pk).published()
    return articles.in_languages({translation.get_language(), organisation.language})


def articles_by_topic(organisation: Organisation) -> list[tuple[str, list[Article]]]:
    """Topics in alphabetical order, each with its articles."""
    articles = readable_articles(organisation).by_topic()
    return [(topic, list(rows)) for topic, rows in groupby(articles, key=lambda article: article.topic)]


def find_articles(organisation: Organisation, typed: str, *, limit: int = 20) -> list[Article]:
    """Articles with these words, mistyped ones too, best first."""
    return list(readable_articles(organisation).matching(_words(typed))[:limit])


def fitting_articles(
    organisation: Organisation,
    typed: str,
    *,
    kind: Category | None = None,
    without: Collection[str] = (),
    limit: int = 2,
) -> list[Article]:
    """Articles that may make a report with these words unnecessary; none where nothing fits well."""
    articles = readable_articles(organisation).without(without)
    about = kind.pk if kind else None
    return list(articles.matching(_words(typed), about=about, least=FITS)[:limit])


def get_article(user: Any, organisation: Organisation, slug: str) -> Article:
    """Raises NotFound for what is not there, and for what is not published and not theirs to write."""
    named = Article.objects.of_organisation(organisation.pk).with_slug(slug)
    article = named.first() if is_showable(slug) else None
    if article is None or not can_read(user, article):
        raise NotFound
    return article


def _words(typed: str) -> list[str]:
    return list(dict.fromkeys(words_of(typed)))[:_MOST_WORDS]
