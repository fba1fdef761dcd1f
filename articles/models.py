"""Help articles, and what people said of them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Concat, Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from articles.querysets import ArticleAnswerQuerySet, ArticleQuerySet
from common.models import IdentifiedModel
from common.text import refuse_control_characters
from departments.models import Category

_VISITOR = RegexValidator(r"^([0-9a-f]{32})?$")


class Article(IdentifiedModel):
    """An answer that an organisation gives before anybody has to report anything.

    Searched with English word forms whatever the language: the forms of others are found by likeness.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="articles", verbose_name=_("organisation")
    )
    slug = models.SlugField(_("address"), max_length=80, help_text=_("The last part of the page’s address."))
    title = models.CharField(_("title"), max_length=120, validators=[refuse_control_characters])
    summary = models.CharField(
        _("in short"),
        max_length=300,
        validators=[refuse_control_characters],
        help_text=_("One or two sentences. Shown to who is about to report something that it may answer."),
    )
    body = models.TextField(
        _("text"),
        max_length=20_000,
        validators=[refuse_control_characters],
        help_text=_("Paragraphs with an empty line between them. ## begins a heading, - a line of a list."),
    )
    topic = models.CharField(_("topic"), max_length=60, validators=[refuse_control_characters])
    keywords = models.CharField(
        _("keywords"),
        max_length=500,
        blank=True,
        validators=[refuse_control_characters],
        help_text=_("Words residents use for it, separated by commas."),
    )
    categories = models.ManyToManyField(
        Category,
        related_name="articles",
        blank=True,
        verbose_name=_("kinds of problem"),
        help_text=_("Whoever reports one of these is shown the article sooner."),
    )
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    source = models.CharField(
        _("source"), max_length=300, blank=True, help_text=_("Where its facts come from.")
    )
    is_published = models.BooleanField(_("published"), default=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    search = models.GeneratedField(
        expression=SearchVector("title", "keywords", weight="A", config="english")
        + SearchVector("summary", weight="B", config="english")
        + SearchVector("body", weight="C", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    names = models.GeneratedField(
        expression=Lower(Concat("title", Value(" "), "keywords")),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("help article")
        verbose_name_plural = _("help articles")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "slug"], name="article_slug_is_unique"),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(body="") & ~Q(topic=""), name="article_says_something"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "is_published", "topic"], name="article_by_topic"),
            GinIndex(fields=["search"], name="article_search"),
            GinIndex(fields=["names"], opclasses=["gin_trgm_ops"], name="article_trigrams"),
        ]

    def __str__(self) -> str:
        return self.title


class ArticleAnswer(IdentifiedModel):
    """What one person, or one browser of somebody who is not signed in, said to "did this help?"."""

    article = models.ForeignKey(
        Article, on_delete=models.CASCADE, related_name="answers", verbose_name=_("help article")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("person"),
    )
    visitor = models.CharField(_("browser"), max_length=32, blank=True, validators=[_VISITOR])
    helped = models.BooleanField(_("helped"))
    in_a_report = models.BooleanField(
        _("in a report"), default=False, help_text=_("Shown to somebody who was reporting something.")
    )
    answered_at = models.DateTimeField(_("at"), default=timezone.now, editable=False)

    objects = ArticleAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer to an article")
        verbose_name_plural = _("answers to articles")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["article", "person"],
                condition=Q(person__isnull=False),
                name="articleanswer_is_one_per_person",
            ),
            models.UniqueConstraint(
                fields=["article", "visitor"],
                condition=~Q(visitor=""),
                name="articleanswer_is_one_per_browser",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False, visitor="")
                | Q(person__isnull=True, visitor__regex=r"^[0-9a-f]{32}$"),
                name="articleanswer_is_of_a_person_or_a_browser",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article_id}: {self.helped}"
