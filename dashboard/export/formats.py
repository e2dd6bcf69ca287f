"""The formats of an export."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Row, Select

from dashboard.export import csv, ocsf
from dashboard.export.csv import Layout
from dashboard.export.fields import FIELDS, as_fields
from dashboard.export.pipeline.aggregate import Entries, Lines, aggregated, read_aggregate
from dashboard.export.pipeline.serialize import csv_lines, excel_lines, json_lines
from dashboard.export.pipeline.sql_lines import EXCEL_APART, csv_sql, excel_sql, json_sql
from dashboard.query.reading.range_scan import POSITION, position_of
from models import LoginLog


@dataclass(frozen=True, slots=True)
class Format:
    """How entries are written."""

    mimetype: str
    suffix: str
    #: Returns the statement that reads entries.
    select: Callable[[Dialect, Entries], Select[Any]]
    #: Returns how many rows it found, and what `serialize` makes lines of, by time and id.
    read: Callable[[Dialect, Sequence[Row[Any]]], tuple[int, Any]]
    serialize: Callable[[Any], bytes]
    header: bytes = b""


def _lines(raw: Callable[[Dialect], ColumnElement[bytes]], dialect: Dialect, entries: Entries) -> Select[Any]:
    """Have the database write the lines, as far as it can."""
    return aggregated(dialect, entries, raw(dialect))


def _read_lines(apart: Sequence[str], dialect: Dialect, found: Sequence[Row[Any]]) -> tuple[int, Lines]:
    lines = read_aggregate(dialect, found, apart)
    return lines.rows, lines


def select_rows(_dialect: Dialect, entries: Entries) -> Select[Any]:
    """Read entries to be written in Python."""
    columns = [LoginLog.__table__.c[name] for name in FIELDS if name != "occurred_at"]
    return entries([*POSITION, *columns])


def read_rows(_dialect: Dialect, found: Sequence[Row[Any]]) -> tuple[int, Sequence[Row[Any]]]:
    """Return rows as they are, by time and id."""
    return len(found), sorted(found, key=position_of)


def _ocsf(rows: Sequence[Row[Any]]) -> bytes:
    return "".join(ocsf.ocsf_line(as_fields(row)) for row in rows).encode()


def _json(_layout: Layout) -> Format:
    read = partial(_read_lines, ())
    return Format("application/jsonl", "jsonl", partial(_lines, json_sql), read, json_lines)


def _csv(layout: Layout) -> Format:
    header, serialize = csv.header(layout).encode(), partial(csv_lines, layout)
    return Format("text/csv", "csv", partial(_lines, csv_sql), partial(_read_lines, ()), serialize, header)


def _excel(layout: Layout) -> Format:
    header, serialize = csv.excel_header(layout).encode(), partial(excel_lines, layout)
    read = partial(_read_lines, EXCEL_APART)
    return Format("text/csv", "csv", partial(_lines, excel_sql), read, serialize, header)


def _events(_layout: Layout) -> Format:
    return Format("application/jsonl", "ocsf.jsonl", select_rows, read_rows, _ocsf)


#: By name; those that have no cells care for no layout.
FORMATS: dict[str, Callable[[Layout], Format]] = {
    "csv": _csv,
    "excel": _excel,
    "jsonl": _json,
    "ocsf": _events,
}
