"""Categories and what is promised for them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.forms.formsets import DELETION_FIELD_NAME
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from accounts.enums import Capability
from accounts.permissions import has_capability_anywhere
from common.admin import MenuEntry, MenuGroup, OwnedForm, ScopedModelAdmin, ScopedTabularInline
from common.errors import DomainError
from departments.actions.standards import (
    CHANGEABLE,
    change_standard,
    check_never_given,
    create_standard,
    delete_standard,
)
from departments.admin.fields import SpanField, span_words
from departments.admin.filters import DepartmentFilter
from departments.models import Category, Standard
from departments.permissions import can_manage_department
from departments.promises import promise_for


class StandardForm(forms.ModelForm[Standard]):
    respond_within_seconds = SpanField(label=gettext_lazy("Answer within"), help_text="")
    resolve_within_seconds = SpanField(label=gettext_lazy("Fix within"), help_text="")

    class Meta:
        model = Standard
        fields = (
            "priority",
            "respond_within_seconds",
            "resolve_within_seconds",
            "calendar",
            "is_active",
            "source",
            "is_assumption",
        )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Clocks refer to it: for another priority there is another promise.
        self.fields["priority"].disabled = not self.instance._state.adding


def refuse_deleting_what_was_given(form: Any) -> None:
    """In place of Django's list of every clock: the sentence of the refusal."""
    if form.cleaned_data.get(DELETION_FIELD_NAME):
        try:
            check_never_given(form.instance)
        except DomainError as refusal:
            form.add_error(None, refusal.message)


class StandardInline(ScopedTabularInline):
    """The promises, in working hours of the calendar. The row without priority holds for all others."""

    model = Standard
    form = StandardForm
    verbose_name_plural = gettext_lazy("Promises, in working time such as 4 h or 1 h 30 min")

    # For who only reads: times as people say them, not as they are kept.
    read_fields = (
        "priority",
        "answer_within",
        "fix_within",
        "calendar",
        "is_active",
        "source",
        "is_assumption",
    )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        may_change = self._may_change_parent(request, obj)
        return super().get_fields(request, obj) if may_change else self.read_fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if self._may_change_parent(request, obj) else ("answer_within", "fix_within")

    @display(description=gettext_lazy("Answer within"))
    def answer_within(self, standard: Standard) -> str:
        return span_words(standard.respond_within_seconds)

    @display(description=gettext_lazy("Fix within"))
    def fix_within(self, standard: Standard) -> str:
        return span_words(standard.resolve_within_seconds)

    def get_formset(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        formset = super().get_formset(request, obj, **options)
        formset.form.hand_clean_DELETE = refuse_deleting_what_was_given
        return formset


def save_standards(formset: Any, *, acting_user: Any) -> None:
    """What the table of promises says now, by the actions and their refusals."""
    formset.save(commit=False)
    for standard in formset.deleted_objects:
        delete_standard(standard, acting_user=acting_user)
    for standard, changed in formset.changed_objects:
        terms = {name: getattr(standard, name) for name in changed}
        change_standard(standard, acting_user=acting_user, **terms)
    for standard in formset.new_objects:
        terms = {name: getattr(standard, name) for name in CHANGEABLE}
        create_standard(standard.category, priority=standard.priority, acting_user=acting_user, **terms)


@admin.register(Category)
class CategoryAdmin(ScopedModelAdmin):
    menu = MenuEntry(MenuGroup.DEPARTMENTS, "category", 20, gettext_lazy("Categories and promises"))
    form = OwnedForm
    list_display = ("name", "department", "code", "priority_word", "promise_words", "is_active")
    list_select_related = ("department",)
    list_filter = (DepartmentFilter, "is_active", "is_public_space")
    search_fields = ("name", "code", "keywords")
    search_help_text = gettext_lazy("Name, code or keyword")
    ordering = ("department__name", "name", "pk")
    inlines = (StandardInline,)
    fieldsets = (
        (None, {"fields": ("organisation", "department", "name", "code", "description", "keywords")}),
        (
            gettext_lazy("How it is handled"),
            {
                "fields": (
                    "default_priority",
                    "is_public_space",
                    "raise_at_supporters",
                    "may_raise_to_urgent",
                    "is_active",
                    "if_reported_now",
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("standards")

    def may_add(self, user: Any) -> bool:
        return has_capability_anywhere(user, Capability.MANAGE_DEPARTMENT)

    def may_change(self, user: Any, row: Any = None) -> bool:
        return self.may_add(user) if row is None else can_manage_department(user, row.department)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("organisation", "code", "if_reported_now") if obj else ("if_reported_now",)

    def choices_for(self, db_field: Any, request: HttpRequest) -> Any:
        rows: Any = super().choices_for(db_field, request)
        return rows.managed_by(request.user) if db_field.name == "department" else rows

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        save_standards(formset, acting_user=request.user)

    @display(description=gettext_lazy("usual priority"), ordering="default_priority")
    def priority_word(self, category: Category) -> str:
        return category.get_default_priority_display()

    @display(description=gettext_lazy("promise"))
    def promise_words(self, category: Category) -> str:
        """The general promise, or the first of the special ones."""
        used = [row for row in category.standards.all() if row.is_active]
        standards = sorted(used, key=lambda row: row.priority or 0)
        if not standards:
            return _("nothing promised")
        return _("answer in %(respond)s, fix in %(resolve)s") % {
            "respond": span_words(standards[0].respond_within_seconds),
            "resolve": span_words(standards[0].resolve_within_seconds),
        }

    @display(description=gettext_lazy("If reported now"))
    def if_reported_now(self, category: Category) -> str:
        """What the promises and the calendar mean in practice."""
        if category._state.adding:
            return "–"
        try:
            expected = promise_for(category, timezone.now())
        except DomainError as refusal:
            return refusal.message
        if expected is None:
            return _("Nothing is promised for its usual priority.")
        return _("Answered by %(respond)s, fixed by %(resolve)s.") % {
            "respond": _moment(expected.respond_by),
            "resolve": _moment(expected.resolve_by),
        }


def _moment(at: Any) -> str:
    return date_format(timezone.localtime(at), "l j F, H:i")
