"""Reporting, step three: the details, the promise before sending, and the reference after it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Organisation
from accounts.site import require_organisation
from common.errors import DomainError
from departments.models import Category
from departments.promises import Expected, promise_for
from departments.queries import metres_outside, ward_at
from tickets.actions.intake import Place, Report, Reporter
from tickets.forms import add_refusal
from tickets.models import ReportDraft, Ticket
from tickets.picture_places import HEAD_BYTES
from tickets.queries import ticket_just_sent
from tickets.report_forms import MARGIN_METRES, DetailsForm, VisitorDetailsForm
from tickets.views.draft import (
    Draft,
    chosen_category,
    has_sent,
    keep_draft,
    read_draft,
    sent_reference,
    steps,
)
from tickets.views.refusals import refused
from tickets.views.report_confirm import expired
from tickets.views.report_sending import hand_in, waiting_draft
from tickets.views.words import Words

# How intake names its fields, and how the form does.
_FIELD_NAMES = {"reporter_name": "name", "reporter_email": "email", "reporter_phone": "phone"}


@require_http_methods(["GET", "POST"])
def report_details(request: HttpRequest) -> HttpResponse:
    organisation = require_organisation(request)
    already = sent_reference(request, request.POST.get("token", ""))
    if already is not None:
        return redirect("tickets:report_done", already)
    draft = read_draft(request)
    category = chosen_category(organisation, draft)
    if category is None or not draft.is_located:
        if request.method == "POST" and not draft.words and category is None:
            return expired(request)
        return redirect("tickets:report" if category is None else "tickets:report_where")
    waiting = _waiting(request, organisation, draft)
    if request.method != "POST":
        keep_draft(request, draft)
        form = _form(request, organisation, initial=_initial(draft, waiting))
        return _render(request, form, draft, category, waiting)
    form = _form(request, organisation, data=request.POST, files=request.FILES)
    if not form.is_valid():
        return _render(request, form, draft, category, waiting)
    report, reporter = _report(form, draft, category), reporter_of(request, form.cleaned_data)
    try:
        reference = hand_in(request, organisation, report, reporter, token=draft.token)
    except DomainError as refusal:
        add_refusal(form, refusal, aliases=_FIELD_NAMES)
        return refused(_render(request, form, draft, category, waiting), refusal)
    return redirect("tickets:report_done", reference) if reference else redirect("tickets:report_confirm")


def _waiting(request: HttpRequest, organisation: Organisation, draft: Draft) -> ReportDraft | None:
    """What this report said before, if it waits for a code and its sender came back to change it."""
    found = waiting_draft(request, organisation)
    return found if found is not None and found.token == draft.token else None


def _initial(draft: Draft, waiting: ReportDraft | None) -> dict[str, str]:
    said = {"token": draft.token, "title": draft.title, "description": draft.description}
    said["began"] = VisitorDetailsForm.beginning()
    if waiting is not None:
        said |= {"title": waiting.title, "description": waiting.description, "name": waiting.reporter_name}
        said |= {"phone": waiting.reporter_phone, "email": waiting.reporter_email}
    return said


def _form(request: HttpRequest, organisation: Organisation, **options: Any) -> DetailsForm:
    if request.user.is_authenticated:
        return DetailsForm(**options)
    return VisitorDetailsForm(country=organisation.country, **options)


def place_of(category: Category, draft: Draft, chosen: dict[str, Any]) -> Place:
    """Where the photo was taken, if its sender said yes to that; else what the step before says."""
    if chosen["photo_place"]:
        latitude, longitude = map(float, chosen["photo_place"].split(","))
        if metres_outside(category.organisation_id, latitude, longitude) <= MARGIN_METRES:
            return Place(latitude, longitude, draft.address)
    return Place(draft.latitude, draft.longitude, draft.address)


def _report(form: DetailsForm, draft: Draft, category: Category) -> Report:
    chosen = form.cleaned_data
    return Report(
        title=chosen["title"],
        description=chosen["description"],
        category=category,
        place=place_of(category, draft, chosen),
        pictures=chosen["photos"],
    )


def reporter_of(request: HttpRequest, chosen: dict[str, Any]) -> Reporter:
    """Who is signed in, else what the form says of how to reach them."""
    if request.user.is_authenticated:
        return Reporter(user=request.user)
    language = getattr(request, "LANGUAGE_CODE", "")
    return Reporter(name=chosen["name"], email=chosen["email"], phone=chosen["phone"], language=language)


def _render(
    request: HttpRequest, form: DetailsForm, draft: Draft, category: Category, waiting: ReportDraft | None
) -> HttpResponse:
    if not category.is_public_space:
        form.fields["description"].help_text = _("Only you and the department can read this report.")
    context = {
        "section": "report",
        "steps": steps(2),
        "form": form,
        "words": draft.words,
        "head_bytes": HEAD_BYTES,
        # What a phone keeps of the steps before, if the network goes away in this one.
        "before": _before(draft),
        "category_name": category.name,
        "department_name": category.department.name,
        "place_words": _place_words(category, draft),
        "promise": _promise(promise_for(category, timezone.now())),
        "photos_are_looked_at": category.is_public_space and category.organisation.moderates_photos,
        "photos_are_lost": bool(form.errors and request.FILES),
        "photos_kept": waiting.photos.count() if waiting is not None else 0,
    }
    return render(request, "tickets/report_details.html", context, status=400 if form.errors else 200)


def _before(draft: Draft) -> dict[str, str]:
    said = {"words": draft.words, "category": draft.category, "suburb": draft.suburb, "place": draft.place}
    if draft.has_pin:
        said |= {"latitude": str(draft.latitude), "longitude": str(draft.longitude)}
    return said


def _place_words(category: Category, draft: Draft) -> str:
    ward = None
    if draft.latitude is not None and draft.longitude is not None:
        ward = ward_at(category.organisation_id, draft.latitude, draft.longitude)
    words = [draft.address or (_("The pin on the map") if draft.has_pin else "")]
    words += [_("ward %(number)d") % {"number": ward.number}] if ward else []
    return ", ".join(word for word in words if word)


def _promise(expected: Expected | None) -> Words | None:
    if expected is None:
        return None
    detail = _("Somebody starts or answers by %(when)s.") % {"when": long_moment(expected.respond_by)}
    return Words(_fix_by(expected.resolve_by), "progress", "clock", detail)


def _fix_by(moment: datetime) -> str:
    return _("We promise to fix this by %(when)s") % {"when": long_moment(moment)}


def long_moment(moment: datetime) -> str:
    """`Thursday 26 November 14:00`."""
    return date_format(timezone.localtime(moment), "l j F H:i")


@require_GET
def report_done(request: HttpRequest, reference: str) -> HttpResponse:
    """The reference, for whoever sent the report from this browser."""
    organisation = require_organisation(request)
    ticket = ticket_just_sent(organisation.pk, reference) if has_sent(request, reference) else None
    if ticket is None:
        raise Http404
    department = ticket.department.name if ticket.department else organisation.name
    may_look = ticket.is_public or (request.user.is_authenticated and ticket.reporter_id == request.user.pk)
    context = {
        "section": "report",
        "ticket": ticket,
        "told_words": _told_words(ticket),
        "department_words": _("%(department)s has it") % {"department": department},
        "promise": Words(_fix_by(ticket.due_at), "progress", "clock") if ticket.due_at else None,
        "ticket_url": reverse("tickets:ticket", args=[ticket.reference]) if may_look else "",
    }
    return render(request, "tickets/report_done.html", context)


def _told_words(ticket: Ticket) -> str:
    if ticket.reporter_phone and ticket.reporter_email:
        return _("Write it down or take a picture. We tell you by SMS and mail what happens.")
    if ticket.reporter_phone:
        return _("Write it down or take a picture. We tell you by SMS what happens.")
    return _("Write it down or take a picture. We tell you by mail what happens.")
