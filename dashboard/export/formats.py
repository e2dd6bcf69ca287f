"""The formats of an export."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Dialect, Row

from dashboard.export import csv, ocsf
from dashboard.export.fields import FIELDS, as_fields
from dashboard.export.finish import csv_lines, json_lines
from dashboard.export.gather import Entries, gathered
from dashboard.export.raw import csv_raw, json_raw
from models import LoginLog


@dataclass(frozen=True, slots=True)
class Format:
    """How entries are written."""

    mimetype: str
    suffix: str
    #: Reads entries: how many there are, and what `finish` makes lines of, in another thread.
    read: Callable[[Connection, Entries], tuple[int, Any]]
    finish: Callable[[Any], bytes]
    header: bytes = b""


def _by_database(
    raw: Callable[[Dialect], ColumnElement[bytes]], connection: Connection, entries: Entries
) -> tuple[int, bytes]:
    """Have the database write the lines, as far as it can."""
    return gathered(connection, entries, raw(connection.dialect))


def _rows(connection: Connection, entries: Entries) -> tuple[int, Sequence[Row[Any]]]:
    """Read entries to be written in Python."""
    columns = [LoginLog.__table__.c[name] for name in FIELDS if name != "occurred_at"]
    rows = connection.execute(entries(columns)).all()
    return len(rows), rows


def _ocsf(rows: Sequence[Row[Any]]) -> bytes:
    return "".join(ocsf.line(as_fields(row)) for row in rows).encode()


FORMATS = {
    "csv": Format("text/csv", "csv", partial(_by_database, csv_raw), csv_lines, csv.header().encode()),
    "jsonl": Format("application/jsonl", "jsonl", partial(_by_database, json_raw), json_lines),
    "ocsf": Format("application/jsonl", "ocsf.jsonl", _rows, _ocsf),
}
