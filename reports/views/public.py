"""How we are doing: the departments before the public."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from accountability.models import Breach
from accountability.queries import MINIMUM_SAMPLE, leaderboard
from accounts.models import Organisation
from accounts.site import require_organisation
from common.month_choice import chosen_month
from common.months import Month
from reports.figures import MonthlyReport
from reports.queries import monthly_report, public_breaches

# With fewer answers than this a share says more about chance than about work.
FEWEST_ANSWERS = 5
_A_MINUTE = 60


@dataclass(frozen=True)
class Stat:
    number: str
    word: str
    tone: str
    shape: str


@dataclass(frozen=True)
class Found:
    report: MonthlyReport
    points: dict[uuid.UUID | None, int]
    breaches: list[Breach]


@require_GET
def how_we_are_doing(request: HttpRequest) -> HttpResponse:
    organisation = require_organisation(request)
    choice = chosen_month(request, ZoneInfo(organisation.time_zone))
    found = _figures(organisation, choice.month)
    context = {
        "section": "how_we_are_doing",
        "choice": choice,
        "report": found.report,
        "stats": _stats(found.report),
        "departments": [(row, found.points.get(row.key)) for row in found.report.departments if row.key],
        "breaches": found.breaches,
        "fewest_answers": FEWEST_ANSWERS,
        "fewest_events": MINIMUM_SAMPLE,
    }
    return render(request, "reports/how_we_are_doing.html", context, status=400 if choice.refusal else 200)


def _figures(organisation: Organisation, month: Month) -> Found:
    """Anybody may ask as often as they like; the whole is counted at most once a minute."""
    key = f"how-we-are-doing:{organisation.pk}:{month}:{organisation.accountability_enabled}"
    found: Found | None = cache.get(key)
    if found is None:
        points = _points(organisation, month)
        found = Found(monthly_report(organisation, month), points, public_breaches(organisation))
        cache.set(key, found, _A_MINUTE)
    return found


def _points(organisation: Organisation, month: Month) -> dict[uuid.UUID | None, int]:
    """Department -> points, of those that there is enough to say about; none where no account is kept."""
    if not organisation.accountability_enabled:
        return {}
    return {line.key: line.points for line in leaderboard(organisation, month) if line.is_enough}


def _stats(report: MonthlyReport) -> list[Stat]:
    total = report.total
    return [
        Stat(
            _number(total.verified),
            ngettext("verified fix", "verified fixes", total.verified),
            "verified",
            "verified",
        ),
        Stat(
            _number(total.expired),
            ngettext("missed promise", "missed promises", total.expired),
            "overdue",
            "late",
        ),
        Stat(_number(total.overdue), _("overdue right now"), "overdue", "hourglass"),
        Stat(_number(total.logged), _("reported"), "open", "open"),
    ]


def _number(count: int) -> str:
    return number_format(count, use_l10n=True, force_grouping=True)
