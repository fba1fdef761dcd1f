"""One's own account."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.forms import AccountForm
from accounts.site import signed_in_user


@require_http_methods(["GET", "POST"])
@login_required
def account(request: HttpRequest) -> HttpResponse:
    person = signed_in_user(request)
    form = AccountForm(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        form.save_to(person)
        messages.success(request, _("Saved."))
        return redirect("accounts:account")
    return render(request, "account/account.html", {"form": form}, status=400 if form.errors else 200)
