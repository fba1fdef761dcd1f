"""Photos of a ticket, shown to whoever may see them on the ticket itself."""

from __future__ import annotations

import uuid
from typing import IO, Any

from django.core.files.base import ContentFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET
from PIL import Image

from common.api.etags import is_among
from tickets.models import Attachment
from tickets.permissions import visible_parts
from tickets.pictures import SMALLER_SIDES, name_of_size, smaller_jpeg
from tickets.views.access import get_ticket_or_404


@require_GET
def photo(request: HttpRequest, reference: str, key: uuid.UUID) -> HttpResponseBase:
    attachment = _visible_attachment(request, reference, key)
    if _is_known(request, attachment):
        return HttpResponseNotModified(headers=_headers(attachment))
    return _answer(attachment, _opened(attachment, attachment.file.name or ""))


@require_GET
def smaller_photo(request: HttpRequest, reference: str, key: uuid.UUID, side: int) -> HttpResponseBase:
    if side not in SMALLER_SIDES:
        raise Http404
    attachment = _visible_attachment(request, reference, key)
    if _is_known(request, attachment):
        return HttpResponseNotModified(headers=_headers(attachment))
    content: IO[Any]
    try:
        content = attachment.file.storage.open(name_of_size(attachment.file.name or "", side))
    except FileNotFoundError:
        content = _made_now(attachment, side)
    return _answer(attachment, content)


def _visible_attachment(request: HttpRequest, reference: str, key: uuid.UUID) -> Attachment:
    ticket = get_ticket_or_404(request, reference)
    attachments = ticket.attachments.shown_to(visible_parts(request.user, ticket))
    attachment = attachments.with_key(key).select_related("ticket").first()
    if attachment is None or not attachment.content_type.startswith("image/"):
        raise Http404
    return attachment


def _answer(attachment: Attachment, content: IO[Any]) -> FileResponse:
    # Everything kept is a JPEG that we have drawn: the name that somebody gave it is not repeated.
    name = f"{attachment.ticket.reference}.jpg"
    return FileResponse(content, content_type="image/jpeg", filename=name, headers=_headers(attachment))


def _headers(attachment: Attachment) -> dict[str, str]:
    """A file never changes, but who may see it does: browsers keep it and ask each time."""
    return {"Cache-Control": "private, no-cache", "ETag": f'"{attachment.pk}"'}


def _is_known(request: HttpRequest, attachment: Attachment) -> bool:
    return is_among(_headers(attachment)["ETag"], request.headers.get("If-None-Match", ""))


def _opened(attachment: Attachment, name: str) -> IO[Any]:
    try:
        return attachment.file.storage.open(name)
    except FileNotFoundError as error:
        raise Http404 from error


def _made_now(attachment: Attachment, side: int) -> IO[Any]:
    """One that is missing, as of photos kept before there were sizes; from then on it is there."""
    name = attachment.file.name or ""
    with _opened(attachment, name) as original, Image.open(original) as image:
        content = smaller_jpeg(image, side)
    kept = attachment.file.storage.save(name_of_size(name, side), ContentFile(content))
    return _opened(attachment, kept)
