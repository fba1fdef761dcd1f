"""Files of tickets in the console: one comes in while a bar moves, and what a list shows goes out."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget, UnfoldBooleanWidget

from accounts.enums import Capability
from accounts.models import Organisation
from accounts.permissions import has_capability_anywhere
from accounts.queries import organisations_managed_by
from common.admin import MenuEntry, MenuGroup, add_menu_entry
from common.errors import DomainError
from tickets.actions.importing import begin_import, cancel_import
from tickets.admin.words import Word, moment
from tickets.enums import FileFormat, ImportState
from tickets.exchange.download import streamed
from tickets.exchange.export import exported_lines
from tickets.exchange.fields import TicketFields
from tickets.exchange.parsing import format_of
from tickets.exchange.refused import refused_lines
from tickets.forms import add_refusal
from tickets.models import ImportRun
from tickets.queries import first_refusals_of, imports_managed_by, refusals_of
from tickets.querysets import TicketQuerySet

_LISTED = 20
_REFUSALS_SHOWN = 100
_STATES = {
    ImportState.WAITING: ("open", "hourglass_empty"),
    ImportState.RUNNING: ("progress", "progress_activity"),
    ImportState.DONE: ("fixed", "check_circle"),
    ImportState.CANCELLED: ("quiet", "cancel"),
    ImportState.FAILED: ("overdue", "error"),
}


class ImportForm(forms.Form):
    """Which file, for which organisation, and whether it is only tried."""

    organisation = forms.ChoiceField(label=gettext_lazy("Organisation"), widget=UnfoldAdminSelectWidget())
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV with names of columns in the first line, or JSON lines. Up to 100 MB."),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.jsonl,.ndjson"}),
        allow_empty_file=True,
    )
    is_dry_run = forms.BooleanField(
        label=gettext_lazy("Only try it"),
        help_text=gettext_lazy("Every row is checked as for real; no ticket is logged."),
        required=False,
        widget=UnfoldBooleanWidget(),
    )

    def __init__(self, *args: Any, organisations: list[Organisation], **options: Any) -> None:
        super().__init__(*args, **options)
        self.label_suffix = ""
        self.organisations = {str(row.pk): row for row in organisations}
        field: Any = self.fields["organisation"]
        field.choices = [(key, row.name) for key, row in self.organisations.items()]
        if len(organisations) == 1:
            del self.fields["organisation"]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        self.file_format = format_of(file.name)
        if self.file_format is None:
            raise forms.ValidationError(_("The name of the file must end in .csv, .jsonl or .ndjson."))
        return file

    def begin(self, acting_user: Any) -> ImportRun:
        """Raises what `begin_import` raises."""
        data = self.cleaned_data
        only = next(iter(self.organisations.values()))
        return begin_import(
            self.organisations.get(data.get("organisation", ""), only),
            data["file"].chunks(),
            file_format=FileFormat(self.file_format or FileFormat.CSV),
            is_dry_run=data["is_dry_run"],
            acting_user=acting_user,
        )


@dataclass(frozen=True)
class Shown:
    """An import as the console tells of it."""

    run: ImportRun

    @property
    def url(self) -> str:
        return reverse("admin:tickets_import_run", args=[self.run.pk])

    @property
    def state(self) -> Word:
        tone, icon = _STATES[ImportState(self.run.state)]
        return Word(self.run.get_state_display(), tone, icon)

    @property
    def title(self) -> str:
        return _("Trial") if self.run.is_dry_run else _("Import")

    @property
    def percent(self) -> int:
        return int(self.run.progress * 100)

    @property
    def facts(self) -> list[str]:
        person = self.run.created_by
        return [
            moment(self.run.created_at),
            *([person.get_full_name()] if person else []),
            str(self.run.get_format_display()),
        ]

    @property
    def counts(self) -> list[tuple[int, str, str]]:
        """How many, of what, and how loudly."""
        run = self.run
        logged = _("would be logged") if run.is_dry_run else _("logged")
        return [
            (run.created_count, logged, "fixed"),
            (run.known_count, _("known before"), "quiet"),
            (run.refused_count, _("refused"), "overdue" if run.refused_count else "quiet"),
        ]

    @property
    def rate(self) -> str:
        """How quickly it goes, or went."""
        run = self.run
        rows = run.created_count + run.known_count + run.refused_count
        seconds = _seconds(run.started_at, run.finished_at)
        if not rows or not seconds:
            return ""
        return _("%(rows)d rows in %(seconds)d s") % {"rows": rows, "seconds": seconds}


def _seconds(begun: datetime | None, ended: datetime | None) -> int:
    return 0 if begun is None else max(round(((ended or timezone.now()) - begun).total_seconds()), 1)


def import_urls(page: Any) -> list[URLPattern]:
    """The addresses, for the page of tickets to put before its own."""
    wrap = page.admin_site.admin_view

    def inside(view: Any) -> Any:
        def shown(request: HttpRequest, **keys: Any) -> HttpResponseBase:
            answer: HttpResponseBase = view(request, page.admin_site.each_context(request), **keys)
            return answer

        return wrap(shown)

    return [
        path("import/", inside(imports), name="tickets_import"),
        path("import/<uuid:key>/", inside(one_import), name="tickets_import_run"),
        path("import/<uuid:key>/progress/", inside(progress), name="tickets_import_progress"),
        path("import/<uuid:key>/stop/", inside(stop), name="tickets_import_stop"),
        path("import/<uuid:key>/refused/<slug:ending>/", inside(refused), name="tickets_import_refused"),
        path("export/<slug:ending>/", wrap(_export_of(page)), name="tickets_export"),
    ]


def imports(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    """Choose a file, and see what came before."""
    organisations = organisations_managed_by(request.user)
    if not organisations:
        raise PermissionDenied
    # A form that says nothing was sent all the same.
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ImportForm(*given, organisations=organisations)
    if form.is_valid():
        try:
            return HttpResponseRedirect(Shown(form.begin(request.user)).url)
        except DomainError as refusal:
            add_refusal(form, refusal, aliases=dict.fromkeys([refusal.field or ""], "file"))
    context = site_context | {
        "title": _("Import tickets"),
        "form": form,
        "columns": list(TicketFields().fields),
        "imports": [Shown(run) for run in imports_managed_by(request.user)[:_LISTED]],
    }
    return TemplateResponse(request, "console/imports.html", context)


def one_import(request: HttpRequest, site_context: dict[str, Any], key: uuid.UUID) -> HttpResponse:
    context = site_context | {"title": _("Import tickets")} | _told(_run(request, key))
    return TemplateResponse(request, "console/import.html", context)


def progress(request: HttpRequest, site_context: dict[str, Any], key: uuid.UUID) -> HttpResponse:
    """The middle of that page alone, for who looks on."""
    return TemplateResponse(request, "console/_import.html", _told(_run(request, key)))


def stop(request: HttpRequest, site_context: dict[str, Any], key: uuid.UUID) -> HttpResponse:
    run = _run(request, key)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        cancel_import(run, acting_user=request.user)
    except DomainError as refusal:
        messages.warning(request, refusal.message)
    return HttpResponseRedirect(Shown(run).url)


def refused(
    request: HttpRequest, site_context: dict[str, Any], key: uuid.UUID, ending: str
) -> HttpResponseBase:
    lines = refused_lines(refusals_of(_run(request, key)), _format(ending))
    return streamed(lines, _format(ending), "refused")


def _export_of(page: Any) -> Any:
    def export(request: HttpRequest, ending: str) -> HttpResponseBase:
        """All that the list shows under the filters in the address, each row as the person may see it."""
        file_format = _format(ending)
        if not page.has_view_permission(request):
            raise PermissionDenied
        try:
            tickets: TicketQuerySet = page.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters as error:
            raise Http404 from error
        lines = exported_lines(tickets, request.user, file_format)
        return streamed(lines, file_format, f"tickets-{timezone.localdate():%Y-%m-%d}")

    return export


def _told(run: ImportRun) -> dict[str, Any]:
    rows = first_refusals_of(run, _REFUSALS_SHOWN)
    more = run.refused_count > len({row.line for row in rows})
    hint = ngettext("%(count)d row", "%(count)d rows", run.refused_count) % {"count": run.refused_count}
    return {"run": run, "shown": Shown(run), "refusals": rows, "has_more": more, "hint": hint}


def _run(request: HttpRequest, key: uuid.UUID) -> ImportRun:
    run = imports_managed_by(request.user).in_bulk([key]).get(key)
    if run is None:
        raise Http404
    return run


def _format(ending: str) -> FileFormat:
    if ending not in FileFormat.values:
        raise Http404
    return FileFormat(ending)


def _may_import(request: HttpRequest) -> bool:
    return has_capability_anywhere(request.user, Capability.MANAGE_ORGANISATION)


add_menu_entry(
    MenuEntry(MenuGroup.WORK, "upload_file", 60, gettext_lazy("Import tickets")),
    url_name="tickets_import",
    is_shown=_may_import,
)
