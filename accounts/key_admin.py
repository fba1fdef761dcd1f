"""The console's page of keys: make one, see its secret once, revoke it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts.actions.keys import IssuedKey, create_key, revoke_key
from accounts.enums import Capability, Scope
from accounts.models import ApiKey
from accounts.permissions import has_capability, has_capability_anywhere
from common.admin import MenuEntry, MenuGroup, ScopedModelAdmin
from common.errors import DomainError

_SHOWN_ON_A_KEY = (
    "organisation",
    "name",
    "prefix",
    "scope_words",
    "state",
    "created_at",
    "created_by",
    "expires_at",
    "last_used_at",
    "revoked_at",
    "revoked_by",
)


class NewKeyForm(forms.ModelForm[ApiKey]):
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("May"), choices=Scope.choices, widget=UnfoldAdminCheckboxSelectMultipleWidget()
    )

    class Meta:
        model = ApiKey
        fields = ("organisation", "name", "scopes", "expires_at")

    def clean_expires_at(self) -> Any:
        expires_at = self.cleaned_data["expires_at"]
        if expires_at is not None and expires_at <= timezone.now():
            raise forms.ValidationError(_("This lies in the past."))
        return expires_at


@admin.register(ApiKey)
class ApiKeyAdmin(ScopedModelAdmin):
    """Keys of the organisations that the person manages. Never a secret, but once."""

    menu = MenuEntry(MenuGroup.PEOPLE, "key", 40, gettext_lazy("Keys for programs"))
    list_display = ("name", "prefix", "scope_words", "state", "last_used_at", "expires_at")
    list_select_related = ("organisation",)
    search_fields = ("name", "prefix")
    ordering = ("-created_at", "pk")
    fields = _SHOWN_ON_A_KEY
    add_fieldsets = ((None, {"fields": ("organisation", "name", "scopes", "expires_at")}),)
    actions = ("revoke",)

    @display(description=gettext_lazy("may"))
    def scope_words(self, row: ApiKey) -> str:
        return ", ".join(row.scopes)

    @display(
        description=gettext_lazy("state"),
        label={"live": "success", "revoked": "danger", "expired": "warning"},
    )
    def state(self, row: ApiKey) -> tuple[str, str]:
        if row.revoked_at is not None:
            return "revoked", _("revoked")
        return ("live", _("live")) if row.is_live(timezone.now()) else ("expired", _("expired"))

    def may_view(self, user: Any, row: Any = None) -> bool:
        if row is None:
            return has_capability_anywhere(user, Capability.MANAGE_ORGANISATION)
        return has_capability(user, Capability.MANAGE_ORGANISATION, row.organisation_id)

    def may_add(self, user: Any) -> bool:
        return self.may_view(user)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return self.may_view(request.user)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_fieldsets(request, obj) if obj else self.add_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return _SHOWN_ON_A_KEY if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if change:
            return super().get_form(request, obj, change=change, **kwargs)
        names = NewKeyForm.Meta.fields
        return super().get_form(request, obj, change=change, form=NewKeyForm, fields=names)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        issued = create_key(
            obj.organisation,
            name=obj.name,
            scopes=[Scope(scope) for scope in obj.scopes],
            expires_at=obj.expires_at,
            acting_user=request.user,
        )
        obj.pk, obj.prefix = issued.key.pk, issued.key.prefix
        request.issued_key = issued  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The answer itself shows the secret: there is no address where it could be seen again."""
        issued: IssuedKey = request.issued_key  # type: ignore[attr-defined]
        context = self.admin_site.each_context(request) | {
            "title": _("The new key"),
            "key": issued.key,
            "secret": issued.secret,
        }
        headers = {"Cache-Control": "no-store"}
        return TemplateResponse(request, "console/new_key.html", context, headers=headers)

    @admin.action(description=gettext_lazy("Revoke"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: Any) -> None:
        """Ends the chosen keys at once."""
        try:
            keys = [revoke_key(key, acting_user=request.user) for key in queryset]
        except DomainError as refusal:
            self.message_user(request, refusal.message, messages.ERROR)
            return
        sentence = ngettext("%(count)d key is revoked.", "%(count)d keys are revoked.", len(keys))
        self.message_user(request, sentence % {"count": len(keys)}, messages.SUCCESS)
