"""Uploaded pictures, the hostile ones too: what is kept is always a small JPEG that we have drawn."""

from __future__ import annotations

import struct
import subprocess
import sys
import zipfile
import zlib
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tickets.pictures import LONGEST_SIDE, MAX_BYTES, SIDES, Picture, PictureRefused, prepare_picture
from tickets.tests.pages import jpeg

Pixel = tuple[int, int, int]


def written(image: Image.Image | None = None, form: str = "JPEG", **options: Any) -> bytes:
    content = BytesIO()
    (image or Image.new("RGB", (40, 30), "teal")).save(content, form, **options)
    return content.getvalue()


def kept(content: bytes, name: str = "pipe.jpg") -> Picture:
    picture = prepare_picture(SimpleUploadedFile(name, content))
    for side, smaller in picture.smaller.items():
        small = Image.open(BytesIO(smaller))
        assert (small.format, max(small.size) <= side) == ("JPEG", True)
    return picture


def seen(picture: Picture) -> Image.Image:
    image = Image.open(picture.content)
    assert image.format == "JPEG"
    return image


def alike(one: Any, other: Pixel) -> bool:
    """Nearly the same colour: JPEG keeps none exactly."""
    return bool(max(abs(a - b) for a, b in zip(one, other, strict=True)) < 12)


def test_a_kept_picture_is_upright_without_metadata_and_there_in_three_sizes() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Camera of Thandi"  # turned by a quarter; the maker
    exif.get_ifd(0x8825)[1] = "S"  # where it was taken
    content = written(Image.new("RGB", (3000, 1000), "teal"), exif=exif, comment=b"Thandi")
    picture = kept(content, "../../etc/pass wd.HEIC.jpg")

    assert (picture.name, picture.content_type) == ("pass wd.HEIC.jpg", "image/jpeg")
    sizes = [Image.open(BytesIO(small)).size for small in picture.smaller.values()]
    assert [*sizes, (picture.width, picture.height)] == [(107, 320), (266, 800), (533, LONGEST_SIDE)]
    for small in (picture.content.read(), *picture.smaller.values()):
        image = Image.open(BytesIO(small))
        assert (dict(image.getexif()), "comment" in image.info, b"Thandi" in small) == ({}, False, False)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_way_of_holding_the_phone_ends_upright(orientation: int) -> None:
    upright = Image.new("RGB", (40, 20), "black")
    upright.paste("red", (0, 0, 20, 10))
    exif = Image.Exif()
    exif[0x0112] = orientation
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    held = upright.transpose(back[orientation]) if orientation in back else upright

    image = seen(kept(written(held, exif=exif, quality=95)))
    assert image.size == (40, 20)
    assert alike(image.getpixel((4, 4)), (254, 0, 0))
    assert alike(image.getpixel((36, 16)), (0, 0, 0))


@pytest.mark.parametrize(
    ("form", "modes"),
    [
        ("PNG", ["RGB", "L", "1", "RGBA", "P", "LA"]),
        ("WEBP", ["RGB", "L", "RGBA", "P"]),
        ("JPEG", ["RGB", "L", "1", "CMYK"]),
    ],
)
def test_any_picture_of_the_three_kinds_is_taken(form: str, modes: list[str]) -> None:
    for mode in modes:
        picture = kept(written(Image.new(mode, (20, 10)), form))
        assert (picture.width, picture.height, seen(picture).mode) == (20, 10, "RGB"), mode


@pytest.mark.parametrize(
    ("image", "form", "colour"),
    [
        # A printer's inks, sixteen bits of grey, and nothing at all.
        (Image.new("CMYK", (20, 20), (0, 255, 255, 0)), "JPEG", (254, 0, 0)),
        (Image.new("I;16", (20, 20), 32768), "PNG", (128, 128, 128)),
        (Image.new("RGBA", (20, 20), (0, 0, 0, 0)), "PNG", (255, 255, 255)),
    ],
)
def test_rare_colours_look_as_they_should(image: Image.Image, form: str, colour: Pixel) -> None:
    assert alike(seen(kept(written(image, form))).getpixel((9, 9)), colour)


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_of_what_moves_the_first_picture_is_kept(form: str) -> None:
    frames = [Image.new("RGB", (30, 20), colour) for colour in ("red", "blue", "green")]
    moving = written(frames[0], form, save_all=True, append_images=frames[1:], duration=100)
    image = seen(kept(moving))
    assert (image.size, getattr(image, "n_frames", 1)) == ((30, 20), 1)
    assert alike(image.getpixel((9, 9)), (254, 0, 0))


def _zipped() -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("payload.html", "<script>alert(1)</script>")
    return content.getvalue()


HTML = b"<html><script>alert(document.domain)</script></html>"


@pytest.mark.parametrize(
    "content",
    [
        written() + HTML,
        written() + _zipped(),
        written(comment=HTML),
        written(form="PNG") + HTML,
        written(form="WEBP") + _zipped(),
        jpeg().read() + b"<?php system($_GET[0]); ?>",
    ],
    ids=[
        "html behind jpeg",
        "zip behind jpeg",
        "html as comment",
        "html behind png",
        "zip behind webp",
        "php behind jpeg",
    ],
)
def test_what_hangs_behind_a_picture_or_in_it_is_gone(content: bytes) -> None:
    picture = kept(content, "pipe.html")
    for part in (picture.content.read(), *picture.smaller.values()):
        assert not any(mark in part for mark in (b"<script", b"<?php", b"PK\x03\x04"))
    assert picture.name == "pipe.jpg"


def test_the_ending_of_a_name_says_nothing() -> None:
    assert kept(written(form="PNG"), "pipe.pdf").name == "pipe.jpg"
    assert kept(written(), "ماء.exe").name == "ماء.jpg"
    assert kept(written(), ".htaccess").name == ".htaccess.jpg"


def _bomb(width: int, height: int) -> bytes:
    """A PNG of few bytes that says it has that many pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\x00" * 64)), (b"IEND", b""))
    parts = (
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a picture",
        HTML,
        _zipped(),
        b"%PDF-1.7\n" + written(),
        b"GIF89a" + b"\x00" * 40,
        written(form="GIF"),
        written(form="TIFF"),
        written(form="BMP"),
        written(form="ICO"),
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\xff\xd8\xff\xe0" + b"\x00" * 100,
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 100,
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
        written(form="PNG")[:60],
        written(Image.effect_noise((400, 300), 60))[:4000],
        written(Image.effect_noise((400, 300), 60), "WEBP")[:4000],
    ],
    ids=[
        "nothing",
        "words",
        "html",
        "zip",
        "pdf",
        "gif of zeros",
        "gif",
        "tiff",
        "bmp",
        "ico",
        "svg",
        "svg with a head",
        "jpeg of zeros",
        "png of zeros",
        "webp without a body",
        "half a png",
        "half a jpeg",
        "half a webp",
    ],
)
def test_what_is_no_whole_picture_is_refused_by_its_content(content: bytes) -> None:
    with pytest.raises(PictureRefused) as refusal:
        kept(content)
    assert (refusal.value.field, refusal.value.status_code) == ("photos", 400)
    assert str(refusal.value).startswith("This file is not a picture that we can read.")


@pytest.mark.parametrize(
    "content",
    [
        written(Image.new("1", (20_000, 20_000)), "PNG"),
        written(Image.new("1", (4_001, 4_001)), "PNG"),
        _bomb(60_000, 60_000),
        _bomb(2**31 - 1, 2**31 - 1),
    ],
    ids=["plain", "a little too many", "bomb", "largest bomb"],
)
def test_too_many_pixels_are_refused_before_they_fill_the_memory(content: bytes) -> None:
    with pytest.raises(PictureRefused, match=r"too many pixels|not a picture"):
        kept(content)


def test_a_file_that_is_too_large_is_not_looked_at() -> None:
    with pytest.raises(PictureRefused, match="larger than 12 MB"):
        kept(b"\x00" * (MAX_BYTES + 1))


def test_a_picture_with_broken_metadata_is_taken() -> None:
    content = written(Image.new("RGB", (8, 8)), exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xffgarbage")
    picture = kept(content)
    assert (picture.width, picture.height) == (8, 8)


def test_a_line_of_pixels_keeps_its_length() -> None:
    picture = kept(written(Image.new("RGB", (4000, 1))))
    sizes = [Image.open(BytesIO(small)).size for small in picture.smaller.values()]
    assert [*sizes, (picture.width, picture.height)] == [(side, 1) for side in SIDES]


_IN_A_PROCESS_OF_ITS_OWN = """
import resource, sys
import django
from django.core.files.uploadedfile import SimpleUploadedFile
django.setup()
from tickets.pictures import prepare_picture
content = sys.stdin.buffer.read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
picture = prepare_picture(SimpleUploadedFile("pipe.jpg", content))
more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(picture.width, picture.height, more // 1024)
"""


def test_sixty_megapixels_take_less_than_a_third_of_their_bytes() -> None:
    content = written(Image.new("L", (8944, 6708), 90).convert("RGB"), quality=70)
    asked = [sys.executable, "-c", _IN_A_PROCESS_OF_ITS_OWN]
    said = subprocess.run(asked, input=content, capture_output=True, check=True).stdout.split()

    width, height, megabytes = map(int, said)
    assert (width, height) == (1600, 1200)
    assert megabytes < 8944 * 6708 * 3 / 1024 / 1024 / 3
