"""Form fields for what somebody is reached at."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.contacts import LONGEST, Contact, read_contact
from accounts.sms import NoSms, sms_is_set_up
from common.errors import DomainError
from common.phones import normalise_phone

LONGEST_PHONE = 40


class ContactField(forms.CharField):
    """An e-mail address or a mobile number in one field; its value is a Contact."""

    def __init__(self, **options: Any) -> None:
        either = sms_is_set_up()
        attributes = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        options.setdefault("label", _("E-mail or mobile number") if either else _("E-mail address"))
        options.setdefault(
            "widget", forms.TextInput(attrs=attributes | ({} if either else {"type": "email"}))
        )
        super().__init__(max_length=LONGEST, **options)

    def clean(self, value: Any) -> Contact:
        try:
            return read_contact(super().clean(value))
        except DomainError as refusal:
            raise forms.ValidationError(refusal.message, code=refusal.code) from refusal


class PhoneField(forms.CharField):
    """A number in whatever local form; its value is E.164."""

    def __init__(self, **options: Any) -> None:
        options["label"] = _("Mobile number")
        attributes = {"type": "tel", "autocomplete": "tel"}
        super().__init__(max_length=LONGEST_PHONE, widget=forms.TextInput(attrs=attributes), **options)

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        try:
            return normalise_phone(typed) if typed else ""
        except DomainError as refusal:
            raise forms.ValidationError(refusal.message, code=refusal.code) from refusal


def refuse_without_sms() -> None:
    """Raises ValidationError where this installation can send none."""
    if not sms_is_set_up():
        raise forms.ValidationError(NoSms.sentence, code=NoSms.code)
