"""The monthly report as a table, for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from django.utils.translation import gettext as _

from reports.figures import Figures, MonthlyReport

# A cell that begins like this is a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def report_as_csv(report: MonthlyReport) -> str:
    """One line for each department and one for the whole, with the marks that spreadsheets expect."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([_("month"), _("department"), *_headings()])
    for name, figures in _rows(report):
        writer.writerow([str(report.month), _harmless(name), *_cells(figures)])
    # With the byte order mark, or some spreadsheets take UTF-8 for something else.
    return "\ufeff" + buffer.getvalue()


def _headings() -> list[str]:
    return [
        _("logged"),
        _("closed"),
        _("verified"),
        _("unverified"),
        _("verified share, percent"),
        _("overdue now"),
        _("expired"),
        _("median hours to resolve"),
        _("reopened"),
        _("supporters"),
    ]


def _rows(report: MonthlyReport) -> Iterator[tuple[str, Figures]]:
    for row in report.departments:
        yield row.name or _("no department"), row.figures
    yield _("all"), report.total


def _cells(figures: Figures) -> list[int | float | str]:
    share, median = figures.verified_percent, figures.median_hours
    return [
        figures.logged,
        figures.closed,
        figures.verified,
        figures.unverified,
        "" if share is None else share,
        figures.overdue,
        figures.expired,
        "" if median is None else median,
        figures.reopened,
        figures.supports,
    ]


def _harmless(name: str) -> str:
    return f"'{name}" if name.startswith(_FORMULA) else name
