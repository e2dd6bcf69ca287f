"""Which index reads a branch, decided without statistics: hints hold on both databases."""

import operator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BinaryExpression, ColumnElement, Select
from sqlalchemy.orm import InstrumentedAttribute

from dashboard.query.language.filter import Branch
from models import LoginLog

_TIME = LoginLog.occurred_at.key
#: What may be fixed by an equality, the most telling first; each has an index, then time and id.
_TELLING = (
    ("session_ref",),
    ("user_id",),
    ("username_key",),
    ("name_ref",),
    ("ip",),
    ("reason",),
    ("action", "outcome"),
    ("action",),
    ("outcome",),
    (),
)
#: What tells more than a prefix or a network does.
_FEW_ENTRIES = ("session_ref", "user_id", "username_key", "name_ref", "ip")
#: What a prefix or a network is a stretch of.
_STRETCHES = ("username_key", "ip")
_INDEXES = {
    tuple(column.key for column in index.columns[:-2]): str(index.name)
    for index in LoginLog.metadata.tables[LoginLog.__tablename__].indexes
}
#: The index of time alone, and the table itself.
BY_TIME, BY_ID = _INDEXES[()], "PRIMARY"
#: The index of `LoginLog.seq`, in the order of the sealed log.
BY_SEQ = "uq_login_log_seq"
#: How SQLite is told to take one that it has no name for, or its own name.
_SQLITE = {BY_ID: "NOT INDEXED", BY_SEQ: "INDEXED BY sqlite_autoindex_login_log_2"}


@dataclass(frozen=True, slots=True)
class Plan:
    """How a branch is read: the order of ``index`` is the order of its entries.

    ``served`` are the conditions that make a stretch of the index, ``others`` those that
    each entry of the stretch has to be looked at for.
    """

    index: str
    served: Branch
    others: Branch

    def of(self, statement: Select[Any]) -> Select[Any]:
        """Narrow ``statement`` to the stretch of the index."""
        return hinted(statement.where(*self.served), self.index)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of an index by its first column, not in the order of time; ``others`` is what else holds."""

    column: str
    bounds: Branch
    others: Branch

    @property
    def index(self) -> str:
        """The index."""
        return _INDEXES[self.column,]

    @property
    def first(self) -> InstrumentedAttribute[Any]:
        """Its first column."""
        attribute: InstrumentedAttribute[Any] = getattr(LoginLog, self.column)
        return attribute


def plan(branch: Branch) -> Plan:
    """Return the plan along the most telling equality of ``branch``, else along time."""
    equalities = _equalities(branch)
    columns = next(columns for columns in _TELLING if set(columns) <= equalities.keys())
    served = [equalities[column] for column in columns] + [
        condition for condition in branch if _column(condition) == _TIME
    ]
    # By identity, as comparing two conditions makes a third.
    others = [condition for condition in branch if all(condition is not other for other in served)]
    return Plan(_INDEXES[columns], served, others)


def span(branch: Branch) -> Span | None:
    """Return what a prefix or a network of ``branch`` spans, unless an equality tells more."""
    if not _equalities(branch).keys().isdisjoint(_FEW_ENTRIES):
        return None
    for column in _STRETCHES:
        if bounds := [condition for condition in branch if _column(condition) == column]:
            return Span(column, bounds, [condition for condition in branch if _column(condition) != column])
    return None


def hinted(statement: Select[Any], index: str) -> Select[Any]:
    """Have ``statement`` read along ``index``.

    When half the table matches, MariaDB thinks a stretch of an index no cheaper than the
    table and scans from the index's end: 2.6 s instead of 10 ms in the middle of a million.
    """
    statement = statement.with_hint(LoginLog, _SQLITE.get(index, f"INDEXED BY {index}"), "sqlite")
    for dialect in ("mysql", "mariadb"):
        statement = statement.with_hint(LoginLog, f"FORCE INDEX ({index})", dialect)
    return statement


def _equalities(branch: Branch) -> dict[str, ColumnElement[bool]]:
    """Return the first equality of each column."""
    equalities = {
        _column(condition): condition
        for condition in reversed(branch)
        if getattr(condition, "operator", None) is operator.eq
    }
    return {column: condition for column, condition in equalities.items() if column}


def _column(condition: ColumnElement[bool]) -> str | None:
    """Return the column that ``condition`` compares with a value, if that is what it does."""
    return getattr(condition.left, "key", None) if isinstance(condition, BinaryExpression) else None
