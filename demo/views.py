"""The demo's mailbox: every mail and SMS that would have left the house."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    return render(request, "demo/messages.html")
