from __future__ import annotations

import factory
from factory.django import DjangoModelFactory

from accounts.tests.factories import OrganisationFactory
from articles.models import Article


class ArticleFactory(DjangoModelFactory[Article]):
    class Meta:
        model = Article

    organisation = factory.SubFactory(OrganisationFactory)
    slug = factory.Sequence(lambda n: f"article-{n}")
    title = factory.Sequence(lambda n: f"Article {n}")
    summary = "Look at the board first. Then ask a neighbour."
    body = "Pull out all plugs."
    topic = "Electricity"
    is_published = True
