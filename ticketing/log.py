"""Log lines that say which request they belong to, and no secrets."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from common.redaction import redact
from common.request_id import current_request_id

_PLAIN = logging.Formatter()


class RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        # Django's own line about a refused request comes after our middleware has let go of the id.
        request = getattr(record, "request", None)
        record.request_id = current_request_id() or getattr(request, "request_id", "-")
        return True


class RedactionFilter(logging.Filter):
    """Masks secrets in the message, its arguments, the exception and the stack, for every format.

    A filter of handlers, not of loggers: loggers only ask theirs about what is logged to themselves.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(_message_of(record)), None
        if record.exc_info and not record.exc_text:
            record.exc_text = _PLAIN.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redact(record.exc_text)
        if record.stack_info:
            record.stack_info = redact(record.stack_info)
        return True


def _message_of(record: logging.LogRecord) -> str:
    """A message whose arguments do not fit is shown without them, rather than with all they hold."""
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return f"{record.msg} (its arguments do not fit)"


class JsonFormatter(logging.Formatter):
    """One JSON object per line; times in UTC."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": getattr(record, "request_id", "-"),
        }
        if record.exc_info or record.exc_text:
            line["exception"] = record.exc_text or self.formatException(record.exc_info)  # type: ignore[arg-type]
        if record.stack_info:
            line["stack"] = record.stack_info
        return json.dumps(line, ensure_ascii=False)
