"""The formats of an export."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row

from dashboard.export import csv, ocsf
from dashboard.export.fields import FIELDS, as_fields
from dashboard.export.finish import csv_lines, json_lines
from dashboard.export.raw import csv_raw, json_raw
from models import LoginLog

Rows = Sequence[Row[*tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Format:
    """How entries are written: what is read of each in a database, and the bytes of many."""

    mimetype: str
    suffix: str
    columns: Callable[[str], list[ColumnElement[Any]]]
    lines: Callable[[Rows], bytes]
    header: bytes = b""


def _fields(_dialect: str) -> list[ColumnElement[Any]]:
    return [LoginLog.__table__.c[name] for name in FIELDS if name != "occurred_at"]


FORMATS = {
    "csv": Format(
        "text/csv",
        "csv",
        columns=lambda dialect: [csv_raw(dialect).label("raw")],
        lines=lambda rows: csv_lines([row.raw for row in rows]),
        header=csv.header().encode(),
    ),
    "jsonl": Format(
        "application/jsonl",
        "jsonl",
        columns=lambda dialect: [json_raw(dialect).label("raw")],
        lines=lambda rows: json_lines([row.raw for row in rows]),
    ),
    "ocsf": Format(
        "application/jsonl",
        "ocsf.jsonl",
        columns=_fields,
        lines=lambda rows: "".join(ocsf.line(as_fields(row)) for row in rows).encode(),
    ),
}
