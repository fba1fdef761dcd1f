"""Reporting, step one: what. Three kinds are proposed from the words; any other can be chosen."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.site import require_organisation
from departments.matching import propose_categories
from departments.models import Category
from tickets.forms import WhatForm
from tickets.views.draft import keep_draft, read_draft, steps
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


@require_http_methods(["GET", "POST"])
def report_what(request: HttpRequest) -> HttpResponse:
    organisation = require_organisation(request)
    draft = read_draft(request)
    if request.method != "POST":
        words = request.GET.get("words", draft.words)[:500]
        form = WhatForm(organisation=organisation, initial={"words": words})
        return _render(request, form, words=words, chosen=draft.category, looked=bool(draft.category))
    form = WhatForm(request.POST, organisation=organisation)
    form.is_valid()
    words = form.cleaned_data.get("words", "").strip()
    category = form.cleaned_data.get("category")
    only_looks = "look" in request.POST
    if not form.errors and category is not None and not only_looks:
        draft.words, draft.category = words, str(category.pk)
        keep_draft(request, draft)
        return redirect("tickets:report_where")
    _complain(form, words=words, was_asked="looked" in request.POST and not only_looks)
    chosen = str(category.pk) if category is not None else ""
    return _render(request, form, words=words, chosen=chosen, looked=bool(words))


def _complain(form: WhatForm, *, words: str, was_asked: bool) -> None:
    """Words without a kind are only a refusal when the kinds were on the page already."""
    if form.errors:
        return
    if not words:
        form.add_error("words", _("Say in a few words what is wrong, or choose a kind below."))
    elif was_asked:
        form.add_error("category", _("Choose the kind of problem."))


def _render(request: HttpRequest, form: WhatForm, *, words: str, chosen: str, looked: bool) -> HttpResponse:
    proposals = propose_categories(words, form.categories) if looked and words else []
    proposed = {category.pk for category in proposals}
    preferred = chosen or (str(proposals[0].pk) if proposals else "")
    context = {
        "section": "report",
        "steps": steps(0),
        "form": form,
        "looked": looked,
        "proposals": [
            _choice(category, preferred, detail=category.department.name) for category in proposals
        ],
        "category_groups": _groups((each for each in form.categories if each.pk not in proposed), preferred),
        "show_all": looked and not proposals,
    }
    return render(request, "tickets/report_what.html", context, status=400 if form.errors else 200)


def _choice(category: Category, chosen: str, *, detail: str) -> CategoryChoice:
    icon = department_icon(category.department)
    return CategoryChoice(category.pk, category.name, detail, icon, str(category.pk) == chosen)


def _groups(categories: Iterable[Category], chosen: str) -> list[CategoryGroup]:
    groups = []
    for department, members in groupby(categories, key=lambda category: category.department):
        choices = [_choice(category, chosen, detail=category.description) for category in members]
        is_open = any(choice.is_chosen for choice in choices)
        groups.append(CategoryGroup(department.name, department_icon(department), choices, is_open))
    return groups
