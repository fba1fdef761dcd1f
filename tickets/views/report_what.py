"""Reporting, step one: what. Three kinds are proposed from the words, and answers that may do instead.

With JavaScript both come while somebody types; without it, after the first "next".
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.site import require_organisation
from articles.answering import say_whether_it_helped
from articles.models import Article
from articles.queries import fitting_articles, get_article
from articles.text import first_sentence
from common.errors import NotFound
from departments.matching import propose_categories
from departments.models import Category
from tickets.report_forms import WhatForm
from tickets.views.draft import Draft, forget_draft, keep_draft, read_draft, steps
from tickets.views.words import department_icon


@dataclass(frozen=True)
class CategoryChoice:
    id: uuid.UUID
    name: str
    detail: str
    icon: str
    is_chosen: bool


@dataclass(frozen=True)
class CategoryGroup:
    name: str
    icon: str
    categories: list[CategoryChoice]
    is_open: bool


@dataclass(frozen=True)
class OfferedArticle:
    slug: str
    title: str
    sentence: str
    language: str


@require_http_methods(["GET", "POST"])
def report_what(request: HttpRequest) -> HttpResponse:
    organisation = require_organisation(request)
    draft = read_draft(request)
    if request.method != "POST":
        words = request.GET.get("words", draft.words)[:500]
        form = WhatForm(organisation=organisation, initial={"words": words})
        return _render(request, form, draft, words=words, chosen=draft.category, looked=bool(draft.words))
    form = WhatForm(request.POST, organisation=organisation)
    form.is_valid()
    words = form.cleaned_data.get("words", "").strip()
    category = form.cleaned_data.get("category")
    chosen = str(category.pk) if category is not None else ""
    if _is_live(request):
        return _render_kinds(request, form, draft, words=words, chosen=chosen)
    only_looks = "look" in request.POST
    if not form.errors and category is not None and not only_looks:
        draft.words, draft.category = words, chosen
        keep_draft(request, draft)
        return redirect("tickets:report_where")
    _complain(form, words=words, was_asked="looked" in request.POST and not only_looks)
    return _render(request, form, draft, words=words, chosen=chosen, looked=bool(words))


@require_POST
def report_article(request: HttpRequest) -> HttpResponse:
    """Whether an article helped: yes ends the report, no goes on with it."""
    organisation = require_organisation(request)
    has_helped = "helped" in request.POST
    slug = request.POST.get("helped") or request.POST.get("not_helped") or ""
    try:
        article = get_article(request.user, organisation, slug)
    except NotFound as refusal:
        raise Http404(refusal.message) from refusal
    say_whether_it_helped(request, article, helped=has_helped, in_a_report=True)
    if has_helped:
        forget_draft(request)
        return render(request, "tickets/report_helped.html", {"section": "report", "article": article})
    draft = read_draft(request)
    draft.words = request.POST.get("words", "").strip()[:500]
    draft.not_helped = list(dict.fromkeys([*draft.not_helped, article.slug]))
    keep_draft(request, draft)
    return redirect("tickets:report")


def _is_live(request: HttpRequest) -> bool:
    return bool(request.htmx)  # type: ignore[attr-defined]


def _complain(form: WhatForm, *, words: str, was_asked: bool) -> None:
    """Words without a kind are only a refusal when the kinds were on the page already."""
    if form.errors:
        return
    if not words:
        form.add_error("words", _("Say in a few words what is wrong, or choose a kind below."))
    elif was_asked:
        form.add_error("category", _("Choose the kind of problem."))


def _render(
    request: HttpRequest, form: WhatForm, draft: Draft, *, words: str, chosen: str, looked: bool
) -> HttpResponse:
    context = {
        "section": "report",
        "steps": steps(0),
        **_kinds(form, draft, words=words if looked else "", chosen=chosen),
    }
    return render(request, "tickets/report_what.html", context, status=400 if form.errors else 200)


def _render_kinds(
    request: HttpRequest, form: WhatForm, draft: Draft, *, words: str, chosen: str
) -> HttpResponse:
    """What changes while somebody types; what they typed wrong is said when they send it."""
    if form.errors:
        return HttpResponse(status=204)
    return render(request, "tickets/_report_kinds.html", _kinds(form, draft, words=words, chosen=chosen))


def _kinds(form: WhatForm, draft: Draft, *, words: str, chosen: str) -> dict[str, Any]:
    """Kinds and articles for these words; without words all kinds, folded."""
    proposals = propose_categories(words, form.categories) if words else []
    proposed = {category.pk for category in proposals}
    preferred = chosen or (str(proposals[0].pk) if proposals else "")
    return {
        "form": form,
        "looked": bool(words),
        "proposals": [_choice(row, preferred, detail=row.department.name) for row in proposals],
        "articles": _articles(form, draft, words, proposals),
        "category_groups": groups_of(
            (each for each in form.categories if each.pk not in proposed), preferred
        ),
        "show_all": bool(words) and not proposals,
    }


def _articles(form: WhatForm, draft: Draft, words: str, proposals: list[Category]) -> list[OfferedArticle]:
    if not words:
        return []
    kind = proposals[0] if proposals else None
    found = fitting_articles(form.organisation, words, kind=kind, without=draft.not_helped)
    return [_offer(article) for article in found]


def _offer(article: Article) -> OfferedArticle:
    return OfferedArticle(article.slug, article.title, first_sentence(article.summary), article.language)


def _choice(category: Category, chosen: str, *, detail: str) -> CategoryChoice:
    icon = department_icon(category.department)
    return CategoryChoice(category.pk, category.name, detail, icon, str(category.pk) == chosen)


def groups_of(categories: Iterable[Category], chosen: str) -> list[CategoryGroup]:
    groups = []
    for department, members in groupby(categories, key=lambda category: category.department):
        choices = [_choice(category, chosen, detail=category.description) for category in members]
        is_open = any(choice.is_chosen for choice in choices)
        groups.append(CategoryGroup(department.name, department_icon(department), choices, is_open))
    return groups
