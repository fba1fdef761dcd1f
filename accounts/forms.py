"""What people type about themselves."""

from __future__ import annotations

import zoneinfo
from typing import Any, ClassVar

from allauth.account import forms as allauth_forms
from allauth.core import context
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import limits
from accounts.contacts import Contact, ContactKind
from accounts.fields import ContactField, refuse_without_sms
from accounts.flows import SmsRecovery
from accounts.models import User
from accounts.queries import find_user_by_contact
from accounts.sms import TooManySms
from common.text import clean_line, refuse_control_characters


class PersonFields(forms.Form):
    """What sign-up and the account page both ask for."""

    full_name = forms.CharField(
        label=_("Your name"),
        min_length=2,
        max_length=150,
        validators=[refuse_control_characters],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def clean_full_name(self) -> str:
        return clean_line(self.cleaned_data["full_name"])


class _TakesEither(forms.Form):
    """A form of allauth's with one field for address and number in the place of two."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ContactKind:
            self.fields.pop(name, None)
        self.fields["contact"] = ContactField(initial=self.initial.get(ContactKind.EMAIL))
        self.order_fields(getattr(self, "field_order", None) or ["contact"])

    def clean_contact(self) -> Contact:
        """Handed on as the field that allauth knows, with allauth's own check of it."""
        contact: Contact = self.cleaned_data["contact"]
        if contact.kind == ContactKind.PHONE:
            check_may_be_texted(contact.value)
        self.cleaned_data[contact.kind] = contact.value
        check = getattr(self, f"clean_{contact.kind}", None)
        if check is not None:
            self.cleaned_data[contact.kind] = check()
        return contact


def check_may_be_texted(phone: str) -> None:
    """Raises ValidationError where no SMS can be sent, or no more of them to this number."""
    refuse_without_sms()
    if not limits.is_left(context.request, "sms", key=phone):
        raise forms.ValidationError(TooManySms.sentence, code=TooManySms.code)


class _SaysOnce(forms.Form):
    """A form of allauth's with our labels, and nothing in the fields: it would look filled in."""

    labels: ClassVar[dict[str, Any]] = {}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in self.labels:
                field.label = self.labels[name]


class SignUpForm(_SaysOnce, PersonFields, _TakesEither, allauth_forms.SignupForm):
    field_order = ["full_name", "contact", "password1"]


class SignInForm(_SaysOnce, allauth_forms.LoginForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["login"] = ContactField()
        self.fields["remember"].label = _("Stay signed in")
        self.order_fields(["login", "password"])

    def clean_login(self) -> str:
        return str(self.cleaned_data["login"])


class CodeToSignInForm(_TakesEither, allauth_forms.RequestLoginCodeForm):
    """Sign in with a code instead of a password."""


class ForgottenPasswordForm(allauth_forms.ResetPasswordForm):
    """The field keeps allauth's name, by which its view counts how often somebody asks."""

    contact: Contact
    users: list[User]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["email"] = ContactField()

    def clean_email(self) -> str:
        contact: Contact = self.cleaned_data["email"]
        self.contact, self.cleaned_data["email"] = contact, contact.value
        if contact.kind == ContactKind.EMAIL:
            super().clean_email()
        else:
            check_may_be_texted(contact.value)
            person = find_user_by_contact(contact)
            self.users = [person] if person is not None and person.is_active else []
        return contact.value

    def save(self, request: HttpRequest, **options: Any) -> str:
        if self.contact.kind == ContactKind.EMAIL:
            return str(super().save(request, **options))
        phone = str(self.cleaned_data["email"])
        SmsRecovery.start(request, user=next(iter(self.users), None), phone=phone)
        return phone


class PhoneForm(allauth_forms.ChangePhoneForm):
    """Another number, which counts once it is confirmed."""

    def clean_phone(self) -> str:
        phone = str(super().clean_phone())
        check_may_be_texted(phone)
        return phone


class _NewPassword(_SaysOnce):
    labels = {
        "oldpassword": _("Your present password"),
        "password1": _("New password"),
        "password2": _("The new password once more"),
    }


class FirstPasswordForm(_NewPassword, allauth_forms.SetPasswordForm):
    """Of who has signed in by codes until now."""


class ChangedPasswordForm(_NewPassword, allauth_forms.ChangePasswordForm):
    """Of who knows the one before."""


class PasswordAfterCodeForm(_NewPassword, allauth_forms.ResetPasswordKeyForm):
    """Of who has typed the code that was sent."""


class SureItIsYouForm(_SaysOnce, allauth_forms.ReauthenticateForm):
    """The password again, before something that a thief would do."""


class _SentCode(_SaysOnce):
    labels = {"code": _("Your code")}


class SignInCodeForm(_SentCode, allauth_forms.ConfirmLoginCodeForm):
    """By mail or SMS."""


class AddressCodeForm(_SentCode, allauth_forms.ConfirmEmailVerificationCodeForm):
    """Of who signs up, or has another address."""


class PasswordCodeForm(_SentCode, allauth_forms.ConfirmPasswordResetCodeForm):
    """Of who has forgotten theirs."""


class SecondStepForm(_SentCode, mfa_forms.AuthenticateForm):
    """From the app, or a spare one."""


class SecondStepAgainForm(_SentCode, mfa_forms.ReauthenticateForm):
    """The same in the place of the password."""


class AppForm(_SentCode, ActivateTOTPForm):
    """The first code that the app shows."""


class PhoneCodeForm(_SentCode, allauth_forms.VerifyPhoneForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class AccountForm(PersonFields):
    """The account page."""

    changeable = ("full_name", "language", "time_zone")
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Times in messages to you are in this one."),
        choices=lambda: [(name, name) for name in sorted(zoneinfo.available_timezones())],
    )

    def __init__(self, *args: Any, person: User, **options: Any) -> None:
        options["initial"] = {name: getattr(person, name) or "" for name in self.changeable}
        super().__init__(*args, **options)

    def save_to(self, person: User) -> None:
        """A plain change of one's own row: no rule beyond the fields' own, and nobody to tell."""
        for name in self.changeable:
            setattr(person, name, self.cleaned_data[name])
        person.save(update_fields=self.changeable)


class DeletionForm(forms.Form):
    """Whoever ends their account shows that it is theirs."""

    password = forms.CharField(
        label=_("Your password"),
        max_length=254,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, person: User, **options: Any) -> None:
        super().__init__(*args, **options)
        if not person.has_usable_password():
            by = _("Your e-mail address, to confirm") if person.email else _("Your mobile number, to confirm")
            self.fields["password"].label = by
            self.fields["password"].widget = forms.TextInput(attrs={"autocomplete": "off"})


class JoinForm(forms.Form):
    """Whoever accepts an invitation and has no account chooses the password of the new one."""

    password = forms.CharField(
        label=_("Choose a password"),
        help_text=_("At least ten characters; several words are good, a single common one is not."),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
