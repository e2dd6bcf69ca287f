"""The two forms of a line of the server's log: text for people, JSON for machines."""

import json
import logging
from datetime import datetime
from typing import Any


class TextLines(logging.Formatter):
    """Time, level, logger and message, then the number of the request, if there is one."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Return the line; a traceback follows it."""
        number = _request(record)
        return super().formatMessage(record) + (f" [{number}]" if number else "")


class JsonLines(logging.Formatter):
    """An object a line: ``time`` (ISO 8601 with offset), ``level``, ``logger``, ``message``.

    ``request_id`` within a request, ``exception`` (a traceback as one text), and a line's own ``facts``.
    ASCII only, so that no terminal and no encoding has a say.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        fields: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if number := _request(record):
            fields["request_id"] = number
        if record.exc_text or record.exc_info:
            fields["exception"] = record.exc_text or self.formatException(record.exc_info)  # type: ignore[arg-type]
        return json.dumps(fields | getattr(record, "facts", {}), default=str)


def _request(record: logging.LogRecord) -> str:
    number: str = getattr(record, "request_id", "")
    return number


LINES: dict[str, type[logging.Formatter]] = {"text": TextLines, "json": JsonLines}
