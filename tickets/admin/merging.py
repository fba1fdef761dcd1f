"""Merging in the console: into one of the tickets that look alike, or any other by its reference."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from common.errors import DomainError
from tickets.actions.merging import merge_ticket, undo_merge
from tickets.admin.verb_form import VerbForm, text_field
from tickets.admin.words import status_word
from tickets.desk import merge_candidates
from tickets.models import Ticket
from tickets.queries import get_visible_ticket


class MergeForm(VerbForm):
    done = gettext_lazy("Merged. Who reported it is told where it goes on.")
    into = forms.ChoiceField(
        label=gettext_lazy("It is the same as"), required=False, widget=forms.RadioSelect
    )
    reference = forms.CharField(
        label=gettext_lazy("or as the ticket with this reference"),
        required=False,
        max_length=50,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    reason = text_field(gettext_lazy("Why, as the reporter will read it"), required=False, rows=2)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.candidates = {str(row.pk): row for row in merge_candidates(self.ticket, self.user)}
        self.fields["into"].choices = [  # type: ignore[attr-defined]
            (key, _words_for(row)) for key, row in self.candidates.items()
        ]
        if not self.candidates:
            del self.fields["into"]
            self.fields["reference"].label = gettext_lazy("Reference of the ticket that it is the same as")

    def clean(self) -> dict[str, Any] | None:
        data = self.cleaned_data
        typed, chosen = data.get("reference", "").strip(), data.get("into", "")
        if not self.errors and not typed and not chosen:
            self.add_error("reference", _("Choose the ticket that goes on."))
        elif typed:
            try:
                self.survivor = get_visible_ticket(self.user, typed)
            except DomainError as refusal:
                self.add_error("reference", refusal.message)
        elif chosen:
            self.survivor = self.candidates[chosen]
        return data

    def act(self) -> Any:
        return merge_ticket(
            self.ticket, into=self.survivor, reason=self.cleaned_data["reason"], **self.after()
        )


def _words_for(ticket: Ticket) -> str:
    place = f" · {ticket.address}" if ticket.address else ""
    return f"{ticket.reference} {ticket.title}{place} · {status_word(ticket).text}"


class UnmergeForm(VerbForm):
    done = gettext_lazy("Separated: it is a ticket of its own again.")
    reason = text_field(gettext_lazy("Why, as the reporter will read it"), required=False, rows=2)

    def act(self) -> Any:
        return undo_merge(self.ticket, reason=self.cleaned_data["reason"], **self.after())
