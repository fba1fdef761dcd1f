"""In whose language pages are, who goes nowhere without a second factor, refusals amid allauth's pages."""

from __future__ import annotations

from collections.abc import Callable

from allauth.core import ratelimit
from allauth.core.exceptions import RateLimited
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actions.tokens import SecondFactorRequired
from accounts.models import User
from accounts.queries import demands_second_factor
from common.errors import DomainError
from common.exception_handler import PROBLEM_TYPE, problem_body
from common.languages import known_language

# allauth's
_PAGES = "/accounts/"
_CONSOLE = "/console/"
# Where one signs in and out and sets a second factor up.
_OPEN = ("/accounts/", "/account/", "/i18n/", "/static/", "/healthz", "/readyz")


class LanguageMiddleware:
    """The language of the account before that of the cookie or the browser, where the page speaks it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and isinstance(request.user, User):
            translation.activate(known_language(request.user.language))
        if (
            request.path_info.startswith(_CONSOLE)
            and translation.get_language() not in settings.CONSOLE_LANGUAGES
        ):
            translation.activate(settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)


class SecondFactorMiddleware:
    """Staff of an organisation that asks for a second factor set one up first.

    Only looks at sessions; tokens are refused where they are given.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._refusal(request) or self.get_response(request)

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        user = None if request.path_info.startswith(_OPEN) else request.user
        if not isinstance(user, User) or not user.is_staff or not demands_second_factor(user):
            return None
        refusal = SecondFactorRequired()
        if request.path_info.startswith("/api/"):
            request_id = getattr(request, "request_id", None)
            body = problem_body(refusal.status_code, refusal.code, refusal.message, request_id=request_id)
            return JsonResponse(body, status=refusal.status_code, content_type=PROBLEM_TYPE)
        messages.warning(request, _("Your organisation asks for a second step. Set one up to go on."))
        return redirect("mfa_index")


class RefusalMiddleware:
    """What an action refuses in the middle of allauth's pages is said on the page where it was asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if request.method != "POST" or not request.path_info.startswith(_PAGES):
            return None
        if isinstance(exception, RateLimited):
            refused: HttpResponse = ratelimit.respond_429(request)
            return refused
        if isinstance(exception, DomainError):
            messages.error(request, exception.message)
            return redirect(request.get_full_path())
        return None
