"""What residents type, checked before any action sees it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from common.errors import DomainError
from common.phones import normalise_phone
from common.text import clean_line, refuse_control_characters
from departments.models import Category, Department, Suburb, Ward
from departments.queries import ward_at
from tickets.actions.conversation import MAX_PICTURES
from tickets.actions.rating import LONGEST_WORDS
from tickets.enums import Status
from tickets.models import Ticket
from tickets.pictures import ACCEPTED, Picture, prepare_picture
from tickets.querysets import TicketQuerySet

_PICTURE_TYPES = ",".join(f"image/{name.lower()}" for name in ACCEPTED)
# Half the side of the box in which tickets count as being in a suburb, in degrees: about 1.5 km.
SUBURB_REACH = 0.0135


def add_refusal(form: forms.Form, refusal: DomainError, *, aliases: dict[str, str] | None = None) -> None:
    """Show a domain refusal by the field it is about, or above the form."""
    field = (aliases or {}).get(refusal.field or "", refusal.field)
    form.add_error(field if field in form.fields else None, refusal.message)


class MultipleFileInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class PicturesField(forms.FileField):
    """Up to so many pictures; cleans to prepared pictures, refuses with the sentence of the first bad one."""

    def __init__(self, *, most: int = MAX_PICTURES, **options: Any) -> None:
        self.most = most
        attributes = {"accept": _PICTURE_TYPES}
        widget = MultipleFileInput(attributes) if most > 1 else forms.FileInput(attributes)
        super().__init__(required=False, widget=widget, **options)

    def clean(self, data: Any, initial: Any = None) -> list[Picture]:
        uploads = [upload for upload in (data if isinstance(data, (list, tuple)) else [data]) if upload]
        if len(uploads) > self.most:
            raise forms.ValidationError(_("At most %(most)d pictures, please."), params={"most": self.most})
        try:
            return [prepare_picture(super(PicturesField, self).clean(upload, initial)) for upload in uploads]
        except DomainError as refusal:
            raise forms.ValidationError(refusal.message) from refusal


class WhatForm(forms.Form):
    """Step one: the problem in the resident's words, and its kind."""

    words = forms.CharField(
        label=_("In your own words"),
        help_text=_("For example: water is running down the street in front of the school"),
        max_length=500,
        required=False,
        validators=[refuse_control_characters],
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
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
        self.categories: Sequence[Category] = list(_categories(organisation))
        self.fields["category"].queryset = _categories(organisation)  # type: ignore[attr-defined]


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
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
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
        elif latitude is not None and self._is_outside(latitude, longitude):
            self.add_error(
                "latitude", _("This pin is outside %s. Move it, or choose a suburb.") % self.organisation
            )
        elif latitude is None and not cleaned.get("suburb") and not cleaned["place"]:
            self.add_error(None, _("Tell us where: put a pin, choose a suburb or describe the place."))
        return cleaned

    def _is_outside(self, latitude: float, longitude: Any) -> bool:
        has_wards = Ward.objects.of_organisation(self.organisation.pk).exists()
        return has_wards and ward_at(self.organisation.pk, latitude, longitude) is None


class DetailsForm(forms.Form):
    """Step three, for somebody who is signed in."""

    token = forms.CharField(max_length=40, widget=forms.HiddenInput)
    title = forms.CharField(
        label=_("Title: the problem in one line"),
        min_length=5,
        max_length=120,
        validators=[refuse_control_characters],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    description = forms.CharField(
        label=_("Anything else we should know"),
        help_text=_(
            "How long, how bad, how to get there. Everybody can read this, so no names or numbers, please."
        ),
        max_length=4000,
        required=False,
        validators=[refuse_control_characters],
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
    )
    photos = PicturesField(
        label=_("Photos"),
        help_text=_("Up to five. What the camera hides in them, such as where and when, is taken out."),
    )

    def clean_title(self) -> str:
        return clean_line(self.cleaned_data["title"])


class VisitorDetailsForm(DetailsForm):
    """Step three, for somebody without an account: how they can be told."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        validators=[refuse_control_characters],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
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
        return cleaned


class NearByForm(forms.Form):
    """What the list and the map show. Every value makes an address that can be shared."""

    q = forms.CharField(
        label=_("Words"),
        max_length=120,
        required=False,
        validators=[refuse_control_characters],
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    status = forms.ChoiceField(label=_("Status"), required=False)
    department = forms.ModelChoiceField(
        label=_("Department"),
        queryset=Department.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=_("All departments"),
    )
    category = forms.ModelChoiceField(
        label=_("Kind"),
        queryset=Category.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=_("All kinds"),
    )
    ward = forms.ModelChoiceField(
        label=_("Ward"),
        queryset=Ward.objects.none(),
        to_field_name="number",
        required=False,
        empty_label=_("All wards"),
    )
    suburb = forms.ModelChoiceField(
        label=_("Suburb"),
        queryset=Suburb.objects.none(),
        to_field_name="name",
        required=False,
        empty_label=_("All suburbs"),
    )
    latitude = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    longitude = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)

    def __init__(self, *args: Any, organisation: Organisation, **options: Any) -> None:
        super().__init__(*args, **options)
        rows: dict[str, Any] = {
            "department": Department.objects.of_organisation(organisation.pk).active().by_name(),
            "category": Category.objects.of_organisation(organisation.pk).active().by_name(),
            # Shapes are large and not wanted here.
            "ward": Ward.objects.of_organisation(organisation.pk).by_number().only("number", "name"),
            "suburb": Suburb.objects.of_organisation(organisation.pk).by_name(),
        }
        for name, queryset in rows.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]
        words = [(str(value), label) for value, label in Status.choices]
        self.fields["status"].choices = [  # type: ignore[attr-defined]
            ("", _("Not closed yet")),
            *words,
            ("all", _("All, closed ones too")),
        ]

    def narrow(self, tickets: TicketQuerySet) -> TicketQuerySet:
        """The tickets that fit a valid form."""
        chosen = self.cleaned_data
        tickets = self._with_status(tickets, chosen["status"])
        if chosen["q"]:
            tickets = tickets.matching(chosen["q"])
        if chosen["department"]:
            tickets = tickets.in_department(chosen["department"].pk)
        if chosen["category"]:
            tickets = tickets.in_category(chosen["category"].pk)
        if chosen["ward"]:
            tickets = tickets.in_ward(chosen["ward"].pk)
        return _around(tickets, chosen["suburb"]) if chosen["suburb"] else tickets

    def _with_status(self, tickets: TicketQuerySet, status: str) -> TicketQuerySet:
        if status == "all":
            return tickets
        return tickets.with_status(status) if status else tickets.unclosed()

    @property
    def is_filtered(self) -> bool:
        return any(
            self.cleaned_data.get(name)
            for name in ("q", "status", "department", "category", "ward", "suburb")
        )


def _categories(organisation: Organisation) -> Any:
    return Category.objects.of_organisation(organisation.pk).active().by_department()


def _around(tickets: TicketQuerySet, suburb: Suburb) -> TicketQuerySet:
    return tickets.within(
        south=suburb.latitude - SUBURB_REACH,
        north=suburb.latitude + SUBURB_REACH,
        west=suburb.longitude - SUBURB_REACH,
        east=suburb.longitude + SUBURB_REACH,
    )


class MessageForm(forms.Form):
    """Something said to the department, with pictures."""

    body = forms.CharField(
        label=_("Your message"),
        help_text=_("Only you and the department can read it."),
        max_length=5000,
        validators=[refuse_control_characters],
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    photos = PicturesField(label=_("Photos"))


class CallbackForm(forms.Form):
    """Where and when to call, and what about."""

    phone = forms.CharField(
        label=_("Number to call"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    when = forms.DateTimeField(
        label=_("Not before"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )
    note = forms.CharField(
        label=_("What is it about"),
        max_length=1000,
        required=False,
        validators=[refuse_control_characters],
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class VerifyForm(forms.Form):
    """The answer to "is it fixed?": the code to confirm, a reason to dispute."""

    code = forms.CharField(
        label=_("Your code"),
        help_text=_("The six digits from the SMS or the mail."),
        max_length=20,
        required=False,
        widget=forms.TextInput(
            attrs={
                "class": "code-input",
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "maxlength": 9,
            }
        ),
    )
    reason = forms.CharField(
        label=_("What is still wrong?"),
        max_length=2000,
        required=False,
        validators=[refuse_control_characters],
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    photo = PicturesField(label=_("A photo of it"), most=1)

    def __init__(
        self, *args: Any, ticket: Ticket, needs_code: bool, confirms_without: bool = False, **options: Any
    ) -> None:
        """`needs_code` is about a dispute, `confirms_without` about a confirmation."""
        super().__init__(*args, **options)
        self.ticket = ticket
        self.needs_code = needs_code
        self.confirms_without = confirms_without

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        answer = self.data.get("answer")
        needs_code = {"confirm": not self.confirms_without, "dispute": self.needs_code}.get(str(answer))
        if needs_code and not cleaned.get("code"):
            self.add_error("code", _("Type the code that we sent you."))
        has_reason = cleaned.get("reason", "").strip() or "reason" in self.errors
        if answer == "dispute" and not has_reason:
            self.add_error("reason", _("Say in a few words what is still wrong."))
        return cleaned


class RatingForm(forms.Form):
    """How good the fix is, with words if somebody has any."""

    rating = forms.TypedChoiceField(
        label=_("How good is it?"),
        coerce=int,
        choices=[
            (1, _("Very bad")),
            (2, _("Bad")),
            (3, _("So-so")),
            (4, _("Good")),
            (5, _("Very good")),
        ],
        error_messages={"required": _("From one to five, please.")},
    )
    words = forms.CharField(
        label=_("Anything to add?"),
        help_text=_("Only the department reads this."),
        max_length=LONGEST_WORDS,
        required=False,
        validators=[refuse_control_characters],
        widget=forms.Textarea(attrs={"rows": 2}),
    )
