"""Uploaded pictures: decided by content, turned the right way, shrunk, without metadata."""

from __future__ import annotations

import io
import struct
import warnings
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image, ImageOps, UnidentifiedImageError

from common.errors import InvalidInput

MAX_BYTES = 12 * 1024 * 1024
MAX_PIXELS = 60_000_000
LONGEST_SIDE = 1600
ACCEPTED = ("JPEG", "PNG", "WEBP")


class PictureRefused(InvalidInput):
    code = "picture_refused"
    sentence = gettext_lazy("This file is not a picture that we can read. Use JPEG, PNG or WebP.")


@dataclass(frozen=True)
class Picture:
    """A picture as it is kept."""

    content: ContentFile[bytes]
    name: str
    content_type: str
    size: int
    width: int
    height: int


def prepare_picture(upload: Any) -> Picture:
    """Re-encode an uploaded file as JPEG without its metadata. Raises PictureRefused."""
    if upload.size > MAX_BYTES:
        raise PictureRefused(_("This picture is larger than 12 MB."), field="photos")
    image = _open(upload)
    upright = _turned(image).convert("RGB")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # A new image: nothing of the old file's metadata comes along.
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)
    written = io.BytesIO()
    bare.save(written, "JPEG", quality=82, optimize=True, progressive=True)
    content = written.getvalue()
    name = f"{PurePath(str(upload.name)).stem[:80] or 'photo'}.jpg"
    return Picture(ContentFile(content, name=name), name, "image/jpeg", len(content), *bare.size)


def _turned(image: Image.Image) -> Image.Image:
    """The picture the right way up, where its metadata can be read at all."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            return ImageOps.exif_transpose(image)
    except (OSError, SyntaxError, ValueError, TypeError, LookupError, struct.error):
        return image


def _open(upload: Any) -> Image.Image:
    try:
        with warnings.catch_warnings():
            # Pillow warns of broken metadata, which is thrown away anyway.
            warnings.simplefilter("ignore", UserWarning)
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(upload, formats=ACCEPTED)
            if image.width * image.height > MAX_PIXELS:
                raise PictureRefused(_("This picture has too many pixels."), field="photos")
            image.load()
            return image
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise PictureRefused(field="photos") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureRefused(_("This picture has too many pixels."), field="photos") from error
