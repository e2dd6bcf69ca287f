"""Many lines as one value of the database."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal_column, select

from dashboard.export.words import LINE

#: Selects columns of a chunk's entries, in order and with a limit, so that databases keep the order.
Entries = Callable[[Sequence[ColumnElement[Any]]], Select[Any]]

#: In the order of the rows that a limited subquery gives: GROUP_CONCAT with ORDER BY crashed MariaDB 10.11.
_SQLITE, _MYSQL = "CAST(group_concat(some.line, '') AS BLOB)", "GROUP_CONCAT(some.line SEPARATOR '')"


class Cut(Exception):
    """So many lines are more than the server gives in one value."""


def gathered(connection: Connection, entries: Entries, line: ColumnElement[bytes]) -> tuple[int, bytes]:
    """Return how many entries there are, and their lines; raises `Cut`."""
    some = entries([line.label("line")]).subquery("some")
    gather = _SQLITE if connection.dialect.name == "sqlite" else _MYSQL
    together: ColumnElement[bytes | None] = literal_column(gather)
    rows, lines = connection.execute(select(func.count(), together).select_from(some)).one()
    lines = lines or b""
    if lines.count(LINE) != rows:
        raise Cut
    return rows, lines
