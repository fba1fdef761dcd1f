"""Where allauth's way and ours differ: names, languages, phone numbers, and what is sent to whom."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.password_reset import get_reset_password_url
from allauth.account.internal.flows.signup import get_signup_url, send_unknown_account_mail
from allauth.account.models import EmailAddress
from allauth.core import context, ratelimit
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import translation

from accounts import limits
from accounts.actions.phones import settle_phone
from accounts.contacts import Contact, ContactKind
from accounts.fields import PhoneField
from accounts.mail import MailNotSent, mail_is_needed
from accounts.models import User
from accounts.queries import find_user_by_email, find_user_by_phone
from accounts.sms import TooManySms, send_sms
from common.errors import DomainError

logger = logging.getLogger(__name__)

STAGE_OF_EMAIL = "allauth.account.stages.EmailVerificationStage"


class AccountAdapter(DefaultAccountAdapter):
    """People have one name, not a first and a last one; the language they read in is kept with them."""

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user.full_name = form.cleaned_data.get("full_name", "")
        user.language = getattr(request, "LANGUAGE_CODE", user.language)
        saved: User = super().save_user(request, user, form, commit=commit)
        return saved

    def set_password(self, user: User, password: str) -> None:
        """Whoever has shown by a code that it is them is not kept waiting for earlier tries."""
        super().set_password(user, password)
        for value in filter(None, (user.email, user.phone)):
            key = self._get_login_attempts_cache_key(context.request, email=value)
            ratelimit.clear(context.request, action="login_failed", key=key)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """By the number as well: else all who sign in with one would be locked out together."""
        whose = credentials.get("email") or credentials.get("phone") or credentials.get("username") or ""
        return f"{request.get_host()}:{whose.lower()}"

    def can_delete_email(self, email_address: EmailAddress) -> bool:
        """The last one only for who has a confirmed number to sign in with."""
        others = EmailAddress.objects.filter(user_id=email_address.user_id).exclude(pk=email_address.pk)
        has_phone = bool(email_address.user_id and email_address.user.phone_is_confirmed)
        return bool(super().can_delete_email(email_address)) and (others.exists() or has_phone)

    def get_login_stages(self) -> list[str]:
        ours = "accounts.flows.EmailStage"
        return [ours if stage == STAGE_OF_EMAIL else stage for stage in super().get_login_stages()]

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """In the words of our buttons: allauth calls passkeys security keys here."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        for method in methods:
            if method["id"] == "mfa_reauthenticate:webauthn":
                method["description"] = translation.gettext("Use a passkey")
        return methods

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return "/account/"

    # Phones

    def phone_form_field(self, **options: Any) -> PhoneField:
        options.pop("label", None)
        return PhoneField(**options)

    def get_user_by_phone(self, phone: str) -> User | None:
        return find_user_by_phone(phone)

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        """What somebody signs in with, or has just signed up with.

        A number that an organisation noted beside an address is for news: nobody is asked to confirm it.
        """
        if user.phone and (user.phone_is_confirmed or not user.email):
            return user.phone, user.phone_is_confirmed
        return None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        """Only sign-up calls this; a later change waits in the session until it is confirmed."""
        user.phone, user.phone_is_confirmed = phone, verified
        user.save(update_fields=["phone", "phone_is_confirmed"])

    def set_phone_verified(self, user: User, phone: str) -> None:
        settle_phone(user, phone)

    # SMS

    def send_verification_code_sms(self, user: User | None, phone: str, code: str, **more: Any) -> None:
        self._send_sms(phone, "code", user=user, code=code)

    def send_unknown_account_sms(self, phone: str, **more: Any) -> None:
        self._send_sms(phone, "unknown_account", signup_url=get_signup_url(context.request))

    def send_account_already_exists_sms(self, phone: str) -> None:
        """Costs what a new account costs: else the time of the answer tells who has one."""
        make_password("as long as a password that somebody chose")
        self.tell_of_existing_account(Contact(ContactKind.PHONE, phone))

    def _send_sms(self, phone: str, template: str, *, user: User | None = None, **words: Any) -> None:
        """In the language of whose number it is. Raises TooManySms, NoSms, SmsNotSent."""
        limits.take(context.request, "sms", key=phone, refusal=TooManySms)
        person = user or find_user_by_phone(phone)
        words |= {"site_name": settings.SITE_NAME, "host": context.request.get_host().split(":")[0]}
        with translation.override(person.language if person else translation.get_language()):
            send_sms(phone, render_to_string(f"account/sms/{template}.txt", words).strip())

    # Mail

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of whose address it is; strangers get the language they are reading in.

        Raises MailNotSent.
        """
        person = context.get("user") or find_user_by_email(email)
        language = person.language if isinstance(person, User) else translation.get_language()
        with translation.override(language), mail_is_needed():
            super().send_mail(template_prefix, email, context | _site())

    def send_letter(self, template_prefix: str, email: str, words: dict[str, Any], *, language: str) -> None:
        """A mail that needs no request: commands and programs with a key send it too. Raises MailNotSent."""
        with translation.override(language), mail_is_needed():
            self.render_mail(template_prefix, email, words | _site()).send()

    def send_account_already_exists_mail(self, email: str) -> None:
        """Costs what a new account costs, as its sibling for numbers does."""
        make_password("as long as a password that somebody chose")
        self.tell_of_existing_account(Contact(ContactKind.EMAIL, email))

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """What changed about the account; by SMS to who has no address. Refuses nothing: it has happened."""
        try:
            super().send_notification_mail(template_prefix, user, context, email)
        except MailNotSent as refusal:
            logger.warning("%s was not told that their account changed: %s", user.pk, refusal.code)
        if not email and not user.email and user.phone_is_confirmed:
            with translation.override(user.language):
                subject = render_to_string(f"{template_prefix}_subject.txt", context or {})
            self._notify_by_sms(user, str(user.phone), " ".join(subject.split()))

    def _notify_by_sms(self, user: User, phone: str, what: str) -> None:
        """Worth an SMS, and not worth refusing what has happened already."""
        try:
            self._send_sms(phone, "notification", user=user, what=what)
        except DomainError as refusal:
            logger.warning("%s was not told that their account changed: %s", user.pk, refusal.code)

    # The same, to wherever somebody is reached

    def send_sign_up_code(self, contact: Contact, code: str, *, full_name: str, language: str) -> None:
        newcomer = User(full_name=full_name, language=language)
        if contact.kind == ContactKind.PHONE:
            self.send_verification_code_sms(newcomer, contact.value, code)
        else:
            words = {"user": newcomer, "code": code}
            self.send_mail("account/email/email_confirmation_signup", contact.value, words)

    def send_recovery_code(self, person: User, contact: Contact, code: str) -> None:
        if contact.kind == ContactKind.PHONE:
            self.send_verification_code_sms(person, contact.value, code)
        else:
            self.send_mail("account/email/password_reset_code", contact.value, {"user": person, "code": code})

    def send_visitor_code(self, contact: Contact, code: str, *, message: str, **words: str) -> None:
        """To who does something without an account. Raises TooManySms, NoSms, SmsNotSent, MailNotSent."""
        said: dict[str, Any] = {"code": code, **words}
        if contact.kind == ContactKind.PHONE:
            self._send_sms(contact.value, message, **said)
        else:
            self.send_mail(f"account/email/{message}", contact.value, said)

    def tell_of_existing_account(self, contact: Contact) -> None:
        url = get_reset_password_url(context.request)
        if contact.kind == ContactKind.PHONE:
            self._send_sms(contact.value, "account_already_exists", password_reset_url=url)
        else:
            words = {"password_reset_url": url, "signup_url": get_signup_url(context.request)}
            self.send_mail("account/email/account_already_exists", contact.value, words)

    def tell_of_unknown_account(self, contact: Contact) -> None:
        if contact.kind == ContactKind.PHONE:
            self.send_unknown_account_sms(contact.value)
        else:
            send_unknown_account_mail(context.request, contact.value)

    def tell_of_phone_change(self, person: User, before: str) -> None:
        """To the address, or to the number that it was: where whoever is robbed of it would hear."""
        if person.email:
            self.send_notification_mail("account/email/phone_changed", person, {"phone": person.phone})
        with translation.override(person.language):
            what = translation.gettext("Your mobile number was changed")
        self._notify_by_sms(person, before, what)


def _site() -> dict[str, Any]:
    return {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL}
