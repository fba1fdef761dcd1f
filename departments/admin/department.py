"""Departments with their stages and members."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.forms.models import BaseModelFormSet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from accounts.enums import Capability
from accounts.permissions import has_capability_anywhere, is_staff_of
from common.admin import MenuEntry, MenuGroup, OwnedForm, ScopedModelAdmin, ScopedTabularInline
from departments.actions.members import add_desk, save_member
from departments.admin import ladder
from departments.admin.fields import SpanField
from departments.admin.links import links_for
from departments.admin.presence import LeaveInline, ShiftInline, save_presence
from departments.models import Department, DepartmentMember, Stage
from departments.permissions import can_manage_department
from departments.staffing import tell_queue_changed, tell_target_changed


class StageInline(ScopedTabularInline):
    model = Stage
    fields = ("position", "name")
    ordering = ("position",)
    # Tickets and custodies keep referring to stages.
    may_delete_rows = False


class MemberInline(ScopedTabularInline):
    """Who works here and how much they hold. People are added on a page of their own."""

    model = DepartmentMember
    fields = ("person", "capacity", "open_tickets", "is_available", "is_active", "skills_and_regions")
    readonly_fields = ("person", "open_tickets", "skills_and_regions")
    may_delete_rows = False
    verbose_name_plural = gettext_lazy("Members")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).with_people().with_specialities()

    def has_add_permission(self, request: HttpRequest, obj: Any) -> bool:
        return False

    @display(description=gettext_lazy("person"))
    def person(self, member: DepartmentMember) -> str:
        return str(member.user)

    @display(description=gettext_lazy("skills and regions"))
    def skills_and_regions(self, member: DepartmentMember) -> str:
        page = reverse("admin:departments_departmentmember_change", args=[member.pk])
        return format_html('<a class="c-link" href="{}">{}</a>', page, _specialities(member))


def _specialities(member: DepartmentMember) -> str:
    names = [str(row) for row in (*member.skills.all(), *member.regions.all(), *member.wards.all())]
    return ", ".join(names) or _("everything, everywhere")


class DepartmentForm(OwnedForm):
    queue_limit_seconds = SpanField(label=gettext_lazy("Longest wait in the queue"), required=False)
    custody_target_seconds = SpanField(
        label=gettext_lazy("Internal target"),
        required=False,
        help_text=gettext_lazy(
            "How long a ticket may be with this department, in its working hours: 4 h, 1 h 30 min, 45 min. "
            "What is held longer is flagged for staff; nothing is promised to anybody. Empty for no target."
        ),
    )


@admin.register(Department)
class DepartmentAdmin(ScopedModelAdmin):
    menu = MenuEntry(MenuGroup.DEPARTMENTS, "domain", 10)
    form = DepartmentForm
    list_display = ("name", "people", "open_now", "calendar", "strategy_word", "is_active")
    list_select_related = ("calendar", "organisation")
    list_filter = ("is_active",)
    search_fields = ("name", "code")
    ordering = ("name", "pk")
    inlines = (StageInline, MemberInline)
    prepopulated_fields = {"code": ("name",)}
    fieldsets = (
        (None, {"fields": ("organisation", "name", "code", "description", "is_active")}),
        (
            gettext_lazy("How work is given out"),
            {"fields": ("calendar", "strategy", "queue_limit_seconds", "overflow_department")},
        ),
        (gettext_lazy("How long it may take"), {"fields": ("custody_target_seconds",)}),
    )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.ladder_view)
        return [path("escalation/", view, name=ladder.NAME), *super().get_urls()]

    def ladder_view(self, request: HttpRequest) -> HttpResponse:
        return ladder.show_ladder(request, self.admin_site.each_context(request))

    def may_add(self, user: Any) -> bool:
        return has_capability_anywhere(user, Capability.MANAGE_ORGANISATION)

    def may_change(self, user: Any, row: Any = None) -> bool:
        if row is None:
            return has_capability_anywhere(user, Capability.MANAGE_DEPARTMENT)
        return can_manage_department(user, row)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("organisation", "code") if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {} if obj else self.prepopulated_fields

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj else (StageInline,)

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: Any = super().get_queryset(request)
        return rows.with_load(timezone.now())

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and {"queue_limit_seconds", "calendar"} & set(form.changed_data):
            tell_queue_changed(obj)
        if change and {"custody_target_seconds", "calendar"} & set(form.changed_data):
            tell_target_changed(obj)

    @display(description=gettext_lazy("members"))
    def people(self, department: Any) -> str:
        return _("%(here)d of %(all)d here") % {"here": department.available, "all": department.active}

    @display(description=gettext_lazy("load"))
    def open_now(self, department: Any) -> str:
        if not department.capacity:
            return "–"
        return _("%(open)d of %(capacity)d") % {
            "open": department.load,
            "capacity": department.capacity,
        }

    @display(description=gettext_lazy("assignment"), ordering="strategy")
    def strategy_word(self, department: Department) -> str:
        return department.get_strategy_display().split(":")[0]

    def save_formset(
        self, request: HttpRequest, form: Any, formset: BaseModelFormSet[Any, Any], change: bool
    ) -> None:
        if formset.model is not DepartmentMember:
            super().save_formset(request, form, formset, change)
            return
        formset.save(commit=False)
        for member, changed in formset.changed_objects:
            save_member(member, changed, acting_user=request.user)


class MemberForm(ModelForm[DepartmentMember]):
    """Only people of the organisation work in its departments, on its categories, in its regions."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        department = cleaned.get("department") or getattr(self.instance, "department", None)
        if department is None:
            return cleaned
        person = cleaned.get("user")
        if person is not None and not is_staff_of(person, department.organisation_id):
            self.add_error("user", _("This person does not work in the organisation."))
        for name in ("skills", "regions", "wards"):
            if any(row.organisation_id != department.organisation_id for row in cleaned.get(name) or ()):
                self.add_error(name, _("Choose those of the same organisation."))
        return cleaned


@admin.register(DepartmentMember)
class DepartmentMemberAdmin(ScopedModelAdmin):
    menu = MenuEntry(MenuGroup.DEPARTMENTS, "badge", 40, gettext_lazy("Members"))
    list_display = ("user", "department", "load", "is_available", "is_active")
    list_select_related = ("user", "department")
    list_filter = ("is_available", "is_active")
    search_fields = ("user__full_name", "user__email", "department__name")
    search_help_text = gettext_lazy("Name, e-mail or department")
    ordering = ("department__name", "user__full_name", "pk")
    form = MemberForm
    autocomplete_fields = ("user", "skills", "regions", "wards")
    inlines = (ShiftInline, LeaveInline)
    fields = ("department", "user", "capacity", "is_available", "is_active", "skills", "regions", "wards")

    def is_in_menu(self, user: Any) -> bool:
        return self.may_change(user) or has_capability_anywhere(user, Capability.VIEW_REPORTS)

    def may_add(self, user: Any) -> bool:
        return has_capability_anywhere(user, Capability.MANAGE_DEPARTMENT)

    def may_change(self, user: Any, row: Any = None) -> bool:
        return self.may_add(user) if row is None else can_manage_department(user, row.department)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("department", "user", "open_tickets", *self._links(request, obj)) if obj else ()

    def _links(self, request: HttpRequest, member: DepartmentMember) -> tuple[str, ...]:
        """The line of links, where there is one for this person."""
        member.links = links_for(request.user, member)  # type: ignore[attr-defined]
        return ("links",) if member.links else ()  # type: ignore[attr-defined]

    @display(description=gettext_lazy("more"))
    def links(self, member: Any) -> str:
        return str(member.links)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.fields
        links = self._links(request, obj)
        return ("department", "user", "capacity", "open_tickets", *links, *self.fields[3:])

    def choices_for(self, db_field: Any, request: HttpRequest) -> Any:
        rows: Any = super().choices_for(db_field, request)
        return rows.managed_by(request.user) if db_field.name == "department" else rows

    @display(description=gettext_lazy("load"))
    def load(self, member: DepartmentMember) -> str:
        return _("%(open)d of %(capacity)d") % {"open": member.open_tickets, "capacity": member.capacity}

    def save_formset(
        self, request: HttpRequest, form: Any, formset: BaseModelFormSet[Any, Any], change: bool
    ) -> None:
        save_presence(formset, acting_user=request.user)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            save_member(obj, form.changed_data, acting_user=request.user)
        else:
            add_desk(obj)
