"""Sending a ticket to colleagues from the console."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectMultipleWidget

from tickets.actions.notifying import notify_colleagues
from tickets.admin.verb_form import VerbForm, text_field
from tickets.desk import colleagues_who_may_see, departments_with_stages


class NotifyForm(VerbForm):
    done = gettext_lazy("Sent to your colleagues.")
    people = forms.MultipleChoiceField(
        label=gettext_lazy("Colleagues"), required=False, widget=UnfoldAdminSelectMultipleWidget()
    )
    departments = forms.MultipleChoiceField(
        label=gettext_lazy("or everybody of a department who may see it"),
        required=False,
        widget=UnfoldAdminSelectMultipleWidget(),
    )
    note = text_field(gettext_lazy("What you want to tell them"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.colleagues = {str(row.pk): row for row in colleagues_who_may_see(self.ticket, self.user)}
        self.places = {str(row.pk): row for row in departments_with_stages(self.ticket.organisation_id)}
        self.fields["people"].choices = [(key, str(row)) for key, row in self.colleagues.items()]  # type: ignore[attr-defined]
        self.fields["departments"].choices = [(key, row.name) for key, row in self.places.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any] | None:
        data = self.cleaned_data
        if not self.errors and not data.get("people") and not data.get("departments"):
            self.add_error("people", _("Say whom: colleagues, departments, or both."))
        return data

    def act(self) -> Any:
        data = self.cleaned_data
        return notify_colleagues(
            self.ticket,
            people=[self.colleagues[key] for key in data["people"]],
            departments=[self.places[key] for key in data["departments"]],
            note=data["note"],
            **self.after(),
        )
