"""What articles know of a person: handed out on their wish, and forgotten with their account."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from accounts.own_data import register_holder
from articles.models import ArticleAnswer


def export(person: User) -> list[dict[str, Any]]:
    answers = ArticleAnswer.objects.of_person(person).newest_first().select_related("article")
    return [
        {
            "article": answer.article.title,
            "helped": answer.helped,
            "answered_at": answer.answered_at.isoformat(),
        }
        for answer in answers
    ]


def erase(person: User) -> None:
    ArticleAnswer.objects.of_person(person).delete()


register_holder("articles", export=export, erase=erase)
