"""A report that was written without a network: the page for it, and where it arrives later."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Organisation
from accounts.site import require_organisation
from common.errors import DomainError
from tickets.actions.intake import Report
from tickets.report_forms import DetailsForm, KeptDetailsForm, WhatForm, WhereForm
from tickets.views.draft import Draft, sent_reference
from tickets.views.report_details import place_of, reporter_of
from tickets.views.report_sending import hand_in
from tickets.views.report_what import groups_of
from tickets.views.report_where import locate

_TOKEN = re.compile(r"[0-9a-f]{32}")


@require_GET
def report_offline(request: HttpRequest) -> HttpResponse:
    """All of a report on one page, the same for everybody: phones keep it for when there is no network."""
    organisation = require_organisation(request)
    what, where = WhatForm(organisation=organisation), WhereForm(organisation=organisation)
    context = {
        "section": "report",
        "category_groups": groups_of(what.categories, ""),
        "where": where,
        "details": KeptDetailsForm(country=organisation.country),
    }
    return render(request, "tickets/report_offline.html", context)


@require_GET
@never_cache
def csrf_token(request: HttpRequest) -> JsonResponse:
    """A page that was kept has no token of its own."""
    return JsonResponse({"csrf": get_token(request)})


@dataclass(frozen=True)
class KeptForms:
    """The three steps at once, in one request."""

    what: WhatForm
    where: WhereForm
    details: DetailsForm

    @property
    def sentences(self) -> list[str]:
        parts: list[forms.Form] = [self.what, self.where, self.details]
        return [str(sentence) for form in parts for errors in form.errors.values() for sentence in errors]


@require_POST
def report_kept(request: HttpRequest) -> JsonResponse:
    """Where to go on: the reference, or the code. Sent again it is the same report."""
    organisation = require_organisation(request)
    token = request.POST.get("token", "")
    if not _TOKEN.fullmatch(token):
        return _refused([_("This report did not arrive whole. Send it again.")])
    already = sent_reference(request, token)
    if already is not None:
        return _done(already)
    kept = _forms(request, organisation)
    if kept.sentences:
        return _refused(kept.sentences)
    if kept.what.cleaned_data["category"] is None:
        return _refused([_("Choose the kind of problem.")])
    reporter = reporter_of(request, kept.details.cleaned_data)
    try:
        reference = hand_in(request, organisation, _report(kept), reporter, token=token)
    except DomainError as refusal:
        return _refused([refusal.message], refusal)
    return _done(reference) if reference else JsonResponse({"url": reverse("tickets:report_confirm")})


def _forms(request: HttpRequest, organisation: Organisation) -> KeptForms:
    data = request.POST.copy()
    draft = Draft(words=data.get("words", ""))
    data.setdefault("title", draft.title)
    data.setdefault("description", draft.description)
    options: dict[str, Any] = {"data": data, "files": request.FILES}
    is_known = request.user.is_authenticated
    return KeptForms(
        WhatForm(data, organisation=organisation),
        WhereForm(data, organisation=organisation),
        DetailsForm(**options) if is_known else KeptDetailsForm(country=organisation.country, **options),
    )


def _report(kept: KeptForms) -> Report:
    draft, said = Draft(), kept.details.cleaned_data
    category = kept.what.cleaned_data["category"]
    locate(draft, kept.where.cleaned_data)
    return Report(
        title=said["title"],
        description=said["description"],
        category=category,
        place=place_of(category, draft, said),
        pictures=said["photos"],
    )


def _done(reference: str) -> JsonResponse:
    return JsonResponse({"url": reverse("tickets:report_done", args=[reference]), "reference": reference})


def _refused(sentences: list[str], refusal: DomainError | None = None) -> JsonResponse:
    """Refused for good, or until later: then the phone keeps the report and tries again."""
    status = refusal.status_code if refusal is not None and refusal.wait else 400
    answer = JsonResponse({"sentences": sentences}, status=status)
    if refusal is not None and refusal.wait:
        answer["Retry-After"] = str(refusal.wait)
    return answer
