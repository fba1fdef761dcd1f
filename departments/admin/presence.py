"""When a member is there, on their page: the shifts of a week, and leave."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.admin import ScopedTabularInline
from departments.actions.presence import cancel_leave, change_leave, set_shifts, take_leave
from departments.admin.fields import MinuteField
from departments.models import DepartmentMember, Leave, Shift
from departments.presence import MINUTES_A_DAY, WeeklyShift, shifts_overlap


class ShiftForm(forms.ModelForm[Shift]):
    starts_minute = MinuteField(label=gettext_lazy("From"))
    ends_minute = MinuteField(
        label=gettext_lazy("To"), help_text=gettext_lazy("Not later than the start: on the next day.")
    )

    class Meta:
        model = Shift
        fields = ("weekday", "starts_minute", "ends_minute")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        ends = self.initial.get("ends_minute")
        if ends is not None and ends > MINUTES_A_DAY:
            self.initial["ends_minute"] = ends - MINUTES_A_DAY

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("starts_minute"), cleaned.get("ends_minute")
        if start == MINUTES_A_DAY:
            self.add_error("starts_minute", _("A day begins at 00:00."))
        elif start is not None and end is not None and end <= start:
            cleaned["ends_minute"] = end + MINUTES_A_DAY
        return cleaned

    def validate_constraints(self) -> None:
        """The whole week is compared at once, by the form set."""


class WeekFormSet(BaseInlineFormSet[Shift, DepartmentMember, ShiftForm]):
    def clean(self) -> None:
        super().clean()
        if not any(self.errors) and shifts_overlap(self.week()):
            raise ValidationError(_("Two of these shifts overlap."))

    def week(self) -> list[WeeklyShift]:
        """The shifts as they are to be."""
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data]
        kept = [row for row in rows if not row.get("DELETE")]
        return [(row["weekday"], row["starts_minute"], row["ends_minute"]) for row in kept]


class ShiftInline(ScopedTabularInline):
    model = Shift
    form = ShiftForm
    formset = WeekFormSet
    ordering = ("weekday", "starts_minute")
    verbose_name_plural = gettext_lazy("Shifts: without any, always there")


class LeaveForm(forms.ModelForm[Leave]):
    class Meta:
        model = Leave
        fields = ("starts_on", "ends_on", "reason")

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day cannot be before the first."))
        return cleaned

    def validate_constraints(self) -> None:
        """All leave is compared at once, by the form set."""


class LeaveFormSet(BaseInlineFormSet[Leave, DepartmentMember, LeaveForm]):
    def clean(self) -> None:
        super().clean()
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data and form.is_valid()]
        spans = sorted((row["starts_on"], row["ends_on"]) for row in rows if not row.get("DELETE"))
        if any(one[1] >= two[0] for one, two in pairwise(spans)):
            raise ValidationError(_("This person is on leave on some of these days already."))


class LeaveInline(ScopedTabularInline):
    model = Leave
    form = LeaveForm
    formset = LeaveFormSet
    ordering = ("-starts_on",)
    verbose_name_plural = gettext_lazy("Leave: whole days without new tickets")


def save_presence(formset: Any, *, acting_user: Any) -> None:
    """Call the actions for what the form sets of a member's page say."""
    member = formset.instance
    # Nothing is written by this: it tells what was added, changed and taken away.
    formset.save(commit=False)
    if formset.model is Shift:
        if formset.has_changed():
            set_shifts(member, formset.week(), acting_user=acting_user)
        return
    for leave in formset.deleted_objects:
        cancel_leave(leave, acting_user=acting_user)
    for leave, _changed in formset.changed_objects:
        days = {"starts_on": leave.starts_on, "ends_on": leave.ends_on, "reason": leave.reason}
        change_leave(leave, **days, acting_user=acting_user)
    for leave in formset.new_objects:
        take_leave(
            member,
            starts_on=leave.starts_on,
            ends_on=leave.ends_on,
            reason=leave.reason,
            acting_user=acting_user,
        )
