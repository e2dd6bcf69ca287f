"""CSV as in RFC 4180, safe to open in a spreadsheet, and the kind that Excel opens best."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from dashboard.export.fields import FIELDS, NUMBERS

#: What may stand between cells, by the name it is asked for.
DELIMITERS = {",": ",", ";": ";", "tab": "\t", "\t": "\t"}
#: A cell beginning so, after blanks that nobody sees, may run as a formula (OWASP, CSV injection); it gets a
#: leading ``'``. Spreadsheets take full-width (U+FFxx) and small (U+FExx) signs for plain ones.
FORMULA = re.compile(
    r"[\s\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]*"
    r"[=+@\uff1d\uff0b\uff20\uff0d\ufe66\ufe62\ufe6b\ufe63-]|[\t\r\n]"
)
#: What a cell is quoted for, whichever of the delimiters is used: a reader may take another one.
_SPECIAL = re.compile('[",;\t\r\n]')
#: Says to Excel that a file is UTF-8.
BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Layout:
    """What stands between cells, and for Excel the zone of times."""

    delimiter: str = ","
    zone: tzinfo = UTC


def header(layout: Layout) -> str:
    """Return the first line, the names of the columns."""
    return _row(FIELDS, layout)


def csv_line(fields: Mapping[str, object], layout: Layout) -> str:
    """Return the line of an entry's fields, with its CRLF."""
    return _row((cell(_text(fields[name])) for name in FIELDS), layout)


def excel_header(layout: Layout) -> str:
    """Return the names of the columns after the mark that Excel looks for."""
    return BYTE_ORDER_MARK + _row((quoted_cell(name) for name in FIELDS), layout)


def excel_line(fields: Mapping[str, object], layout: Layout) -> str:
    """Return a line in which everything but numbers is quoted and times are those of a zone."""
    local = {"occurred_at": in_zone(str(fields["occurred_at"]), layout.zone)}
    texts = {name: _text(value) for name, value in (fields | local).items()}  # type: ignore[operator]
    return _row((texts[name] if name in NUMBERS else quoted_cell(texts[name]) for name in FIELDS), layout)


def cell(text: str) -> str:
    """Return a cell as it stands in a line: no formula, and quoted where it must be."""
    return quoted_cell(text) if _SPECIAL.search(text) else safe(text)


def quoted_cell(text: str) -> str:
    """Return a cell that is no formula, quoted."""
    return '"' + safe(text).replace('"', '""') + '"'


def safe(text: str) -> str:
    """Return a cell's text that no spreadsheet runs as a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def in_zone(moment: str, zone: tzinfo) -> str:
    """Return an ISO 8601 time as the clocks of a zone show it; in UTC where they would leave the calendar."""
    try:
        return datetime.fromisoformat(moment).astimezone(zone).isoformat(timespec="microseconds")
    except (OverflowError, ValueError):  # the second where somebody wrote what is no time
        return moment


def _row(cells: Iterable[str], layout: Layout) -> str:
    return layout.delimiter.join(cells) + "\r\n"


def _text(value: object) -> str:
    """Return the text of a value: nothing for None, sorted JSON for a detail, true or false."""
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
