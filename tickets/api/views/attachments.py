"""Files of a ticket: shown to whoever may see them on it, sent as a form with files."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import FileResponse, HttpResponseBase, HttpResponseNotModified
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.etags import is_among
from common.api.fields import MomentField
from common.api.serializers import StrictSerializer
from common.errors import InvalidInput, NotAllowed, NotFound
from common.pagination import Key
from tickets.actions.attachments import MAX_PICTURES, TooManyPictures, attach_pictures
from tickets.api.views.base import NAME, OneTicketEndpoint
from tickets.enums import PARTS, AttachmentKind
from tickets.event_querysets import AttachmentQuerySet
from tickets.models import Attachment, Ticket
from tickets.permissions import can_view_as_staff, is_reporter
from tickets.pictures import Picture, prepare_picture
from tickets.queries import attachments_of

TAG = "tickets: files"
K = AttachmentKind
# What each side can show with a file; the first is meant where none is named.
KINDS_OF_REPORTERS = (K.REPORT, K.DISPUTE, K.OTHER)
KINDS_OF_STAFF = (K.OTHER, K.RESOLUTION)


class AttachmentSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=AttachmentKind.choices)
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField(help_text=gettext_lazy("Bytes."))
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    visibility = serializers.ChoiceField(choices=PARTS)
    is_waiting = serializers.BooleanField(
        help_text=gettext_lazy("Staff look at it before anybody but the reporter sees it.")
    )
    created_at = MomentField()
    url = serializers.URLField(help_text=gettext_lazy("Where its bytes are, with the same rights."))


class FilesSerializer(StrictSerializer):
    """A form with files, `multipart/form-data`."""

    files = serializers.ListField(
        child=serializers.FileField(max_length=255),
        allow_empty=False,
        help_text=gettext_lazy("One to five pictures of at most 12 MB: JPEG, PNG or WebP."),
    )
    kind = serializers.ChoiceField(
        choices=AttachmentKind.choices,
        required=False,
        help_text=gettext_lazy(
            "Reporters: report, dispute or other. Staff: resolution or other. Without it report and other."
        ),
    )


class AttachmentsEndpoint(OneTicketEndpoint):
    queryset = AttachmentQuerySet(Attachment)
    parser_classes = [MultiPartParser]
    public_actions = frozenset({"list", "retrieve"})
    orderings = {"at": Key("created_at")}
    default_ordering = "at"

    @extend_schema(
        operation_id="tickets_attachments_list",
        summary="Files of a ticket",
        parameters=[NAME],
        responses=AttachmentSerializer(many=True),
        tags=[TAG],
    )
    def list(self, request: Request, name: str) -> Response:
        """What you may see of them, oldest first."""
        ticket = self.seen_ticket(request, name)
        page = self.paginate_queryset(self.filter_queryset(attachments_of(request.user, ticket))) or []
        return self.get_paginated_response([shown_file(request, ticket, row) for row in page])

    @extend_schema(
        operation_id="tickets_attachments_create",
        summary="Add files",
        parameters=[NAME],
        request={"multipart/form-data": FilesSerializer},
        responses={201: AttachmentSerializer(many=True)},
        filters=False,
        examples=[
            OpenApiExample(
                "A photo of the damage",
                {"files": ["pipe.jpg"], "kind": "report"},
                media_type="multipart/form-data",
                request_only=True,
            )
        ],
        tags=[TAG],
    )
    def create(self, request: Request, name: str) -> Response:
        """Pictures, decided by their content, turned the right way, shrunk and freed of their metadata.

        For staff, and for the reporter until the ticket is closed.
        """
        ticket = self.seen_ticket(request, name)
        form = _read_form(request)
        kind = _checked_kind(request.user, ticket, form.get("kind"))
        pictures = [_prepared(upload) for upload in form["files"]]
        kept = attach_pictures(ticket, pictures, kind=kind, acting_user=request.user)
        return Response([shown_file(request, ticket, row) for row in kept], status=status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="tickets_attachments_retrieve",
        summary="The bytes of a file",
        parameters=[NAME],
        responses={(200, "image/jpeg"): OpenApiTypes.BINARY},
        tags=[TAG],
    )
    def retrieve(self, request: Request, name: str, key: uuid.UUID) -> HttpResponseBase:
        """For whoever sees the file in the list."""
        ticket = self.seen_ticket(request, name)
        attachment = seen_file(request.user, ticket, key)
        headers = {
            # A file never changes, and its key is its version; but who may see it does.
            "Cache-Control": "private, no-cache",
            "ETag": f'"{attachment.pk}"',
        }
        if is_among(headers["ETag"], request.headers.get("If-None-Match", "")):
            return HttpResponseNotModified(headers=headers)
        try:
            content = attachment.file.open("rb")
        except FileNotFoundError as error:
            raise NotFound from error
        return FileResponse(
            content, content_type=attachment.content_type, filename=attachment.name, headers=headers
        )


def seen_file(user: Any, ticket: Ticket, key: uuid.UUID) -> Attachment:
    """The file, if the person sees it on its ticket. Raises NotFound."""
    found = attachments_of(user, ticket).with_key(key).select_related("ticket").first()
    if found is None:
        raise NotFound
    return found


def _read_form(request: Request) -> dict[str, Any]:
    """The checked form. Several files come under one name. Raises ValidationError, TooManyPictures."""
    sent: Any = request.data
    data = {name: sent.get(name) for name in sent if name != "files"}
    bound = FilesSerializer(data=data | {"files": request.FILES.getlist("files")})
    bound.is_valid(raise_exception=True)
    form: dict[str, Any] = bound.validated_data
    if len(form["files"]) > MAX_PICTURES:
        raise TooManyPictures(field="files")
    return form


def _prepared(upload: Any) -> Picture:
    try:
        return prepare_picture(upload)
    except InvalidInput as refusal:
        refusal.field = "files"
        raise


def _checked_kind(user: Any, ticket: Ticket, asked: str | None) -> AttachmentKind:
    """What the file shows, as far as this person can show it. Raises NotAllowed."""
    # Who reported it speaks as the reporter, also where they work here.
    speaks_for_staff = not is_reporter(user, ticket) and can_view_as_staff(user, ticket)
    possible = KINDS_OF_STAFF if speaks_for_staff else KINDS_OF_REPORTERS
    kind = AttachmentKind(asked) if asked else possible[0]
    if kind not in possible:
        raise NotAllowed(_("You cannot add a file of this kind."), field="kind")
    return kind


def shown_file(request: Request, ticket: Ticket, attachment: Attachment) -> dict[str, Any]:
    address = reverse("api:ticket-attachment", kwargs={"name": ticket.reference, "key": attachment.pk})
    columns = ("kind", "name", "content_type", "size", "width", "height", "visibility", "is_waiting")
    return {
        "id": attachment.pk,
        **{name: getattr(attachment, name) for name in columns},
        "created_at": attachment.created_at,
        "url": request.build_absolute_uri(address),
    }
