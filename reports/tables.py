"""The monthly report as a table, for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from reports.figures import Figures, MonthlyReport


def report_lines(report: MonthlyReport) -> Iterator[list[Any]]:
    """The names of the columns, a line for each department, and one for the whole."""
    yield [_("month"), _("department"), *_headings()]
    for name, figures in _rows(report):
        yield [str(report.month), name, *_cells(figures)]


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
        _("codes read out"),
        _("ratings"),
        _("average rating"),
    ]


def _rows(report: MonthlyReport) -> Iterator[tuple[str, Figures]]:
    for row in report.departments:
        yield row.name or _("no department"), row.figures
    yield _("all"), report.total


def _cells(figures: Figures) -> list[int | float | str]:
    share, median, rating = figures.verified_percent, figures.median_hours, figures.rating_average
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
        figures.witnessed,
        figures.ratings,
        "" if rating is None else rating,
    ]
