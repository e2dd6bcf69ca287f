"""Many lines as one value of the database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal_column, select

from dashboard.export.raw import Raw

#: Selects columns of a chunk's entries, in any order.
Entries = Callable[[Sequence[ColumnElement[Any]]], Select[Any]]

#: How the database gives many values as one, and the most bytes that it gives; SQLite raises beyond.
_MYSQL = ("GROUP_CONCAT(some.line SEPARATOR '')", "@@group_concat_max_len")
_SQLITE = ("CAST(group_concat(some.line, '') AS BLOB)", "1000000001")


class Cut(Exception):
    """So many lines are more than the server gives in one value."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of so many entries, in any order, each in ``width`` pieces that end with `APART`.

    Pieces as the database writes them and those of the fields ``apart`` take turns; the last
    of a line is where its entry stands.
    """

    rows: int
    apart: tuple[str, ...]
    data: bytes

    @property
    def width(self) -> int:
        return 2 * len(self.apart) + 1


def gathered(connection: Connection, entries: Entries, raw: Raw) -> Lines:
    """Return the lines of entries; raises `Cut`."""
    some = entries([raw.line.label("line")]).subquery("some")
    together, most = _SQLITE if connection.dialect.name == "sqlite" else _MYSQL
    values: tuple[Any, ...] = (func.count(), literal_column(together), literal_column(most))
    rows, data, limit = connection.execute(select(*values).select_from(some)).one()
    if data and len(data) >= int(limit):
        raise Cut
    return Lines(rows, raw.apart, data or b"")
