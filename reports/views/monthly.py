"""The monthly report in the console, and the same as a file for spreadsheets."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.enums import Capability
from accounts.models import Organisation
from accounts.permissions import has_capability_anywhere
from common.month_choice import MonthChoice, chosen_month
from common.spreadsheets import csv_answer
from reports.queries import monthly_report, readable_organisations
from reports.tables import report_lines


@require_GET
def monthly(request: HttpRequest) -> HttpResponse:
    organisation = _organisation(request)
    choice = _month(request, organisation)
    context = {
        **admin.site.each_context(request),
        "title": _("Monthly report"),
        "organisation_of_report": organisation,
        "choice": choice,
        "report": monthly_report(organisation, choice.month),
        "others": readable_organisations(request.user),
    }
    return TemplateResponse(request, "reports/monthly.html", context, status=400 if choice.refusal else 200)


@require_GET
def monthly_csv(request: HttpRequest) -> HttpResponse:
    organisation = _organisation(request)
    choice = _month(request, organisation)
    if choice.refusal:
        return HttpResponse(choice.refusal, status=400, content_type="text/plain; charset=utf-8")
    report = monthly_report(organisation, choice.month)
    name = f"{organisation.slug}-{choice.month}.csv"
    return csv_answer(report_lines(report), name)


def _month(request: HttpRequest, organisation: Organisation) -> MonthChoice:
    return chosen_month(request, ZoneInfo(organisation.time_zone))


def _organisation(request: HttpRequest) -> Organisation:
    """The organisation that the address names, else the first whose reports the person may read."""
    if not has_capability_anywhere(request.user, Capability.VIEW_REPORTS):
        raise PermissionDenied(_("Reports are for department and organisation admins."))
    readable = readable_organisations(request.user)
    wanted = request.GET.get("organisation")
    for organisation in readable:
        if wanted in {None, "", organisation.slug}:
            return organisation
    raise Http404
