"""A stretch of the sealed log as JSON, in the order of its numbers.

The database writes the lines, as for an export (`dashboard/export/pipeline/README.md`); a row that somebody
changed into what is no JSON, or lines that a server cuts, have the stretch written in Python.
"""

from collections.abc import Iterator
from typing import NamedTuple

import orjson
from sqlalchemy.orm import Session

from dashboard.export.csv import Layout
from dashboard.export.encoded import encoded_entry
from dashboard.export.fields import FIELDS
from dashboard.export.formats import FORMATS
from dashboard.export.pipeline.aggregate import Cut, Entries
from models import LoginLog

_LINES = FORMATS["jsonl"](Layout())
_COLUMNS = [LoginLog.__table__.c[name] for name in FIELDS]


class Sealed(NamedTuple):
    """An entry: its number, and the fields of an export row as JSON."""

    seq: int
    fields: orjson.Fragment


def read_stretch(session: Session, entries: Entries) -> list[Sealed]:
    """Return the entries that ``entries`` selects columns of, by their numbers."""
    try:
        found = list(_lines(session, entries))
    except (Cut, ValueError):
        rows = session.execute(entries(_COLUMNS)).all()
        found = [Sealed(row.seq, encoded_entry(row)) for row in rows]
    return sorted(found, key=_number)


def _lines(session: Session, entries: Entries) -> Iterator[Sealed]:
    """Yield entries as the database writes them; raises ``Cut``, and ``ValueError`` for what is no JSON."""
    dialect = session.get_bind().dialect
    _count, read = _LINES.read(dialect, session.execute(_LINES.select(dialect, entries)).all())
    for line in _LINES.serialize(read).splitlines():
        fields = orjson.loads(line)
        if not isinstance(fields["detail"], dict | None):
            raise ValueError("a detail is no object")
        yield Sealed(fields["seq"], orjson.Fragment(line))


def _number(sealed: Sealed) -> int:
    return sealed.seq
