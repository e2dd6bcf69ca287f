"""The way of an export through the book, from stretch to stretch.

Statements are made once and run for each stretch, as making one takes longer than running it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy import Connection, CursorResult, Select, bindparam, func, select

from dashboard.query.reading.plan import BY_ID, BY_TIME
from dashboard.query.reading.range_scan import BEYOND, SKIPPED, UNTIL, Position, RangeScan, position_of
from models import LoginLog

#: How many ids a stretch may span that is read along them, for each entry that it has.
SPARSE = 2
_IDS: Any = select(func.count(), func.min(LoginLog.id), func.max(LoginLog.id))
_FIRST, _LAST = (bindparam(name, type_=LoginLog.id.type) for name in ("first_id", "last_id"))


@dataclass(frozen=True, slots=True)
class ReadRange:
    """What stands after one position, or from the book's begin, up to another or to its end."""

    beyond: Position | None = None
    reached: Position | None = None


class Statements:
    """Statements that ``make`` makes between two positions, either of which may be missing."""

    def __init__(self, make: Callable[..., Select[Any]]) -> None:
        self._make = make
        self._made: dict[tuple[object, ...], Select[Any]] = {}

    def run(
        self, connection: Connection, stretch: ReadRange, *how: object, **values: object
    ) -> CursorResult[Any]:
        """Run the statement of a stretch; ``how`` is passed on to what makes it."""
        shape = (stretch.beyond is None, stretch.reached is None, *how)
        if shape not in self._made:
            ends = BEYOND if stretch.beyond else None, UNTIL if stretch.reached else None
            self._made[shape] = self._make(*ends, *how)
        for end, name in ((stretch.beyond, "beyond"), (stretch.reached, "until")):
            if end:
                values |= {f"{name}_at": end[0], f"{name}_id": end[1]}
        return connection.execute(self._made[shape], values)


class RangeReader:
    """A scan forwards in time.

    Entries are stored about in the order of time, so that a stretch of time is often one of
    ids. Reading along these, side by side, takes a quarter of what finding each entry takes.
    """

    def __init__(self, scan: RangeScan) -> None:
        self.is_selective = bool(scan.plan.others)
        self._scan, self._by_id = scan, replace(scan, plan=replace(scan.plan, index=BY_ID))
        self._edge, self._match = Statements(scan.of_all.nth_of), Statements(scan.nth_of)
        self._ids = Statements(partial(scan.of_all.slice, _IDS))

    def edge(self, connection: Connection, beyond: Position | None, size: int) -> Position | None:
        """Return the position ``size`` entries on; None beyond the last."""
        return _position(self._edge.run(connection, ReadRange(beyond), **{SKIPPED.key: size - 1}))

    def match(self, connection: Connection, within: ReadRange, number: int) -> Position | None:
        """Return the position of a match counted from a stretch's begin; None when there are fewer."""
        return _position(self._match.run(connection, within, **{SKIPPED.key: number - 1}))

    def ids(self, connection: Connection, stretch: ReadRange) -> dict[str, int]:
        """Return the ends of the ids of a stretch of time, when they are side by side."""
        if self._scan.plan.index != BY_TIME:
            return {}
        count, first, last = tuple(self._ids.run(connection, stretch).one())
        is_dense = count and last - first < count * SPARSE
        return {"first_id": first, "last_id": last} if is_dense else {}

    def slice(
        self, statement: Select[Any], beyond: Position | None, until: Position | None, *, by_id: bool
    ) -> Select[Any]:
        """Narrow ``statement`` to what matches between two positions, in no order."""
        if by_id:
            return self._by_id.slice(statement.where(LoginLog.id.between(_FIRST, _LAST)), beyond, until)
        return self._scan.slice(statement, beyond, until)


def _position(result: CursorResult[Any]) -> Position | None:
    row = result.first()
    return row and position_of(row)
