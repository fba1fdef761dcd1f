"""Reports, computed by the database in a constant number of queries.

What a month counts, in the organisation's own time zone: tickets logged in it, tickets closed in it
by their outcome, promises that ran out in it, disputes and reopenings in it, the median time of what
was resolved in it; how good people said in it that fixes are; and what is overdue now. Withdrawn
tickets count nowhere.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from accountability.models import Breach
from accountability.queries import breach_counts
from accounts.models import Organisation
from common.months import Month
from departments.models import Department
from reports.figures import CategoryFigures, DepartmentFigures, Figures, MonthlyReport
from reports.permissions import can_read_reports
from tickets.enums import EventKind, Outcome, Promise, Proof, Status
from tickets.models import Ticket, TicketEvent, Verification
from tickets.querysets import TicketQuerySet

MOST_CATEGORIES = 10
MOST_BREACHES = 10
_HOUR = 3600


class Median(Aggregate):
    """The middle value; between the two middle ones where there is no single one."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True)
class _Span:
    organisation: Organisation
    start: datetime
    end: datetime
    now: datetime

    @property
    def tickets(self) -> TicketQuerySet:
        return Ticket.objects.of_organisation(self.organisation.pk).not_withdrawn().order_by()

    def within(self, column: str) -> Q:
        return Q(**{f"{column}__gte": self.start, f"{column}__lt": self.end})


# Department, or None for no department -> values by the names of Figures.
_Counts = dict[uuid.UUID | None, dict[str, Any]]


def monthly_report(organisation: Organisation, month: Month) -> MonthlyReport:
    """Everything about one month of an organisation. Ten queries, however much there is."""
    now = timezone.now()
    start, end = month.bounds(ZoneInfo(organisation.time_zone))
    span = _Span(organisation, start, end, now)
    counts: _Counts = {}
    for part in (
        _logged(span),
        _closed(span),
        _resolved(span),
        _overdue(span),
        _expired(span),
        _reopened(span),
        _proofs(span),
    ):
        for department_id, values in part.items():
            counts.setdefault(department_id, {}).update(values)
    departments = _by_department(organisation, counts)
    return MonthlyReport(
        organisation=organisation.name,
        month=month,
        made_at=now,
        total=_total([row.figures for row in departments], _median_of_all(span)),
        departments=departments,
        categories=_categories(span),
    )


def _by_department(organisation: Organisation, counts: _Counts) -> list[DepartmentFigures]:
    """Every active department, with or without work, and others that had some; by name."""
    names = Department.objects.of_organisation(organisation.pk).by_name()
    known = names.filter(Q(is_active=True) | Q(pk__in=[key for key in counts if key]))
    rows = [
        DepartmentFigures(key, name, Figures(**counts.get(key, {})))
        for key, name in known.values_list("pk", "name")
    ]
    if None in counts:
        rows.append(DepartmentFigures(None, "", Figures(**counts[None])))
    return rows


def _total(parts: list[Figures], median_hours: float | None) -> Figures:
    added = ("logged", "closed", "verified", "unverified", "overdue", "expired", "without_remedy")
    more = ("reopened", "supports", "witnessed", "ratings", "rating_sum")
    sums = {name: sum(getattr(part, name) for part in parts) for name in (*added, *more)}
    return Figures(**sums, median_hours=median_hours)


def _logged(span: _Span) -> _Counts:
    rows = span.tickets.filter(span.within("created_at")).values_list("department_id")
    counted = rows.annotate(logged=Count("pk"), supported=Sum("support_count"))
    return {key: {"logged": logged, "supports": supports} for key, logged, supports in counted}


def _closed(span: _Span) -> _Counts:
    rows = span.tickets.filter(span.within("closed_at")).values_list("department_id")
    counted = rows.annotate(
        closed=Count("pk"),
        verified=Count("pk", filter=Q(outcome=Outcome.VERIFIED)),
        unverified=Count("pk", filter=Q(outcome=Outcome.UNVERIFIED)),
    )
    return {
        key: {"closed": closed, "verified": verified, "unverified": unverified}
        for key, closed, verified, unverified in counted
    }


def _took() -> ExpressionWrapper[Any]:
    return ExpressionWrapper(F("resolved_at") - F("created_at"), output_field=DurationField())


def _resolved(span: _Span) -> _Counts:
    rows = span.tickets.filter(span.within("resolved_at")).values_list("department_id")
    return {key: {"median_hours": _hours(middle)} for key, middle in rows.annotate(middle=Median(_took()))}


def _median_of_all(span: _Span) -> float | None:
    resolved = span.tickets.filter(span.within("resolved_at"))
    return _hours(resolved.aggregate(middle=Median(_took()))["middle"])


def _hours(took: Any) -> float | None:
    return None if took is None else round(took.total_seconds() / _HOUR, 1)


def _overdue(span: _Span) -> _Counts:
    rows = span.tickets.overdue(span.now).values_list("department_id")
    return {key: {"overdue": count} for key, count in rows.annotate(count=Count("pk"))}


def _expired(span: _Span) -> _Counts:
    """By who is accountable, where the organisation keeps account; else by who has the ticket now."""
    if span.organisation.accountability_enabled:
        missed = breach_counts(span.organisation.pk, span.start, span.end)
        return {
            key: {"expired": count, "without_remedy": unanswered}
            for key, (count, unanswered) in missed.items()
        }
    rows = span.tickets.filter(span.within("expired_at")).values_list("department_id")
    return {key: {"expired": count} for key, count in rows.annotate(count=Count("pk"))}


def _reopened(span: _Span) -> _Counts:
    events = TicketEvent.objects.filter(span.within("occurred_at"), organisation_id=span.organisation.pk)
    rows = events.of_kind(EventKind.DISPUTED, EventKind.REOPENED).values_list("department_id")
    return {key: {"reopened": count} for key, count in rows.annotate(count=Count("pk"))}


def _proofs(span: _Span) -> _Counts:
    """What people said of fixes in the month, and which of their answers were read out at the door."""
    given = Verification.objects.confirmed().filter(ticket__in=span.tickets)
    told = given.filter(span.within("answered_at") | span.within("rated_at"))
    counted = told.values_list("ticket__department_id").annotate(
        witnessed=Count("pk", filter=span.within("answered_at") & Q(proof=Proof.READ_OUT)),
        ratings=Count("rating", filter=span.within("rated_at")),
        rating_sum=Coalesce(Sum("rating", filter=span.within("rated_at")), 0),
    )
    return {
        key: {"witnessed": witnessed, "ratings": ratings, "rating_sum": rating_sum}
        for key, witnessed, ratings, rating_sum in counted
    }


def _categories(span: _Span) -> list[CategoryFigures]:
    """What was logged most, with what has become of it since."""
    logged = span.tickets.filter(span.within("created_at"), category__isnull=False)
    rows = logged.values_list("category__name", "category__department__name", "category_id").annotate(
        logged=Count("pk"),
        closed=Count("pk", filter=Q(status=Status.CLOSED)),
        verified=Count("pk", filter=Q(outcome=Outcome.VERIFIED)),
        supported=Sum("support_count"),
    )
    most = rows.order_by("-logged", "category__name", "category_id")[:MOST_CATEGORIES]
    return [
        CategoryFigures(name, department, logged, closed, verified, supports)
        for name, department, _key, logged, closed, verified, supports in most
    ]


def public_breaches(organisation: Organisation) -> list[Breach]:
    """The latest missed promises of tickets that anybody may see, with the accountable department."""
    expired = Breach.objects.of_organisation(organisation.pk).of_promise(Promise.RESOLVE)
    shown = expired.filter(ticket__in=Ticket.objects.public())
    return list(shown.for_list().newest_first()[:MOST_BREACHES])


def readable_organisations(user: Any) -> list[Organisation]:
    """The organisations whose reports the person may read, municipalities first."""
    staffed = Organisation.objects.active().staffed_by(user).municipalities_first()
    return [organisation for organisation in staffed if can_read_reports(user, organisation.pk)]
