"""Where a picture was taken, if its camera wrote that down. Only read to be offered; nothing is kept."""

from __future__ import annotations

import math
import struct
import warnings
from dataclasses import dataclass
from typing import Any

from PIL import Image, UnidentifiedImageError
from PIL.ExifTags import GPS, IFD

from tickets.pictures import ACCEPTED

# The beginning of a file is enough: that is where cameras write.
HEAD_BYTES = 256 * 1024


@dataclass(frozen=True)
class TakenAt:
    """Degrees, to about a metre."""

    latitude: float
    longitude: float


def place_in(upload: Any) -> TakenAt | None:
    """The place in the picture's metadata; None where there is none, or none that can be."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Not decoded: the head of a file may be all that there is.
            with Image.open(upload, formats=ACCEPTED) as image:
                written = image.getexif().get_ifd(IFD.GPSInfo)
        latitude = _degrees(written.get(GPS.GPSLatitude), written.get(GPS.GPSLatitudeRef), "S")
        longitude = _degrees(written.get(GPS.GPSLongitude), written.get(GPS.GPSLongitudeRef), "W")
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        OSError,
        SyntaxError,
        ValueError,
        TypeError,
        LookupError,
        ArithmeticError,
        AttributeError,
        struct.error,
    ):
        return None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return None
    # Cameras without a fix write zeros.
    return TakenAt(latitude, longitude) if (latitude, longitude) != (0.0, 0.0) else None


def _degrees(parts: Any, side: Any, negative: str) -> float:
    """Degrees, minutes and seconds as one number. Raises TypeError, ValueError for what is none."""
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(value):
        raise ValueError(parts)
    return round(-value if str(side).strip("\x00 ").upper() == negative else value, 5)
