"""Addresses of the jobs. Mounted before the console, whose pages these are."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from jobs import views

app_name = "jobs"
urlpatterns = [
    path("console/jobs/", admin.site.admin_view(views.jobs), name="jobs"),
    path("console/jobs/<str:task>/run/", admin.site.admin_view(views.run), name="run"),
]
