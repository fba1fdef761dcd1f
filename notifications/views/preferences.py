"""The page on which people say what they want to be told."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.site import signed_in_user
from common.errors import DomainError
from notifications.actions.preferences import choose
from notifications.forms import PreferenceForm
from notifications.queries import topics_for, wishes_for


@require_http_methods(["GET", "POST"])
@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    person = signed_in_user(request)
    wishes = wishes_for(person)
    form = PreferenceForm(request.POST or None, topics=topics_for(person), wishes=wishes)
    if request.method == "POST" and form.is_valid():
        try:
            choose(person, form.chosen(), acting_user=person)
        except DomainError as refusal:
            form.add_error(form.field_of(refusal.field), refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("notifications:preferences")
    context = {"form": form, "zone": wishes.zone.key.replace("_", " ")}
    return render(request, "account/preferences.html", context, status=400 if form.errors else 200)
