"""One's own account."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.decorators import login_not_required
from allauth.account.views import SignupView, _VerifyPhoneChangeView, _VerifyPhoneSignupView
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.i18n import set_language

from accounts.actions.deletion import delete_account, export_own_data
from accounts.actions.invitations import (
    SignInToJoin,
    WrongInvitation,
    find_invitation,
    join,
    needs_password,
)
from accounts.actions.phones import remove_phone
from accounts.actions.sessions import sign_out_everywhere
from accounts.forms import AccountForm, DeletionForm, JoinForm
from accounts.models import Invitation, User
from accounts.queries import demands_second_factor
from accounts.site import signed_in_user
from common.errors import DomainError
from common.languages import known_language


@require_http_methods(["GET", "POST"])
@login_required
def account(request: HttpRequest) -> HttpResponse:
    person = signed_in_user(request)
    form = AccountForm(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        form.save_to(person)
        messages.success(request, _("Saved."))
        return redirect("accounts:account")
    context = {"form": form, "needs_second_factor": demands_second_factor(person)}
    return render(request, "account/account.html", context, status=400 if form.errors else 200)


@require_POST
@login_required
def drop_phone(request: HttpRequest) -> HttpResponse:
    person = signed_in_user(request)
    try:
        remove_phone(person, acting_user=person)
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Your mobile number is removed."))
    return redirect("accounts:account")


class NewPersonsPhone(_VerifyPhoneSignupView):
    """allauth sends nothing again to a number that has an account; the time of the answer would tell."""

    def _resend_form_valid(self, form: Any) -> HttpResponse:
        self.process.record_resend()
        self.process.send()
        messages.info(self.request, _("We have sent another code. The one before does not work any more."))
        return redirect("account_verify_phone")


class ChangedPhone(_VerifyPhoneChangeView):
    def respond_process_succeeded(self, form: Any) -> HttpResponse:
        return redirect("accounts:account")


@login_not_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """The language of the pages from now on; of mails and SMS too where somebody is signed in."""
    language, person = request.POST.get("language", ""), request.user
    if isinstance(person, User) and known_language(language) == language:
        person.language = language
        person.save(update_fields=["language"])
    return set_language(request)


@login_not_required
def sign_up(request: HttpRequest) -> HttpResponse:
    """Allauth's. Of who cannot be sent a code nothing stays, else their second try would meet their first."""
    with transaction.atomic():
        answer: HttpResponse = SignupView.as_view()(request)
    return answer


@login_not_required
def confirm_phone(request: HttpRequest) -> HttpResponse:
    """The code from the SMS: of who is signing up, or of who changes their number."""
    view = ChangedPhone if request.user.is_authenticated else NewPersonsPhone
    answer: HttpResponse = view.as_view()(request)
    return answer


@require_POST
@login_required
def sign_out(request: HttpRequest) -> HttpResponse:
    """Of everything: this browser, the others, and every program with a token."""
    person = signed_in_user(request)
    sign_out_everywhere(person, acting_user=person)
    logout(request)
    messages.success(request, _("You are signed out everywhere."))
    return redirect("account_login")


@require_safe
@login_required
@never_cache
def download(request: HttpRequest) -> HttpResponse:
    """What is kept of the person, as a file."""
    data = export_own_data(signed_in_user(request))
    response = JsonResponse(data, json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@require_http_methods(["GET", "POST"])
@login_required
def delete(request: HttpRequest) -> HttpResponse:
    person = signed_in_user(request)
    # Somebody at an open browser must not find out the password by trying.
    if not ratelimit.consume(request, action="reauthenticate"):
        refused: HttpResponse = ratelimit.respond_429(request)
        return refused
    form = DeletionForm(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        try:
            delete_account(person, password=form.cleaned_data["password"], acting_user=person)
        except DomainError as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            logout(request)
            messages.success(request, _("Your account is deleted."))
            return redirect("home")
    return render(request, "account/delete.html", {"form": form}, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@never_cache
def join_organisation(request: HttpRequest, token: str) -> HttpResponse:
    """Where the link of an invitation leads: whoever has it reads the mails of the address."""
    try:
        invitation = find_invitation(token)
    except WrongInvitation:
        return render(request, "account/join_refused.html", status=404)
    form = JoinForm(request.POST or None) if needs_password(invitation) else None
    if request.method == "POST" and (form is None or form.is_valid()):
        password = form.cleaned_data["password"] if form else ""
        try:
            return _joined(request, token, password)
        except SignInToJoin:
            form = None
        except DomainError as refusal:
            form = form or JoinForm(request.POST)
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    return _offer(request, invitation, form)


def _joined(request: HttpRequest, token: str, password: str) -> HttpResponse:
    membership = join(token, password=password, acting_user=request.user)
    if password:
        # Chosen this moment by who reads the mails of the address: there is nothing left to ask.
        login(request, membership.user, backend="django.contrib.auth.backends.ModelBackend")
    words = {"organisation": membership.organisation.name}
    messages.success(request, _("Welcome to %(organisation)s.") % words)
    return redirect("admin:index")


def _offer(request: HttpRequest, invitation: Invitation, form: JoinForm | None) -> HttpResponse:
    own_address = getattr(request.user, "email", None) or ""
    words = {
        "invitation": invitation,
        "form": form,
        "is_own": own_address.lower() == invitation.email,
        "here": request.path,
    }
    return render(request, "account/join.html", words, status=400 if form and form.errors else 200)
