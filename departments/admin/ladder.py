"""The ladder up which expired tickets are escalated: of the organisation, and of departments that differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import BaseFormSet, formset_factory
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from accounts.enums import Capability
from accounts.models import Organisation
from accounts.permissions import has_capability_anywhere
from common.admin import MenuEntry, MenuGroup, add_menu_entry
from common.errors import DomainError, NotAllowed
from departments.actions.escalation import write_ladder
from departments.admin.fields import SpanField
from departments.enums import EscalationAudience
from departments.escalation import MOST_STEPS, Step
from departments.models import Department
from departments.queries import Ladders, ladder_versions, ladders_to_write

NAME = "departments_ladder"


@dataclass(frozen=True)
class Place:
    """Whose ladder a page is about; department None is the organisation's own."""

    organisation: Organisation
    department: Department | None

    @property
    def url(self) -> str:
        return f"{reverse(f'admin:{NAME}')}?{'='.join(self.about)}"

    @property
    def about(self) -> tuple[str, str]:
        """What the address says, and its value."""
        if self.department:
            return "department", str(self.department.pk)
        return "organisation", self.organisation.slug

    @property
    def name(self) -> str:
        return str(self.department or self.organisation)


class StepForm(forms.Form):
    """A row; one that is left empty is no step."""

    audience = forms.ChoiceField(
        label=gettext_lazy("Who is told"),
        required=False,
        choices=[("", "–"), *EscalationAudience.choices],
        widget=UnfoldAdminSelectWidget(),
    )
    delay_seconds = SpanField(
        label=gettext_lazy("After the promise ran out, in working time"), required=False, help_text=""
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.label_suffix = ""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        audience, delay = cleaned.get("audience"), cleaned.get("delay_seconds")
        if audience and delay is None and "delay_seconds" not in self.errors:
            self.add_error("delay_seconds", _("Say after how long."))
        if delay is not None and not audience and "audience" not in self.errors:
            self.add_error("audience", _("Say who is told."))
        return cleaned


StepFormSet = formset_factory(
    StepForm, extra=0, max_num=MOST_STEPS, absolute_max=MOST_STEPS + 1, validate_max=True
)


def show_ladder(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    """The ladder that holds, and the form for another. Which one, the address says."""
    places = [Place(*row) for row in ladders_to_write(request.user)]
    if not places:
        raise PermissionDenied(_("Ladders are for department and organisation admins."))
    place = _chosen(request, places)
    if request.method == "POST":
        return _write(request, site_context, places, place)
    return _page(request, site_context, places, place, StepFormSet(initial=_rows(place)))


def _chosen(request: HttpRequest, places: list[Place]) -> Place:
    """The first where the address names none; Http404 for what is out of reach."""
    asked = [(name, request.GET[name]) for name in ("department", "organisation") if name in request.GET]
    for place in places:
        if asked in ([], [place.about]):
            return place
    raise Http404


def _rows(place: Place) -> list[dict[str, Any]]:
    """The steps that hold now, and empty rows for more."""
    steps = Ladders().steps(place.organisation.pk, place.department.pk if place.department else None)
    rows: list[dict[str, Any]] = [
        {"audience": step.audience, "delay_seconds": step.delay_seconds} for step in steps
    ]
    return [*rows, *({} for _row in range(min(2, MOST_STEPS - len(rows))))]


def _write(
    request: HttpRequest, site_context: dict[str, Any], places: list[Place], place: Place
) -> HttpResponse:
    rows = StepFormSet(request.POST)
    if not rows.is_valid():
        return _page(request, site_context, places, place, rows)
    typed = [row for row in rows.cleaned_data if row.get("audience")]
    steps = [Step(number, row["audience"], row["delay_seconds"]) for number, row in enumerate(typed, 1)]
    try:
        ladder = write_ladder(
            place.organisation, department=place.department, steps=steps, acting_user=request.user
        )
    except NotAllowed as refusal:
        raise PermissionDenied(refusal.message) from refusal
    except DomainError as refusal:
        return _page(request, site_context, places, place, rows, refusal.message)
    messages.success(request, _("Version %(number)d is in force.") % {"number": ladder.version})
    return HttpResponseRedirect(place.url)


def _page(
    request: HttpRequest,
    site_context: dict[str, Any],
    places: list[Place],
    place: Place,
    rows: BaseFormSet[StepForm],
    refusal: str = "",
) -> HttpResponse:
    versions = ladder_versions(place.organisation, place.department)
    in_force = next((row for row in versions if row.retired_at is None), None)
    context = site_context | {
        "title": _("Escalation"),
        "places": places,
        "place": place,
        "rows": rows,
        "refusal": refusal,
        "versions": versions,
        "in_force": in_force,
        "is_kept": place.organisation.accountability_enabled,
    }
    status = 409 if rows.is_bound else 200
    return TemplateResponse(request, "console/ladder.html", context, status=status)


add_menu_entry(
    MenuEntry(MenuGroup.DEPARTMENTS, "stairs", 50, gettext_lazy("Escalation")),
    url_name=NAME,
    is_shown=lambda request: has_capability_anywhere(request.user, Capability.MANAGE_DEPARTMENT),
)
