"""Where allauth's way and ours differ."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.utils import translation

from accounts.models import User
from accounts.queries import find_user_by_email


class AccountAdapter(DefaultAccountAdapter):
    """People have one name, not a first and a last one; the language they read in is kept with them."""

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user.full_name = form.cleaned_data.get("full_name", "")
        user.language = getattr(request, "LANGUAGE_CODE", user.language)
        saved: User = super().save_user(request, user, form, commit=commit)
        return saved

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of whose address it is; strangers get the language they are reading in."""
        person = context.get("user") or find_user_by_email(email)
        language = person.language if isinstance(person, User) else translation.get_language()
        with translation.override(language):
            super().send_mail(template_prefix, email, context | _site())

    def send_letter(self, template_prefix: str, email: str, words: dict[str, Any], *, language: str) -> None:
        """A mail that needs no request: commands and programs with a key send it too."""
        with translation.override(language):
            self.render_mail(template_prefix, email, words | _site()).send()

    def send_account_already_exists_mail(self, email: str) -> None:
        """Costs what a new account costs: else the time of the answer tells who has one."""
        make_password("as long as a password that somebody chose")
        super().send_account_already_exists_mail(email)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return "/account/"


def _site() -> dict[str, Any]:
    return {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL}
