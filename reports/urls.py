"""Addresses of the reports. Mounted before the console, one of whose pages is here."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from reports.views import monthly, public

app_name = "reports"
urlpatterns = [
    path("how-we-are-doing/", public.how_we_are_doing, name="how_we_are_doing"),
    path("console/reports/monthly/", admin.site.admin_view(monthly.monthly), name="monthly"),
    path("console/reports/monthly.csv", admin.site.admin_view(monthly.monthly_csv), name="monthly_csv"),
]
