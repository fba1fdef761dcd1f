"""The answer of whoever sent a request, signed in or not: one for each person, else for each browser."""

from __future__ import annotations

import uuid

from django.http import HttpRequest

from articles.actions import answer_article
from articles.models import Article

_VISITOR, _ANSWERED = "article_visitor", "articles_answered"


def say_whether_it_helped(
    request: HttpRequest, article: Article, *, helped: bool, in_a_report: bool = False
) -> None:
    """Record the answer, and remember in the session what it was."""
    visitor = request.session.setdefault(_VISITOR, uuid.uuid4().hex)
    answer_article(article, helped=helped, acting_user=request.user, visitor=visitor, in_a_report=in_a_report)
    answered = request.session.get(_ANSWERED) or {}
    request.session[_ANSWERED] = {**answered, str(article.pk): "yes" if helped else "no"}


def answer_given(request: HttpRequest, article: Article) -> str:
    """`yes` or `no`, if this browser has answered; else nothing."""
    answered: dict[str, str] = request.session.get(_ANSWERED) or {}
    return answered.get(str(article.pk), "")
