"""The articles that a city's folder brings along."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from accounts.models import Organisation
from articles.models import Article
from departments.cities.parts import register_part
from departments.models import Category

FILE = "articles.toml"


@dataclass(frozen=True, slots=True)
class ArticleRow:
    slug: str
    title: str
    topic: str
    summary: str
    body: str
    source: str
    keywords: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    language: str = "en"


def read_articles(folder: Path) -> list[ArticleRow]:
    """The folder's articles; none where it has no such file."""
    path = folder / FILE
    if not path.exists():
        return []
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    return [
        ArticleRow(
            **{
                **row,
                "keywords": tuple(row.get("keywords", ())),
                "categories": tuple(row.get("categories", ())),
            }
        )
        for row in document["articles"]
    ]


def load_articles(organisation: Organisation, folder: Path) -> str:
    """Those that are not there yet: what the organisation made of the others is its own."""
    rows = read_articles(folder)
    there = set(Article.objects.of_organisation(organisation.pk).values_list("slug", flat=True))
    kinds = {row.code: row for row in Category.objects.of_organisation(organisation.pk)}
    for row in rows:
        if row.slug not in there:
            article = Article.objects.create(
                organisation=organisation,
                slug=row.slug,
                title=row.title,
                topic=row.topic,
                summary=row.summary,
                body=row.body.strip(),
                source=row.source,
                keywords=", ".join(row.keywords),
                language=row.language,
                is_published=True,
            )
            article.categories.set([kinds[code] for code in row.categories])
    return f"{len(rows)} help articles"


register_part(load_articles)
