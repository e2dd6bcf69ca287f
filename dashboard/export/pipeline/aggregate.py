"""Many lines as one value of the database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Row, Select, func, literal_column, select

from dashboard.export.fields import FIELDS
from dashboard.export.pipeline.dialect import APART, dialect_of

#: Selects columns of a chunk's entries, in any order.
Entries = Callable[[Sequence[ColumnElement[Any]]], Select[Any]]

_SQLITE, _MYSQL = "CAST(group_concat(some.line, '') AS BLOB)", "GROUP_CONCAT(some.line SEPARATOR '')"


class Cut(Exception):
    """Lines are more than the server gives in one value."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of so many entries, in any order, each in some pieces that end with `APART`.

    Pieces as the database writes them and those of the fields ``apart`` take turns; the last
    of a line is where its entry stands.
    """

    rows: int
    apart: tuple[str, ...]
    data: bytes

    def pieces(self) -> tuple[list[bytes], int]:
        """Return the pieces, and how many are a line; raises `Cut`, as servers only warn of it."""
        pieces, width = self.data.split(APART)[:-1], 2 * len(self.apart) + 1
        if len(pieces) != self.rows * width:
            raise Cut(f"the lines of {self.rows} rows are more than the database gives in one value")
        return pieces, width


def aggregated(dialect: Dialect, entries: Entries, line: ColumnElement[bytes]) -> Select[Any]:
    """Return the statement that gives the lines of entries as one value."""
    some = entries([line.label("line")]).subquery("some")
    together: ColumnElement[Any] = literal_column(_SQLITE if dialect.name == "sqlite" else _MYSQL)
    return select(func.count(), together).select_from(some)


def read_aggregate(dialect: Dialect, found: Sequence[Row[Any]], apart: Sequence[str] = ()) -> Lines:
    """Return the lines that the statement found; ``apart`` are fields that it left to `serialize` besides."""
    rows, data = tuple(found[0])
    left = {*dialect_of(dialect).apart, *apart}
    return Lines(rows, tuple(name for name in FIELDS if name in left), data or b"")
