"""Files of a mail: pictures come along, as from the pages; what does not is named in our answer."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.files.uploadedfile import UploadedFile

from tickets.actions.attachments import MAX_PICTURES
from tickets.pictures import Picture, PictureRefused, prepare_picture


def sort_out(files: Sequence[UploadedFile[bytes]]) -> tuple[list[Picture], list[str]]:
    """The pictures that can be kept, and the names of what is left out."""
    kept: list[Picture] = []
    left_out: list[str] = []
    for file in files:
        picture = _picture(file) if len(kept) < MAX_PICTURES else None
        if picture is None:
            left_out.append(str(file.name))
        else:
            kept.append(picture)
    return kept, left_out


def _picture(file: UploadedFile[bytes]) -> Picture | None:
    try:
        return prepare_picture(file)
    except PictureRefused:
        return None
