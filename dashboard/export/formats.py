"""The formats of an export."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, Dialect, Row

from dashboard.export import csv, ocsf
from dashboard.export.fields import FIELDS, as_fields
from dashboard.export.finish import csv_lines, json_lines
from dashboard.export.gather import Entries, Lines, gathered
from dashboard.export.raw import Raw, csv_raw, json_raw
from dashboard.query.walk import POSITION, position_of
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
    raw: Callable[[Dialect], Raw], connection: Connection, entries: Entries
) -> tuple[int, Lines]:
    """Have the database write the lines, as far as it can."""
    lines = gathered(connection, entries, raw(connection.dialect))
    return lines.rows, lines


def _rows(connection: Connection, entries: Entries) -> tuple[int, Sequence[Row[Any]]]:
    """Read entries to be written in Python."""
    columns = [LoginLog.__table__.c[name] for name in FIELDS if name != "occurred_at"]
    rows = sorted(connection.execute(entries([*POSITION, *columns])), key=position_of)
    return len(rows), rows


def _ocsf(rows: Sequence[Row[Any]]) -> bytes:
    return "".join(ocsf.line(as_fields(row)) for row in rows).encode()


FORMATS = {
    "csv": Format("text/csv", "csv", partial(_by_database, csv_raw), csv_lines, csv.header().encode()),
    "jsonl": Format("application/jsonl", "jsonl", partial(_by_database, json_raw), json_lines),
    "ocsf": Format("application/jsonl", "ocsf.jsonl", _rows, _ocsf),
}
