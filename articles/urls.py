"""Addresses of the help pages."""

from __future__ import annotations

from django.urls import path

from articles import views

app_name = "articles"
urlpatterns = [
    path("help/", views.help_page, name="help"),
    path("help/<slug:slug>/", views.article_page, name="article"),
    path("help/<slug:slug>/answer/", views.answer, name="answer"),
]
