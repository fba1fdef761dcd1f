"""To follow a ticket that is somebody else's work, and to stop."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from tickets.actions.following import follow_ticket, unfollow_ticket
from tickets.admin.verb_form import VerbForm


class FollowForm(VerbForm):
    """One button for both: it says what it would do, and does that even when pressed twice."""

    done = gettext_lazy("You hear how it goes.")
    follow = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        follows = self.ticket.follows.by(self.user).exists()
        self.fields["follow"].initial = not follows
        if follows:
            self.label = gettext_lazy("Follow no more")

    def act(self) -> Any:
        if self.cleaned_data["follow"]:
            return follow_ticket(self.ticket, acting_user=self.user)
        self.done = gettext_lazy("You hear no more of it.")
        return unfollow_ticket(self.ticket, acting_user=self.user)
