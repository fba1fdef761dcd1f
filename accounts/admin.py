"""People, their roles, and the organisation's own settings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from accounts import key_admin as key_admin
from accounts.actions.invitations import Person, invite
from accounts.actions.organisations import refuse_own_lock_out
from accounts.actions.people import change_membership, change_person, may_edit_person
from accounts.enums import Capability, MembershipState, Role
from accounts.models import Membership, Organisation, User
from accounts.permissions import has_capability, has_capability_anywhere, is_operator
from accounts.queries import colleagues_of
from accounts.roles import STAFF_ROLE_CHOICES
from common.admin import MenuEntry, MenuGroup, ScopedModelAdmin, ScopedTabularInline
from common.errors import DomainError
from common.phones import normalise_phone, phone_in

_ROLE_TONES = {
    Role.ORGANISATION_ADMIN: "primary",
    Role.DEPARTMENT_ADMIN: "info",
    Role.CALL_CENTRE: "success",
    Role.AUDITOR: "warning",
}

_STATE_TONES = {
    MembershipState.ACTIVE: "success",
    MembershipState.INVITED: "info",
    MembershipState.INACTIVE: "danger",
}


@admin.register(Organisation)
class OrganisationAdmin(ScopedModelAdmin):
    """The organisation's own settings. Opening another one is the operator's business."""

    menu = MenuEntry(MenuGroup.PEOPLE, "apartment", 30, _("Organisation"))
    list_display = ("name", "kind", "reference_prefix", "domain", "is_active")
    search_fields = ("name",)
    ordering = ("name",)
    readonly_fields = ("slug", "kind", "reference_prefix", "created_at")
    fieldsets = (
        (None, {"fields": ("name", "kind", "slug", "reference_prefix", "domain", "contact_phone", "accent")}),
        (_("Language and time"), {"fields": ("language", "time_zone", "country")}),
        (
            _("How tickets end"),
            {
                "fields": (
                    "public_reports",
                    "confirms_reporters",
                    "moderates_photos",
                    "verification_required",
                    "verification_days",
                    "verification_reminder_days",
                    "raise_at_supporters",
                    "auto_close_days",
                    "accountability_enabled",
                )
            },
        ),
        (_("Signing in"), {"fields": ("second_factor_required",)}),
    )

    def scope(self, rows: Any, user: Any) -> Any:
        return rows.staffed_by(user)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A host's public pages go to whose domain it is: the operator hands out the names we answer to."""
        return self.readonly_fields if is_operator(request.user) else (*self.readonly_fields, "domain")

    def rows_to_choose(self, request: HttpRequest) -> Any:
        """What belongs to an organisation is added by who manages it."""
        rows: Any = self.get_queryset(request)
        return rows.managed_by(request.user)

    def is_in_menu(self, user: Any) -> bool:
        return self.may_change(user) or has_capability_anywhere(user, Capability.VIEW_REPORTS)

    def may_change(self, user: Any, row: Any = None) -> bool:
        if row is None:
            return has_capability_anywhere(user, Capability.MANAGE_ORGANISATION)
        return has_capability(user, Capability.MANAGE_ORGANISATION, row.pk)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if "second_factor_required" in form.changed_data and obj.second_factor_required:
            refuse_own_lock_out(obj, acting_user=request.user)
        super().save_model(request, obj, form, change)


class _MembershipInline(ScopedTabularInline):
    """Where else a person works, as far as the reader may know."""

    model = Membership
    fields = ("organisation", "role", "is_active")
    readonly_fields = fields
    may_delete_rows = False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).visible_to(request.user).select_related("organisation")

    def has_add_permission(self, request: HttpRequest, obj: Any) -> bool:
        return False


class _FindsByNumber(ScopedModelAdmin):
    """A number is found however it is typed."""

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        return super().get_search_results(request, queryset, phone_in(search_term) or search_term)


class PersonForm(forms.ModelForm[User]):
    def clean_phone(self) -> str | None:
        typed = self.cleaned_data["phone"]
        try:
            return normalise_phone(typed) if typed else None
        except DomainError as refusal:
            raise forms.ValidationError(refusal.message) from refusal


@admin.register(User)
class UserAdmin(_FindsByNumber):
    """The person behind a membership. Not in the menu: people are found by what they are here."""

    form = PersonForm
    list_display = ("full_name", "email", "phone", "is_active")
    search_fields = ("full_name", "email", "phone")
    search_help_text = _("Name, e-mail or phone")
    ordering = ("full_name", "pk")
    fields = ("full_name", "email", "phone", "language", "time_zone", "is_active", "date_joined")
    readonly_fields = ("date_joined",)
    inlines = (_MembershipInline,)

    def get_queryset(self, request: HttpRequest) -> Any:
        return colleagues_of(request.user).by_name()

    def may_change(self, user: Any, row: Any = None) -> bool:
        if row is None:
            return has_capability_anywhere(user, Capability.MANAGE_ORGANISATION)
        return may_edit_person(user, row)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        change_person(obj, changed=form.changed_data, acting_user=request.user)


class NewMemberForm(forms.ModelForm[Membership]):
    """Somebody new in the organisation: who they are and what they do here."""

    name = forms.CharField(label=_("Name"), max_length=150, widget=UnfoldAdminTextInputWidget())
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=UnfoldAdminEmailInputWidget(),
        help_text=_("We send an invitation there. They work here once they have accepted it."),
    )
    phone = forms.CharField(
        label=_("Phone"), max_length=40, required=False, widget=UnfoldAdminTextInputWidget()
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=STAFF_ROLE_CHOICES,
        initial=Role.AGENT,
        widget=UnfoldAdminSelectWidget(),
    )

    class Meta:
        model = Membership
        fields = ("organisation", "role")

    acting_user: Any = None

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        person = Person(cleaned["name"], cleaned["email"], cleaned["phone"])
        try:
            self.instance = invite(
                cleaned["organisation"], person, role=Role(cleaned["role"]), acting_user=self.acting_user
            )
        except DomainError as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
        return cleaned

    def validate_unique(self) -> None:
        """The action has decided already."""

    def _post_clean(self) -> None:
        """The action has built the row already."""


@admin.register(Membership)
class MembershipAdmin(_FindsByNumber):
    """The people of an organisation: who works here, and as what."""

    menu = MenuEntry(MenuGroup.PEOPLE, "group", 10, _("People"))
    list_display = ("person", "email", "role_label", "state")
    list_select_related = ("user", "organisation", "invitation")
    list_filter = (("role", ChoicesDropdownFilter), "is_active")
    search_fields = ("user__full_name", "user__email", "user__phone", "invitation__email")
    search_help_text = _("Name, e-mail or phone")
    ordering = ("user__full_name", "pk")
    readonly_fields = ("organisation", "user", "created_at")
    fields = ("user", "organisation", "role", "is_active", "created_at")
    add_fieldsets = ((None, {"fields": ("organisation", "name", "email", "phone", "role")}),)

    @display(description=_("person"), ordering="user__full_name")
    def person(self, row: Membership) -> str:
        return row.user.full_name

    @display(description=_("e-mail address"), ordering="user__email")
    def email(self, row: Membership) -> str:
        return row.address or ""

    @display(
        description=_("role"), ordering="role", label={str(Role(r).label): t for r, t in _ROLE_TONES.items()}
    )
    def role_label(self, row: Membership) -> str:
        return row.get_role_display()

    @display(description=_("works here"), ordering="is_active", label=_STATE_TONES)
    def state(self, row: Membership) -> Any:
        return row.state, row.state.label

    def may_add(self, user: Any) -> bool:
        return has_capability_anywhere(user, Capability.MANAGE_ORGANISATION)

    def may_change(self, user: Any, row: Any = None) -> bool:
        if row is None:
            return self.may_add(user)
        return has_capability(user, Capability.MANAGE_ORGANISATION, row.organisation_id)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if change:
            return super().get_form(request, obj, change=change, **kwargs)
        form = super().get_form(
            request, obj, change=change, form=NewMemberForm, fields=("organisation", "role")
        )
        form.acting_user = request.user
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            change_membership(obj, role=Role(obj.role), is_active=obj.is_active, acting_user=request.user)
