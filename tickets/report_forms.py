"""The forms of a report: what, where, details, code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.utils.translation import gettext_lazy as _

from accounts.contacts import Contact, ContactKind, read_contact
from accounts.models import Organisation
from accounts.sms import NoSms, sms_is_set_up
from common.errors import DomainError
from common.phones import normalise_phone
from common.text import clean_line, refuse_control_characters
from departments.models import Category, Suburb
from departments.queries import metres_outside
from tickets.forms import PicturesField

# Wards are drawn along streets, and phones are wrong by some hundred metres.
MARGIN_METRES = 1000
_signer = TimestampSigner(salt="tickets.report")
_TOO_QUICK = _("That was very quick. Look it over once more, then press the button again.")


class WhatForm(forms.Form):
    """Step one: the problem in the resident's words, and its kind."""

    words = forms.CharField(
        label=_("In your own words"),
        help_text=_("For example: water is running down the street in front of the school"),
        max_length=500,
        required=False,
        validators=[refuse_control_characters],
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "dir": "auto"}),
    )
    category = forms.ModelChoiceField(
        label=_("Kind of problem"),
        queryset=Category.objects.none(),
        required=False,
        error_messages={"invalid_choice": _("Choose one of the kinds below.")},
    )

    def __init__(self, *args: Any, organisation: Organisation, **options: Any) -> None:
        super().__init__(*args, **options)
        self.organisation = organisation
        rows = Category.objects.of_organisation(organisation.pk).active().by_department()
        self.categories: Sequence[Category] = list(rows)
        self.fields["category"].queryset = rows  # type: ignore[attr-defined]


class WhereForm(forms.Form):
    """Step two: a pin, a suburb, a description, or all of them."""

    latitude = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    longitude = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    suburb = forms.ModelChoiceField(
        label=_("Suburb"),
        queryset=Suburb.objects.none(),
        required=False,
        empty_label=_("Choose a suburb"),
        error_messages={"invalid_choice": _("Choose a suburb from the list.")},
    )
    place = forms.CharField(
        label=_("Street, or describe the place"),
        max_length=150,
        required=False,
        validators=[refuse_control_characters],
        widget=forms.TextInput(attrs={"autocomplete": "street-address", "dir": "auto"}),
    )

    def __init__(self, *args: Any, organisation: Organisation, **options: Any) -> None:
        super().__init__(*args, **options)
        self.organisation = organisation
        self.fields["suburb"].queryset = Suburb.objects.of_organisation(organisation.pk).by_name()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        latitude, longitude = cleaned.get("latitude"), cleaned.get("longitude")
        cleaned["place"] = clean_line(cleaned.get("place") or "")
        if self.errors:
            return cleaned
        if (latitude is None) != (longitude is None):
            self.add_error("latitude", _("The pin did not arrive whole. Put it again."))
        elif latitude is not None and longitude is not None:
            self._refuse_what_is_elsewhere(latitude, longitude)
        elif not cleaned.get("suburb") and not cleaned["place"]:
            self.add_error(None, _("Tell us where: put a pin, choose a suburb or describe the place."))
        return cleaned

    def _refuse_what_is_elsewhere(self, latitude: float, longitude: float) -> None:
        """A little outside is a street at the border; far outside nobody of ours goes."""
        metres = metres_outside(self.organisation.pk, latitude, longitude)
        if metres > MARGIN_METRES:
            self.add_error("latitude", _outside_words(self.organisation, metres))


def _outside_words(organisation: Organisation, metres: float) -> str:
    words = _(
        "This place is outside %(organisation)s, about %(kilometres)d km away: its teams do not go there. "
        "Move the pin, or report it to the municipality of that place; the name of the nearest town and the "
        "word “municipality” find it."
    )
    said = str(words) % {"organisation": organisation, "kilometres": max(1, round(metres / 1000))}
    if organisation.contact_phone:
        said += " " + str(_("Not sure? Call %(phone)s.")) % {"phone": organisation.contact_phone}
    return said


class DetailsForm(forms.Form):
    """Step three, for somebody who is signed in."""

    token = forms.CharField(max_length=40, widget=forms.HiddenInput)
    title = forms.CharField(
        label=_("Title: the problem in one line"),
        min_length=5,
        max_length=120,
        validators=[refuse_control_characters],
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    description = forms.CharField(
        label=_("Anything else we should know"),
        help_text=_(
            "How long, how bad, how to get there. Everybody can read this, so no names or numbers, please."
        ),
        max_length=4000,
        required=False,
        validators=[refuse_control_characters],
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "dir": "auto"}),
    )
    # The place of a photo, after its sender's yes: two numbers and a comma.
    photo_place = forms.RegexField(
        r"^-?\d{1,2}(\.\d{1,8})?,-?\d{1,3}(\.\d{1,8})?$", required=False, max_length=40
    )
    photos = PicturesField(
        label=_("Photos"),
        help_text=_("Up to five. What the camera hides in them, such as where and when, is taken out."),
    )

    def clean_title(self) -> str:
        title = clean_line(self.cleaned_data["title"])
        if not any(character.isalnum() for character in title):
            raise forms.ValidationError(_("Say it in words as well: pictures alone find no team."))
        return title


class TrappedForm(forms.Form):
    """What everybody may send: a field that only programs fill in, and when the page was opened."""

    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    began = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    @staticmethod
    def beginning() -> str:
        """What the page of the form says about when it was opened; nobody else can write it."""
        return _signer.sign("report")

    def clean_website(self) -> str:
        """People do not see this field; programs fill in all of them."""
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("Leave this field empty, then send it again."))
        return ""

    def spring_traps(self, cleaned: dict[str, Any]) -> None:
        """The last of cleaning: both only ask to send it again."""
        if not self.errors and self._is_too_quick(cleaned.get("began", "")):
            self.add_error(None, _TOO_QUICK)
        if self.errors.get("website"):
            # The field cannot be seen, so its sentence stands above the form.
            self.add_error(None, self.errors["website"][0])

    @property
    def minimum_seconds(self) -> int:
        return settings.REPORT_MINIMUM_SECONDS

    def _is_too_quick(self, began: str) -> bool:
        if not self.minimum_seconds:
            return False
        try:
            _signer.unsign(began)
        except BadSignature:
            return True
        try:
            _signer.unsign(began, max_age=self.minimum_seconds)
        except BadSignature:
            return False
        return True


class VisitorDetailsForm(TrappedForm, DetailsForm):
    """Step three, for somebody without an account: how they can be told. And two traps for programs."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        validators=[refuse_control_characters],
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
    )
    phone = forms.CharField(
        label=_("Mobile number"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    email = forms.EmailField(
        label=_("or e-mail address"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args: Any, country: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.country = country

    def clean_phone(self) -> str:
        typed = self.cleaned_data["phone"].strip()
        try:
            return normalise_phone(typed, country=self.country) if typed else ""
        except DomainError as refusal:
            raise forms.ValidationError(refusal.message) from refusal

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        asked = not {"phone", "email"} & set(self.errors)
        if asked and not cleaned.get("phone") and not cleaned.get("email"):
            self.add_error("phone", _("A mobile number or an e-mail address, so that we can tell you."))
        self.spring_traps(cleaned)
        return cleaned


class KeptDetailsForm(VisitorDetailsForm):
    """The same of a report that was written without a network: nobody knows when it was begun."""

    minimum_seconds = 0


class MeTooForm(TrappedForm):
    """How somebody without an account can be told, in one field."""

    contact = forms.CharField(
        label=_("Mobile number or e-mail address"),
        help_text=_("Nobody else sees this, and you can take it back at any time."),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "email", "autocapitalize": "none", "dir": "auto"}),
        error_messages={"required": _("A mobile number or an e-mail address, so that we can tell you.")},
    )

    def __init__(self, *args: Any, country: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.country = country

    @property
    def minimum_seconds(self) -> int:
        """A browser knows the answer to its only question: that is a tap, and no typing."""
        return min(1, super().minimum_seconds)

    def clean_contact(self) -> Contact:
        """Raises where a number cannot be told by SMS, too."""
        try:
            contact = read_contact(self.cleaned_data["contact"], country=self.country)
        except DomainError as refusal:
            raise forms.ValidationError(refusal.message) from refusal
        if contact.kind == ContactKind.PHONE and not sms_is_set_up():
            raise forms.ValidationError(NoSms().message)
        return contact

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.spring_traps(cleaned)
        return cleaned


class CodeForm(forms.Form):
    """The six digits that were sent to a number or an address."""

    code = forms.CharField(
        label=_("Your code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "class": "code-input",
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "maxlength": 9,
            }
        ),
        error_messages={"required": _("Type the code that we sent you.")},
    )

    def __init__(self, *args: Any, needs_code: bool = True, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["code"].required = needs_code
