"""Addresses of one's own account; signing in and up are allauth's."""

from __future__ import annotations

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.account, name="account"),
    path("sign-out-everywhere/", views.sign_out, name="sign_out_everywhere"),
    path("phone/remove/", views.drop_phone, name="remove_phone"),
    path("my-data.json", views.download, name="download"),
    path("delete/", views.delete, name="delete"),
    path("join/<str:token>/", views.join_organisation, name="join"),
]
