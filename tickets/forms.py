"""What residents type, checked before any action sees it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from django import forms
from django.core.cache import cache
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from common.errors import DomainError
from common.quick_select import LazyPairs, QuickSelect
from common.text import clean_line, refuse_control_characters
from departments.models import Category, Department, Suburb, Ward
from tickets.actions.areas import Area
from tickets.actions.conversation import MAX_PICTURES
from tickets.actions.rating import LONGEST_WORDS
from tickets.areas import RADIUSES, box_of_suburb
from tickets.call_times import CallTime
from tickets.enums import Status
from tickets.models import Ticket
from tickets.pictures import ACCEPTED, Picture, prepare_picture
from tickets.querysets import TicketQuerySet

_A_MINUTE = 60
_PICTURE_TYPES = ",".join(f"image/{name.lower()}" for name in ACCEPTED)


def radius_words(metres: int) -> Promise:
    return (
        format_lazy(_("{metres} m"), metres=metres)
        if metres < 1000
        else format_lazy(_("{km} km"), km=metres // 1000)
    )


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


class NearByForm(forms.Form):
    """What the list and the map show. Every value makes an address that can be shared."""

    q = forms.CharField(
        label=_("Words"),
        max_length=120,
        required=False,
        validators=[refuse_control_characters],
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    status = forms.ChoiceField(label=_("Status"), required=False, widget=QuickSelect)
    department = forms.ModelChoiceField(
        label=_("Department"),
        queryset=Department.objects.none(),
        widget=QuickSelect,
        to_field_name="code",
        required=False,
        empty_label=_("All departments"),
    )
    category = forms.ModelChoiceField(
        label=_("Kind"),
        queryset=Category.objects.none(),
        widget=QuickSelect,
        to_field_name="code",
        required=False,
        empty_label=_("All kinds"),
    )
    ward = forms.ModelChoiceField(
        label=_("Ward"),
        queryset=Ward.objects.none(),
        widget=QuickSelect,
        to_field_name="number",
        required=False,
        empty_label=_("All wards"),
    )
    suburb = forms.ModelChoiceField(
        label=_("Suburb"),
        queryset=Suburb.objects.none(),
        widget=QuickSelect,
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
        self._kept_as, self._rows = f"near_by_choices:{organisation.pk}", rows
        for name, queryset in rows.items():
            field: Any = self.fields[name]
            field.queryset, field.widget.choices = queryset, LazyPairs(partial(self._choices, name))
        words = [(str(value), label) for value, label in Status.choices]
        self.fields["status"].choices = [  # type: ignore[attr-defined]
            ("", _("Not closed yet")),
            *words,
            ("all", _("All, closed ones too")),
        ]

    def _choices(self, name: str) -> Iterator[tuple[str, Any]]:
        """Read where the form is shown; the same for everybody, so kept for a minute."""
        field: Any = self.fields[name]
        yield "", field.empty_label
        yield from self._all_pairs[name]

    def suburbs_beginning(self) -> list[str]:
        """The suburbs that somebody can have meant by the words of a valid form."""
        words = self.cleaned_data["q"].casefold()
        return [
            name for _key, name in self._all_pairs["suburb"] if words and name.casefold().startswith(words)
        ]

    @cached_property
    def _all_pairs(self) -> dict[str, list[tuple[str, str]]]:
        kept: Any = cache.get_or_set(self._kept_as, partial(_pairs, self._rows), _A_MINUTE)
        return dict(kept)

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


def _pairs(rows: dict[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """Key and name of each row, by the field that offers them."""
    keys = {name: NearByForm.base_fields[name].to_field_name for name in rows}  # type: ignore[attr-defined]
    return {name: [(str(getattr(row, keys[name])), str(row)) for row in rows[name]] for name in rows}


def _around(tickets: TicketQuerySet, suburb: Suburb) -> TicketQuerySet:
    return tickets.within(**asdict(box_of_suburb(suburb.latitude, suburb.longitude)))


class AreaForm(forms.Form):
    """An area to follow: a ward or a suburb as near by shows them, or so far around a point."""

    ward = forms.ModelChoiceField(queryset=Ward.objects.none(), to_field_name="number", required=False)
    suburb = forms.ModelChoiceField(queryset=Suburb.objects.none(), to_field_name="name", required=False)
    latitude = forms.FloatField(required=False, min_value=-90, max_value=90)
    longitude = forms.FloatField(required=False, min_value=-180, max_value=180)
    radius = forms.TypedChoiceField(
        label=_("How far around"),
        choices=[(metres, radius_words(metres)) for metres in RADIUSES],
        coerce=int,
        empty_value=None,
        required=False,
        initial=1000,
    )
    name = forms.CharField(
        label=_("Call it"),
        max_length=80,
        required=False,
        validators=[refuse_control_characters],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, organisation: Organisation, **options: Any) -> None:
        super().__init__(*args, **options)
        wards = Ward.objects.of_organisation(organisation.pk).defer("shape")
        self.fields["ward"].queryset = wards  # type: ignore[attr-defined]
        self.fields["suburb"].queryset = Suburb.objects.of_organisation(organisation.pk)  # type: ignore[attr-defined]

    def area(self) -> Area:
        """What a valid form says."""
        chosen = self.cleaned_data
        return Area(
            ward=chosen["ward"],
            suburb=chosen["suburb"],
            latitude=chosen["latitude"],
            longitude=chosen["longitude"],
            radius=chosen["radius"],
            name=clean_line(chosen["name"]),
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
    when = forms.ChoiceField(
        label=_("When"),
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose one of these times.")},
    )
    note = forms.CharField(
        label=_("What is it about"),
        max_length=1000,
        required=False,
        validators=[refuse_control_characters],
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, times: Sequence[CallTime], **options: Any) -> None:
        super().__init__(*args, **options)
        self.times = {choice.name: choice.moment for choice in times}
        choices = [(choice.name, choice.label) for choice in times]
        self.fields["when"].choices = choices  # type: ignore[attr-defined]
        self.fields["when"].initial = choices[0][0]

    def clean_when(self) -> datetime | None:
        """The moment of the chosen time; None for as soon as possible."""
        return self.times.get(self.cleaned_data["when"])


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
