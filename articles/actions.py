"""What people say of an article, and what an organisation writes into one."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from articles.models import Article, ArticleAnswer


def answer_article(
    article: Article, *, helped: bool, acting_user: Any, visitor: str, in_a_report: bool = False
) -> ArticleAnswer:
    """Whether it helped. Whoever answers again has changed their mind and counts once.

    `visitor` is 32 hexadecimal digits that stand for the browser of who is not signed in.
    """
    is_known = acting_user.is_authenticated
    who = {"person": acting_user} if is_known else {"visitor": visitor}
    said = {"helped": helped, "in_a_report": in_a_report, "answered_at": timezone.now()}
    answer, _is_new = ArticleAnswer.objects.update_or_create(article=article, **who, defaults=said)
    return answer
