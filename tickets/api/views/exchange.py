"""Tickets in and out in bulk: files of rows, streamed both ways."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from typing import IO, Any, cast

import django_filters
from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts.models import Organisation
from accounts.permissions import own_organisations
from common.api.fields import MomentField
from common.api.filters import YesNoField
from common.api.schema import ORGANISATION
from common.errors import InvalidInput, NotAllowed, NotFound
from common.pagination import Key
from tickets.actions.importing import begin_import, can_import, cancel_import, take_file
from tickets.api.filters import TicketFilters
from tickets.api.views.base import TicketsEndpoint
from tickets.enums import FileFormat, ImportState
from tickets.exchange.download import streamed
from tickets.exchange.export import exported_lines
from tickets.exchange.querysets import ImportRunQuerySet
from tickets.exchange.refused import refused_lines
from tickets.models import ImportRun, Ticket
from tickets.queries import get_visible_ticket, import_runs_of, refusals_of, tickets_in
from tickets.querysets import TicketQuerySet

_TAG = "tickets: in bulk"
_CHUNK = 64 * 1024
_FORMATS = {
    "text/csv": FileFormat.CSV,
    "application/jsonl": FileFormat.JSONL,
    "application/x-ndjson": FileFormat.JSONL,
}
_FORMAT = OpenApiParameter("format", enum=FileFormat.values, default=FileFormat.JSONL)


class ExportFilters(TicketFilters):
    """All that lists are narrowed by; how and from where the file is written says the endpoint."""

    format = django_filters.ChoiceFilter(
        choices=FileFormat.choices, method="as_it_is", label=gettext_lazy("csv, or jsonl (the default).")
    )
    after = django_filters.CharFilter(
        max_length=50,
        method="as_it_is",
        label=gettext_lazy("Reference or id of the last ticket that you have: the file goes on behind it."),
    )

    def as_it_is(self, tickets: TicketQuerySet, name: str, value: str) -> TicketQuerySet:
        return tickets


class ExportEndpoint(TicketsEndpoint):
    queryset = TicketQuerySet(Ticket)
    filterset_class = ExportFilters
    pagination_class = None  # type: ignore[assignment]

    @extend_schema(
        operation_id="tickets_export",
        summary="Export tickets",
        parameters=[ORGANISATION],
        responses={(200, "text/csv"): OpenApiTypes.STR, (200, "application/jsonl"): OpenApiTypes.STR},
        tags=[_TAG],
    )
    def export(self, request: Request) -> HttpResponseBase:
        """All tickets that you may see and the filters of the list leave over, oldest first, as a stream.

        For people who work here, and keys. When the connection breaks, ask again with `after`.
        """
        organisation = self.chosen_organisation(request, self.organisation_slug(request))
        if organisation.pk not in own_organisations(request.user) and not request.user.is_superuser:
            raise NotAllowed(_("Only people who work here can export tickets."))
        tickets = cast(TicketQuerySet, self.filter_queryset(tickets_in(organisation.pk, request.user)))
        file_format = FileFormat(request.query_params.get("format") or FileFormat.JSONL)
        name = request.query_params.get("after")
        after = get_visible_ticket(request.user, name) if name else None
        lines = exported_lines(tickets, request.user, file_format, after=after)
        return streamed(lines, file_format, f"tickets-{timezone.localdate():%Y-%m-%d}")


class ImportRunSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=ImportState.choices)
    format = serializers.ChoiceField(choices=FileFormat.choices)
    is_dry_run = serializers.BooleanField(help_text=gettext_lazy("Checked like a real one, nothing is kept."))
    size = serializers.IntegerField(help_text=gettext_lazy("Bytes."))
    read = serializers.IntegerField(source="offset", help_text=gettext_lazy("Bytes that are dealt with."))
    progress = serializers.FloatField(help_text=gettext_lazy("From 0 to 1."))
    lines = serializers.IntegerField(source="line")
    created = serializers.IntegerField(source="created_count")
    known = serializers.IntegerField(
        source="known_count", help_text=gettext_lazy("Rows whose external_ref is a ticket already.")
    )
    refused = serializers.IntegerField(source="refused_count", help_text=gettext_lazy("Rows."))
    error = serializers.CharField()
    created_at = MomentField()
    started_at = MomentField(allow_null=True)
    finished_at = MomentField(allow_null=True)
    links = serializers.SerializerMethodField()

    def get_links(self, run: ImportRun) -> dict[str, str]:
        request = self.context["request"]
        return {
            "self": reverse("api:tickets-import-run", [run.pk], request=request),
            "refused": reverse("api:tickets-import-refused", [run.pk], request=request),
        }


class ImportsEndpoint(TicketsEndpoint):
    """Files of tickets on their way in, for who looks after the organisation."""

    queryset = ImportRunQuerySet(ImportRun)
    serializer_class = ImportRunSerializer
    orderings = {"created_at": Key("created_at")}
    default_ordering = "-created_at"
    # The file of a request that may come again: its bytes are compared before they are read.
    taken: IO[bytes] | None = None

    def said(self, request: Request) -> Any:
        if self.action != "create":
            return super().said(request)
        self._own(request)
        self.taken = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the answer)
        digest, _size = take_file(_body_of(request), self.taken)
        return [request.content_type, digest]

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        if self.taken is not None:
            self.taken.close()
        return super().finalize_response(request, response, *args, **kwargs)

    @extend_schema(
        operation_id="tickets_imports_list",
        summary="List imports",
        parameters=[ORGANISATION],
        responses=ImportRunSerializer(many=True),
        tags=[_TAG],
    )
    def list(self, request: Request) -> Response:
        runs = import_runs_of(self._own(request).pk)
        page = self.paginate_queryset(self.filter_queryset(runs)) or []
        return self.get_paginated_response(self._shown(page, many=True))

    @extend_schema(
        operation_id="tickets_import",
        summary="Import tickets",
        request={"text/csv": OpenApiTypes.BINARY, "application/jsonl": OpenApiTypes.BINARY},
        parameters=[
            ORGANISATION,
            OpenApiParameter("dry_run", OpenApiTypes.BOOL, description="Check everything, keep nothing."),
        ],
        responses={202: ImportRunSerializer, 200: ImportRunSerializer},
        tags=[_TAG],
    )
    def create(self, request: Request) -> Response:
        """The body is the file, up to 100 MB: CSV with the names of fields in its first line, or JSON lines.

        Rows have the fields of `POST tickets/`. It is read in the background; the answer says where to
        look. The same bytes again are the same import: it goes on where it stopped, and logs nothing twice.
        """
        organisation = self._own(request)
        file_format = _format_of(request)
        begun_before = timezone.now()
        run = begin_import(
            organisation,
            _body_of(request) if self.taken is None else _chunks(self.taken),
            file_format=file_format,
            is_dry_run=_is_dry_run(request),
            acting_user=request.user,
        )
        shown = self._shown(run)
        is_new = run.created_at >= begun_before
        code = status.HTTP_202_ACCEPTED if is_new else status.HTTP_200_OK
        return Response(shown, status=code, headers={"Location": shown["links"]["self"]})

    @extend_schema(
        operation_id="tickets_imports_retrieve",
        summary="How an import goes",
        parameters=[ORGANISATION],
        responses=ImportRunSerializer,
        tags=[_TAG],
    )
    def retrieve(self, request: Request, key: uuid.UUID) -> Response:
        return Response(self._shown(self._one(request, key)))

    @extend_schema(
        operation_id="tickets_imports_cancel",
        summary="Stop an import",
        parameters=[ORGANISATION],
        responses=ImportRunSerializer,
        tags=[_TAG],
    )
    def cancel(self, request: Request, key: uuid.UUID) -> Response:
        """Behind the batch that is being written; what was logged stays."""
        return Response(self._shown(cancel_import(self._one(request, key), acting_user=request.user)))

    @extend_schema(
        operation_id="tickets_imports_refused",
        summary="Which rows were refused, and why",
        parameters=[ORGANISATION, _FORMAT],
        responses={(200, "application/jsonl"): OpenApiTypes.STR, (200, "text/csv"): OpenApiTypes.STR},
        tags=[_TAG],
    )
    def refused(self, request: Request, key: uuid.UUID) -> HttpResponseBase:
        """A line for each reason: `line` of the file, `field`, `code`, `sentence`."""
        run = self._one(request, key)
        given = request.query_params.get("format") or FileFormat.JSONL
        if given not in FileFormat.values:
            raise InvalidInput(field="format")
        file_format = FileFormat(given)
        return streamed(refused_lines(refusals_of(run), file_format), file_format, "refused")

    def _own(self, request: Request) -> Organisation:
        organisation = self.chosen_organisation(request, self.organisation_slug(request))
        if not can_import(request.user, organisation.pk):
            raise NotAllowed
        return organisation

    def _one(self, request: Request, key: uuid.UUID) -> ImportRun:
        run = import_runs_of(self._own(request).pk).in_bulk([key]).get(key)
        if run is None:
            raise NotFound
        return run

    def _shown(self, runs: Any, *, many: bool = False) -> Any:
        return ImportRunSerializer(runs, many=many, context={"request": self.request}).data


def _format_of(request: Request) -> FileFormat:
    """What the content type says. Raises UnsupportedMediaType."""
    given = str(request.content_type).split(";")[0].strip().lower()
    if given not in _FORMATS:
        known = ", ".join(_FORMATS)
        sentence = _("The content type of a file of tickets is one of: %s.") % known
        raise UnsupportedMediaType(given, detail=sentence)
    return _FORMATS[given]


def _is_dry_run(request: Request) -> bool:
    try:
        return bool(YesNoField(required=False).clean(request.query_params.get("dry_run")))
    except Exception as error:
        raise InvalidInput(_("Say true or false."), field="dry_run") from error


def _body_of(request: Request) -> Iterator[bytes]:
    """The bytes as they come in: a file is never in memory as a whole."""
    while chunk := request._request.read(_CHUNK):
        yield chunk


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(_CHUNK):
        yield chunk
