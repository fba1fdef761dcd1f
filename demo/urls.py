from __future__ import annotations

from django.urls import path

from demo import views

app_name = "demo"
urlpatterns = [
    path("messages/", views.messages, name="messages"),
    path("messages/reply/", views.reply, name="reply"),
]
