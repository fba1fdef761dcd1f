"""What is behind the bell, and how many of it nobody has looked at."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.site import signed_in_user
from notifications.actions.notices import read_all, read_one
from notifications.models import Notice
from notifications.queries import newest_notices, notice_of, unread_count
from notifications.rendering import page_for


@dataclass(frozen=True)
class Row:
    """One line: what happened, of which ticket, when, and whether it is news yet."""

    key: uuid.UUID
    headline: str
    title: str
    reference: str
    at: datetime
    is_unread: bool


@require_GET
@login_required
def notices(request: HttpRequest) -> HttpResponse:
    rows = [_row(notice) for notice in newest_notices(signed_in_user(request))]
    return render(
        request,
        "notifications/notices.html",
        {"rows": rows, "has_unread": any(row.is_unread for row in rows)},
    )


def _row(notice: Notice) -> Row:
    event = notice.event
    return Row(
        key=notice.pk,
        headline=capfirst(event.get_kind_display()),
        title=event.ticket.title,
        reference=event.ticket.reference,
        at=event.occurred_at,
        is_unread=notice.read_at is None,
    )


@require_GET
@never_cache
def count(request: HttpRequest) -> HttpResponse:
    """For the page's script, which is not to be sent to a page where one signs in."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    return JsonResponse({"unread": unread_count(request.user)})


@require_POST
@login_required
def open_notice(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """To the page that it is about; from then on it is no news."""
    notice = notice_of(signed_in_user(request), key)
    if notice is None:
        raise Http404
    read_one(notice)
    return redirect(page_for(notice.event, notice.audience, notice.person))


@require_POST
@login_required
def read_everything(request: HttpRequest) -> HttpResponse:
    read_all(signed_in_user(request))
    return redirect("notifications:notices")
