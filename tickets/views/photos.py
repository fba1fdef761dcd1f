"""Photos of a ticket, shown to whoever may see them on the ticket itself."""

from __future__ import annotations

import io
import uuid
from pathlib import PurePosixPath

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_GET
from PIL import Image

from tickets.models import Attachment
from tickets.permissions import visible_parts
from tickets.views.access import get_ticket_or_404

THUMBNAIL_SIDE = 480
_A_WEEK = 7 * 24 * 3600


@require_GET
def photo(request: HttpRequest, reference: str, key: uuid.UUID) -> FileResponse:
    attachment = _visible_attachment(request, reference, key)
    return _answer(attachment, attachment.file.name or "")


@require_GET
def thumbnail(request: HttpRequest, reference: str, key: uuid.UUID) -> FileResponse:
    attachment = _visible_attachment(request, reference, key)
    return _answer(attachment, _thumbnail_name(attachment))


def _visible_attachment(request: HttpRequest, reference: str, key: uuid.UUID) -> Attachment:
    ticket = get_ticket_or_404(request, reference)
    attachments = ticket.attachments.shown_to(visible_parts(request.user, ticket))
    attachment = attachments.with_key(key).first()
    if attachment is None or not attachment.content_type.startswith("image/"):
        raise Http404
    return attachment


def _answer(attachment: Attachment, name: str) -> FileResponse:
    try:
        content = attachment.file.storage.open(name)
    except FileNotFoundError as error:
        raise Http404 from error
    answer = FileResponse(content, content_type=attachment.content_type)
    answer["Cache-Control"] = f"private, max-age={_A_WEEK}, immutable"
    return answer


def _thumbnail_name(attachment: Attachment) -> str:
    """The small version's file, made when it is asked for the first time."""
    storage: Storage = attachment.file.storage
    path = PurePosixPath(attachment.file.name or "")
    name = str(path.with_name(f"{path.stem}-{THUMBNAIL_SIDE}.jpg"))
    if not storage.exists(name):
        try:
            with storage.open(str(path)) as original, Image.open(original) as image:
                image.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
                written = io.BytesIO()
                image.convert("RGB").save(written, "JPEG", quality=78, optimize=True, progressive=True)
        except FileNotFoundError as error:
            raise Http404 from error
        return storage.save(name, ContentFile(written.getvalue()))
    return name
