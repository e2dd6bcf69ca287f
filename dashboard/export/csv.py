"""CSV as in RFC 4180, safe to open in a spreadsheet."""

import csv
import io
import json
from collections.abc import Iterable, Mapping

from dashboard.export.fields import FIELDS

#: A cell beginning so may run as a formula (OWASP, CSV injection); it gets a leading ``'``.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def header() -> str:
    """Return the first line, the names of the columns."""
    return row(FIELDS)


def line(fields: Mapping[str, object]) -> str:
    """Return the line of an entry's fields, with its CRLF."""
    return row(_cell(fields[name]) for name in FIELDS)


def row(cells: Iterable[str]) -> str:
    """Return cells as a line, quoted where they must be, with its CRLF."""
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def cell(text: str) -> str:
    """Return a cell as it stands in a line."""
    return row((text, "")).removesuffix(",\r\n")


def safe(text: str) -> str:
    """Return a cell's text that no spreadsheet runs as a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _cell(value: object) -> str:
    """Return the text of a value: nothing for None, sorted JSON for a detail."""
    if value is None:
        return ""
    return safe(_json(value) if isinstance(value, dict) else str(value))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
