"""Files of rows on their way out."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import StreamingHttpResponse

from tickets.enums import FileFormat

_CONTENT_TYPES = {FileFormat.CSV: "text/csv; charset=utf-8", FileFormat.JSONL: "application/jsonl"}


def streamed(lines: Iterator[bytes], file_format: FileFormat, name: str) -> StreamingHttpResponse:
    """A file that is written while it is read; `name` without its ending."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.{file_format}"'}
    return StreamingHttpResponse(lines, content_type=_CONTENT_TYPES[file_format], headers=headers)
