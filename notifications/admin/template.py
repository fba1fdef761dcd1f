"""An organisation's own words to its residents, and how they will look before they are used."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from accounts.enums import Capability
from accounts.permissions import has_capability, has_capability_anywhere
from common.admin import MenuEntry, MenuGroup, OwnedForm, ScopedModelAdmin
from common.errors import DomainError
from notifications.gsm import SEGMENTS
from notifications.models import MessageTemplate
from notifications.previews import previews_of
from notifications.wording.own import BLANKS, check_blanks, check_sms
from tickets.enums import EventKind


class MessageTemplateForm(OwnedForm):
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=settings.LANGUAGES, widget=UnfoldAdminSelectWidget
    )
    sms = forms.CharField(
        label=gettext_lazy("SMS"),
        required=False,
        max_length=400,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )

    class Meta:
        model = MessageTemplate
        fields = ("organisation", "kind", "language", "headline", "body", "sms", "is_in_use")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Whoever only looks has no fields.
        if "headline" in self.fields:
            blanks = ", ".join(f"{{{name}}}" for name in BLANKS)
            self.fields["headline"].help_text = _("What stays empty stays ours.")
            self.fields["body"].help_text = _(
                "An empty line begins a paragraph. These are filled in: %(blanks)s. "
                "A paragraph that asks for something that there is not is left out."
            ) % {"blanks": blanks}
            self.fields["sms"].help_text = _(
                "At most %(count)d parts: a long title is shortened. It must say {reference} and {link}, "
                "and {code} where one is asked for."
            ) % {"count": SEGMENTS}

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        for name in ("headline", "body"):
            self._check(name, lambda text, name=name: check_blanks(text, field=name))
        kind = cleaned.get("kind") or self.instance.kind
        if kind:
            self._check("sms", lambda text: check_sms(text, EventKind(kind)))
        return cleaned

    def _check(self, name: str, check: Any) -> None:
        try:
            check(self.cleaned_data.get(name, ""))
        except DomainError as refusal:
            self.add_error(name, refusal.message)


@admin.register(MessageTemplate)
class MessageTemplateAdmin(ScopedModelAdmin):
    menu = MenuEntry(MenuGroup.PEOPLE, "edit_note", 60, gettext_lazy("Words of messages"))
    form = MessageTemplateForm
    list_display = ("kind", "language_name", "headline", "is_in_use", "updated_at")
    list_filter = (("kind", ChoicesDropdownFilter), "is_in_use")
    ordering = ("kind", "language")
    readonly_fields = ("preview",)
    fieldsets = (
        (None, {"fields": ("organisation", "kind", "language", "headline", "body", "sms", "is_in_use")}),
        (gettext_lazy("How it will look"), {"fields": ("preview",)}),
    )

    def may_view(self, user: Any, row: Any = None) -> bool:
        return self.may_change(user, row)

    def may_add(self, user: Any) -> bool:
        return has_capability_anywhere(user, Capability.MANAGE_ORGANISATION)

    def may_change(self, user: Any, row: Any = None) -> bool:
        if row is None:
            return self.may_add(user)
        return has_capability(user, Capability.MANAGE_ORGANISATION, row.organisation_id)

    def may_delete(self, user: Any, row: Any = None) -> bool:
        return self.may_change(user, row)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("organisation", "kind", "preview") if obj else ("preview",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.updated_at = timezone.now()
        super().save_model(request, obj, form, change)

    @display(description=gettext_lazy("language"), ordering="language")
    def language_name(self, template: MessageTemplate) -> str:
        return str(dict(settings.LANGUAGES).get(template.language, template.language))

    @display(description=gettext_lazy("In every language"))
    def preview(self, template: MessageTemplate) -> str:
        """What is kept, whether it is in use yet or not; our words in the other languages."""
        if template._state.adding:
            return _("Save it without using it yet, and look at it here.")
        previews = previews_of(template.organisation, EventKind(template.kind), template)
        # The one that is being written first.
        previews.sort(key=lambda row: row.language != template.language)
        return render_to_string("console/previews.html", {"previews": previews, "segments": SEGMENTS})
