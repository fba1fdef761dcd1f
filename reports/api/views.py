from __future__ import annotations

from zoneinfo import ZoneInfo

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.queries import choose_organisation
from common.api.serializers import read_query
from common.api.views import Endpoint
from common.errors import NotAllowed
from common.months import Month
from reports.api.serializers import MonthlyReportSerializer, MonthQuerySerializer
from reports.permissions import can_read_reports
from reports.queries import monthly_report


class ReportEndpoint(Endpoint):
    @extend_schema(
        operation_id="reports_monthly",
        summary="The monthly report",
        parameters=[MonthQuerySerializer],
        responses=MonthlyReportSerializer,
        tags=["reports"],
    )
    def monthly(self, request: Request) -> Response:
        """What an organisation logged, closed, proved and missed in a month, by department and category."""
        asked = read_query(MonthQuerySerializer, request)
        organisation = choose_organisation(
            request.user, slug=asked.get("organisation"), host=request.get_host()
        )
        if not can_read_reports(request.user, organisation.pk):
            raise NotAllowed
        zone = ZoneInfo(organisation.time_zone)
        month = Month.parse(asked["month"]) if "month" in asked else Month.of(timezone.now(), zone)
        return Response(MonthlyReportSerializer(monthly_report(organisation, month)).data)
