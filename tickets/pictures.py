"""Uploaded pictures: decided by content, turned the right way, shrunk, without metadata.

What is kept is drawn anew, in a few sizes, so that nothing of the sent file is ever served: neither what a
camera hid in it nor what somebody hung behind it.
"""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath, PurePosixPath
from typing import Any

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image, ImageOps, UnidentifiedImageError

from common.errors import InvalidInput

MAX_BYTES = 12 * 1024 * 1024
# JPEG is read at a fraction of its size; the others fill the memory with every pixel that they have.
MAX_PIXELS, MAX_PIXELS_AT_ONCE = 64_000_000, 16_000_000
LONGEST_SIDE = 1600
# The smaller ones: beside each other on a phone, and alone on it.
SMALLER_SIDES = (320, 800)
SIDES = (*SMALLER_SIDES, LONGEST_SIDE)
ACCEPTED = ("JPEG", "PNG", "WEBP")


class PictureRefused(InvalidInput):
    code = "picture_refused"
    sentence = gettext_lazy("This file is not a picture that we can read. Use JPEG, PNG or WebP.")


@dataclass(frozen=True)
class Picture:
    """A picture as it is kept, and the smaller ones by their longest side."""

    content: ContentFile[bytes]
    name: str
    content_type: str
    size: int
    width: int
    height: int
    smaller: Mapping[int, bytes] = field(default_factory=dict)


def prepare_picture(upload: Any) -> Picture:
    """Re-encode an uploaded file as JPEG without its metadata. Raises PictureRefused."""
    if upload.size > MAX_BYTES:
        raise PictureRefused(_("This picture is larger than 12 MB."), field="photos")
    bare = _drawn_anew(_open(upload))
    content = _as_jpeg(bare)
    name = f"{PurePath(str(upload.name)).stem[:80] or 'photo'}.jpg"
    return Picture(
        ContentFile(content, name=name),
        name,
        "image/jpeg",
        len(content),
        *bare.size,
        smaller={side: smaller_jpeg(bare, side) for side in SMALLER_SIDES},
    )


def smaller_jpeg(image: Image.Image, side: int) -> bytes:
    """The picture with no side longer than that; never larger than it is."""
    small = image.convert("RGB")
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    return _as_jpeg(small)


def name_of_size(name: str | None, side: int) -> str:
    """Where the smaller one of a kept picture is in its storage."""
    path = PurePosixPath(name or "")
    return str(path.with_name(f"{path.stem}-{side}.jpg"))


def size_at(width: int, height: int, side: int) -> tuple[int, int]:
    """Width and height of the one whose longest side is that."""
    share = min(1.0, side / max(width, height))
    return max(1, round(width * share)), max(1, round(height * share))


def _as_jpeg(image: Image.Image) -> bytes:
    written = io.BytesIO()
    image.save(written, "JPEG", quality=82, optimize=True, progressive=True)
    return written.getvalue()


def _drawn_anew(image: Image.Image) -> Image.Image:
    """Upright, on white where it was transparent, and of the size in which it is kept."""
    flat = _flat(image)
    flat.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    upright = _turned(flat, image)
    # A new image: nothing of the old file's metadata comes along.
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)
    return bare


def _flat(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # Sixteen bits of grey, of which a screen shows eight.
        image = image.point(lambda value: value * (1 / 256))
        return image.convert("L").convert("RGB")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(white, layer).convert("RGB")
    return image.convert("RGB")


def _turned(flat: Image.Image, original: Image.Image) -> Image.Image:
    """The right way up, where the original's metadata can be read at all."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            orientation = original.getexif().get(_ORIENTATION)
            flat.getexif()[_ORIENTATION] = orientation or 1
            return ImageOps.exif_transpose(flat)
    except (OSError, SyntaxError, ValueError, TypeError, LookupError, struct.error):
        return flat


_ORIENTATION = 0x0112


def _open(upload: Any) -> Image.Image:
    try:
        with warnings.catch_warnings():
            # Pillow warns of broken metadata, which is thrown away anyway.
            warnings.simplefilter("ignore", UserWarning)
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(upload, formats=ACCEPTED)
            most = MAX_PIXELS if image.format == "JPEG" else MAX_PIXELS_AT_ONCE
            if image.width * image.height > most:
                raise PictureRefused(_("This picture has too many pixels."), field="photos")
            # A half, a quarter or an eighth, as long as it stays large enough.
            image.draft(None, (LONGEST_SIDE, LONGEST_SIDE))
            image.load()
            return image
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise PictureRefused(field="photos") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureRefused(_("This picture has too many pixels."), field="photos") from error
