"""From .po to .mo, the fuzzy ones too: a machine's words serve until a native reader has corrected them.

`python -m common.catalogues.compiling` is run by bin/setup and needs no Django.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

LOCALE_DIR = Path(__file__).resolve().parent.parent.parent / "locale"


def catalogue_files(folder: Path = LOCALE_DIR) -> list[Path]:
    return sorted(folder.glob("*/LC_MESSAGES/django.po"))


def is_current(po: Path) -> bool:
    """A .mo carries the time of the .po that it was made from: clocks that differ do not matter."""
    mo = po.with_suffix(".mo")
    return mo.exists() and mo.stat().st_mtime_ns == po.stat().st_mtime_ns


def compile_catalogues(folder: Path = LOCALE_DIR) -> list[Path]:
    """The .po files that had changed. Raises OSError where one may not write, or PoFileError."""
    behind = [po for po in catalogue_files(folder) if not is_current(po)]
    for po in behind:
        compile_catalogue(po)
    return behind


def compile_catalogue(po: Path) -> None:
    """At once or not at all: somebody may be reading the old one, or compiling the same."""
    was = po.stat()
    with po.open("rb") as source:
        catalogue = read_po(source, locale=po.parent.parent.name, abort_invalid=True)
    with tempfile.NamedTemporaryFile(dir=po.parent, suffix=".mo.new", delete=False) as new:
        write_mo(new, catalogue, use_fuzzy=True)
    Path(new.name).chmod(0o644)
    os.utime(new.name, ns=(was.st_atime_ns, was.st_mtime_ns))
    Path(new.name).replace(po.with_suffix(".mo"))


def main(folder: Path = LOCALE_DIR) -> None:
    """Where one may not write, or a file is broken, the old words stay: no reason not to start."""
    for po in catalogue_files(folder):
        try:
            if not is_current(po):
                compile_catalogue(po)
        except (OSError, PoFileError) as problem:
            sys.stderr.write(f"{po} could not be compiled, so that language is as it was: {problem}\n")


if __name__ == "__main__":
    main()
