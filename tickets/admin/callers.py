"""Logging a ticket for a caller, and reading its reference back to them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.enums import Capability
from accounts.models import Organisation
from accounts.permissions import has_capability, has_capability_anywhere
from accounts.queries import console_organisation
from common.errors import DomainError
from common.text import refuse_control_characters
from departments.matching import propose_categories
from departments.models import Category
from departments.queries import suburb_names, suburbs_like
from tickets.actions.intake import Place, Report, Reporter, create_ticket
from tickets.admin.rows import rows_for, ticket_url
from tickets.admin.verb_form import text_field
from tickets.admin.words import moment
from tickets.desk import categories_of
from tickets.enums import Source
from tickets.forms import add_refusal
from tickets.models import Ticket
from tickets.queries import similar_open_tickets

# What the action calls these, and what the form calls them.
_ALIASES = {"reporter_email": "email", "reporter_phone": "phone", "address": "address"}


def _line(label: Any, *, longest: int, required: bool = False, **attributes: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=longest,
        required=required,
        widget=UnfoldAdminTextInputWidget(attrs=attributes),
        validators=[refuse_control_characters],
    )


def _degrees(label: Any, limit: int) -> forms.FloatField:
    return forms.FloatField(
        label=label,
        required=False,
        min_value=-limit,
        max_value=limit,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
    )


class CallerForm(forms.Form):
    """Who calls, what it is, where it is. The suburb gives the place where there is no pin."""

    name = _line(gettext_lazy("Caller’s name"), longest=150, autofocus="autofocus", autocomplete="off")
    phone = _line(gettext_lazy("Phone"), longest=40, inputmode="tel", placeholder="082 123 4567")
    email = forms.EmailField(
        label=gettext_lazy("E-mail"), required=False, max_length=254, widget=UnfoldAdminEmailInputWidget()
    )
    category = forms.ChoiceField(label=gettext_lazy("Kind of problem"), widget=UnfoldAdminSelectWidget())
    title = _line(gettext_lazy("In one line"), longest=200, required=True)
    description = text_field(gettext_lazy("What the caller says"), required=False)
    address = _line(gettext_lazy("Address or description of the place"), longest=250)
    suburb = _line(gettext_lazy("Suburb"), longest=80, list="suburbs", autocomplete="off")
    latitude = _degrees(gettext_lazy("Latitude"), 90)
    longitude = _degrees(gettext_lazy("Longitude"), 180)
    seen = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, organisation: Organisation, **options: Any) -> None:
        super().__init__(*args, **options)
        self.label_suffix = ""
        self.organisation = organisation
        self.categories = {str(row.pk): row for row in categories_of(organisation.pk)}
        groups: dict[str, list[tuple[str, str]]] = {}
        for key, row in self.categories.items():
            groups.setdefault(row.department.name, []).append((key, row.name))
        self.fields["category"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a kind of problem")),
            *groups.items(),
        ]
        self.place = Place()

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or self.cleaned_data
        if not data.get("phone") and not data.get("email") and not {"phone", "email"} & set(self.errors):
            self.add_error("phone", _("Ask for a phone number or an e-mail address, so that we can answer."))
        if (data.get("latitude") is None) != (data.get("longitude") is None):
            self.add_error("latitude", _("A place needs both latitude and longitude."))
        self.place = self._place(data)
        return data

    def _place(self, data: dict[str, Any]) -> Place:
        """The pin; else the suburb's point, with its name in the address."""
        address, latitude, longitude = data.get("address", ""), data.get("latitude"), data.get("longitude")
        typed = data.get("suburb", "").strip()
        suburb = next(iter(suburbs_like(self.organisation.pk, typed)), None) if typed else None
        if typed and suburb is None:
            self.add_error("suburb", _("We know no suburb of that name. Choose one, or describe the place."))
        if suburb is not None and suburb.name.casefold() not in address.casefold():
            address = f"{address}, {suburb.name}" if address else suburb.name
        if suburb is not None and latitude is None:
            latitude, longitude = suburb.latitude, suburb.longitude
        return Place(latitude, longitude, address[:250])

    @property
    def chosen_category(self) -> Category:
        return self.categories[self.cleaned_data["category"]]

    def proposals(self) -> list[Category]:
        """Kinds that the caller's words point at, while none is chosen."""
        data = self.cleaned_data if self.is_bound else {}
        if not self.is_bound or data.get("category"):
            return []
        words = f"{data.get('title', '')} {data.get('description', '')}"
        return propose_categories(words, list(self.categories.values()))

    def similar(self) -> list[Ticket]:
        """Open tickets of the same kind near by, to look at before logging another one."""
        if self.place.latitude is None or self.place.longitude is None or self.cleaned_data["seen"]:
            return []
        return similar_open_tickets(
            self.organisation,
            category=self.chosen_category,
            latitude=self.place.latitude,
            longitude=self.place.longitude,
        )

    def log(self, acting_user: Any) -> Ticket:
        """Raises what `create_ticket` raises."""
        data = self.cleaned_data
        report = Report(
            title=data["title"],
            description=data["description"],
            category=self.chosen_category,
            place=self.place,
        )
        caller = Reporter(name=data["name"], email=data["email"], phone=data["phone"])
        return create_ticket(
            self.organisation, report, reporter=caller, source=Source.CALL_CENTRE, acting_user=acting_user
        )


def log_for_caller(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    if not has_capability_anywhere(request.user, Capability.LOG_FOR_CALLER):
        raise PermissionDenied
    organisation = console_organisation(request.user)
    if organisation is None or not has_capability(request.user, Capability.LOG_FOR_CALLER, organisation.pk):
        raise PermissionDenied
    form = CallerForm(_answers(request), organisation=organisation)
    similar: list[Ticket] = []
    if request.method == "POST" and form.is_valid():
        similar = form.similar()
        ticket = None if similar else _log(form, request.user)
        if ticket is not None:
            return HttpResponseRedirect(reverse("admin:tickets_ticket_logged", args=[ticket.pk]))
    context = site_context | {
        "title": _("Log for a caller"),
        "form": form,
        "similar": rows_for(similar, timezone.now()),
        "proposals": form.proposals(),
        "suburbs": suburb_names(organisation.pk),
    }
    return TemplateResponse(request, "console/log.html", context)


def _answers(request: HttpRequest) -> QueryDict | None:
    """What was typed; pressing a proposed kind is choosing it."""
    if request.method != "POST":
        return None
    answers = request.POST.copy()
    proposed = answers.get("proposed")
    if isinstance(proposed, str) and proposed:
        answers["category"] = proposed
    return answers


def _log(form: CallerForm, user: Any) -> Ticket | None:
    """The ticket, or None with the refusal in the form."""
    try:
        return form.log(user)
    except DomainError as refusal:
        add_refusal(form, refusal, aliases=_ALIASES)
    return None


def show_logged(request: HttpRequest, ticket: Ticket, site_context: dict[str, Any]) -> HttpResponse:
    """The reference, large, and letter by letter, to read to the caller."""
    context = site_context | {
        "title": _("Logged"),
        "ticket": ticket,
        "letters": [part for part in ticket.reference.split("-") if part],
        "promised": moment(ticket.due_at) if ticket.due_at else "",
        "url": ticket_url(ticket),
    }
    return TemplateResponse(request, "console/logged.html", context)
