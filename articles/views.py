"""Help for residents: articles by topic, found by words, and whether each helped."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.site import require_organisation
from articles.answering import answer_given, say_whether_it_helped
from articles.models import Article
from articles.permissions import can_write
from articles.queries import articles_by_topic, find_articles, get_article
from articles.text import as_html
from common.errors import NotFound
from common.text import clean_line, is_showable

_LONGEST_SEARCH = 120


class AnswerForm(forms.Form):
    helped = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])


@require_GET
def help_page(request: HttpRequest) -> HttpResponse:
    organisation = require_organisation(request)
    typed = clean_line(request.GET.get("q", ""))[:_LONGEST_SEARCH]
    typed = typed if is_showable(typed) else ""
    context = {
        "section": "help",
        "typed": typed,
        "found": find_articles(organisation, typed) if typed else [],
        "topics": [] if typed else articles_by_topic(organisation),
    }
    return render(request, "articles/help.html", context)


@require_GET
def article_page(request: HttpRequest, slug: str) -> HttpResponse:
    article = _article(request, slug)
    context = {
        "section": "help",
        "article": article,
        "text": as_html(article.body),
        "answered": answer_given(request, article),
        "may_write": can_write(request.user, article),
    }
    return render(request, "articles/article.html", context)


@require_POST
def answer(request: HttpRequest, slug: str) -> HttpResponse:
    """Sets the answer to what the form says, so that sending it twice changes nothing more."""
    article = _article(request, slug)
    form = AnswerForm(request.POST)
    if form.is_valid():
        say_whether_it_helped(request, article, helped=form.cleaned_data["helped"] == "yes")
        messages.success(request, _("Thank you. That helps us to write better answers."))
    return redirect("articles:article", article.slug)


def _article(request: HttpRequest, slug: str) -> Article:
    try:
        return get_article(request.user, require_organisation(request), slug)
    except NotFound as refusal:
        raise Http404(refusal.message) from refusal
