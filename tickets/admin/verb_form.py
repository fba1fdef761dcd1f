"""What the forms of the console's verbs have in common."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget

from common.text import refuse_control_characters
from tickets.models import Ticket


def text_field(label: Any, *, rows: int = 3, required: bool = True, longest: int = 5000) -> Any:
    return forms.CharField(
        label=label,
        required=required,
        max_length=longest,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": rows}),
        validators=[refuse_control_characters],
    )


class VerbForm(forms.Form):
    """What every verb knows: the ticket, who acts, and the version that they looked at."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    done: str | Promise = gettext_lazy("Done.")
    # What the button says where the table's word does not fit this ticket and person.
    label: str | Promise = ""

    def __init__(self, *args: Any, ticket: Ticket, user: Any, slug: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.auto_id = f"{slug}-%s"
        self.label_suffix = ""
        self.ticket = ticket
        self.user = user
        self.fields["version"].initial = ticket.version

    @property
    def is_plain(self) -> bool:
        """Whether one click is enough."""
        return not self.visible_fields()

    def act(self) -> Any:
        """Call the action. Raises what the action raises."""
        raise NotImplementedError

    def after(self) -> dict[str, Any]:
        """Who acts and on which version: what every action of a transition wants."""
        return {"acting_user": self.user, "expected_version": self.cleaned_data.get("version")}
