"""What people type about themselves."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.errors import DomainError
from common.phones import normalise_phone
from common.text import clean_line, refuse_control_characters


class PersonFields(forms.Form):
    """Name and phone, as sign-up and the account page ask for them."""

    full_name = forms.CharField(
        label=_("Your name"),
        min_length=2,
        max_length=150,
        validators=[refuse_control_characters],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = forms.CharField(
        label=_("Mobile number"),
        help_text=_("For news by SMS. Nobody else sees it."),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )

    def __init__(self, *args: Any, person: User | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        # Whose number it may be already; nobody's at sign-up.
        self.person = person

    def clean_full_name(self) -> str:
        return clean_line(self.cleaned_data["full_name"])

    def clean_phone(self) -> str | None:
        typed = self.cleaned_data["phone"].strip()
        if not typed:
            return None
        try:
            number = normalise_phone(typed)
        except DomainError as refusal:
            raise forms.ValidationError(refusal.message) from refusal
        others = User.objects.filter(phone=number)
        if self.person is not None:
            others = others.exclude(pk=self.person.pk)
        if others.exists():
            raise forms.ValidationError(_("Somebody already has this phone number."))
        return number


class SignupForm(PersonFields):
    """What sign-up asks beside e-mail and password; allauth makes its own form from it."""

    field_order = ["full_name", "email", "phone", "password1"]

    def signup(self, request: HttpRequest, user: User) -> None:
        user.full_name = self.cleaned_data["full_name"]
        user.phone = self.cleaned_data["phone"]
        user.save(update_fields=["full_name", "phone"])


class AccountForm(PersonFields):
    """The account page."""

    changeable = ("full_name", "phone", "language", "time_zone")
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Times in messages to you are in this one."),
        choices=lambda: [(name, name) for name in sorted(zoneinfo.available_timezones())],
    )

    def __init__(self, *args: Any, person: User, **options: Any) -> None:
        initial = {name: getattr(person, name) or "" for name in self.changeable}
        super().__init__(*args, initial=initial, person=person, **options)

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
            self.fields["password"].label = _("Your e-mail address, to confirm")
            self.fields["password"].widget = forms.EmailInput(attrs={"autocomplete": "off"})


class JoinForm(forms.Form):
    """Whoever accepts an invitation and has no account chooses the password of the new one."""

    password = forms.CharField(
        label=_("Choose a password"),
        help_text=_("At least ten characters; several words are good, a single common one is not."),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
