from __future__ import annotations

from common.api.routing import endpoint
from reports.api.views import ReportEndpoint

urlpatterns = [endpoint("reports/monthly/", ReportEndpoint.as_view({"get": "monthly"}), "report-monthly")]
