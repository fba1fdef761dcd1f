"""What somebody has reported, supports and follows: the newest news first, unread marked; and areas."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.site import require_organisation
from tickets.queries import tickets_in
from tickets.views.areas import area_rows
from tickets.views.cards import own_card_for
from tickets.views.pages import news_page


@require_GET
@login_required
def my_tickets(request: HttpRequest) -> HttpResponse:
    organisation = require_organisation(request)
    visible = tickets_in(organisation.pk, request.user).not_withdrawn()
    tabs = {
        "mine": visible.reported_by,
        "supported": visible.supported_by,
        "followed": visible.followed_by,
    }
    wanted = request.GET.get("show", "")
    if wanted == "areas":
        areas = list(area_rows(request.user, organisation))
        context: dict[str, Any] = {"section": "my_tickets", "tab": wanted, "areas": areas}
        return render(request, "tickets/my_areas.html", context)
    tab = wanted if wanted in tabs else "mine"
    tickets = tabs[tab](request.user)
    page = news_page(tickets.for_list().with_news_for(request.user), request.GET)
    now = timezone.now()
    context = {
        "section": "my_tickets",
        "tab": tab,
        "cards": [own_card_for(ticket, now) for ticket in page.tickets],
        "page": page,
    }
    return render(request, "tickets/my_tickets.html", context)
