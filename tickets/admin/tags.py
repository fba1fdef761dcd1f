"""Tags in the console: some to add, some to take away."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from common.text import refuse_control_characters
from tickets.actions.tags import change_tags
from tickets.admin.verb_form import VerbForm


class TagsForm(VerbForm):
    done = gettext_lazy("The tags are changed.")
    add = forms.CharField(
        label=gettext_lazy("Add, separated by commas"),
        required=False,
        max_length=500,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        validators=[refuse_control_characters],
    )
    remove = forms.MultipleChoiceField(
        label=gettext_lazy("Take away"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Somebody else may have taken one away meanwhile: that is no mistake of whoever ticks it now.
        ticked = self.data.getlist(self.add_prefix("remove")) if self.is_bound else []  # type: ignore[attr-defined]
        tags = dict.fromkeys([*self.ticket.tags, *ticked])
        self.fields["remove"].choices = [(tag, tag) for tag in tags]  # type: ignore[attr-defined]
        if not tags:
            del self.fields["remove"]

    def clean(self) -> dict[str, Any] | None:
        data = self.cleaned_data
        if not self.errors and not data.get("remove") and not _words(data["add"]):
            self.add_error("add", _("Say at least one tag."))
        return data

    def act(self) -> Any:
        data = self.cleaned_data
        # Without the version: what others added meanwhile stays.
        return change_tags(
            self.ticket, add=_words(data["add"]), remove=data.get("remove", ()), acting_user=self.user
        )


def _words(typed: str) -> list[str]:
    return [word for word in typed.split(",") if word.strip()]
