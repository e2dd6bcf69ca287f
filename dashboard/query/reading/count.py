"""How many entries match: exactly while that is quick, else how many at least."""

import time
from dataclasses import dataclass, replace

from sqlalchemy import Select, func, select

from dashboard.query.reading.budget import Budget
from dashboard.query.reading.keyset import Keyset
from dashboard.query.reading.range_scan import FIRST_SLICE, DbReader, Position, RangeScan, next_size
from models import LoginLog

#: Seconds to look for more matches.
SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Count:
    """How many match; unless it ``is_exact`` there may be more, and are when it ``is_capped``."""

    number: int
    is_exact: bool
    is_capped: bool = False

    def __add__(self, more: "Count") -> "Count":
        """Return the count of both."""
        is_exact, is_capped = self.is_exact and more.is_exact, self.is_capped or more.is_capped
        return Count(self.number + more.number, is_exact, is_capped)

    def at_least(self, seen: int) -> "Count":
        """Return the count of somebody who has seen so many."""
        return self if self.is_exact else replace(self, number=max(self.number, seen))


def count(reader: DbReader, keyset: Keyset, most: int, budget: Budget) -> Count:
    """Count the entries of ``keyset``, but not beyond ``most`` or the budget."""
    total, scans = Count(0, is_exact=True), keyset.scans(reader, descending=True)
    for position, scan in enumerate(scans):
        total += _count(reader, scan, most - total.number, budget.share(len(scans) - position))
    return total


def _count(reader: DbReader, scan: RangeScan, most: int, budget: Budget) -> Count:
    if not scan.plan.others:
        return _some(reader, scan.plan.of(select(LoginLog.id)), most)
    total, size = Count(0, is_exact=True), FIRST_SLICE
    beyond: Position | None = None
    while True:
        began = time.monotonic()
        edge = scan.edge(reader, beyond, size)
        total += _some(reader, scan.slice(select(LoginLog.id), beyond, edge), most - total.number)
        if edge is None or total.is_capped or not budget.left:
            return replace(total, is_exact=edge is None and not total.is_capped)
        beyond, size = edge, next_size(size, time.monotonic() - began, budget)


def _some(reader: DbReader, matching: Select[tuple[int]], most: int) -> Count:
    limited = select(func.count()).select_from(matching.limit(most + 1).subquery())
    number = reader.execute(limited).scalar_one()
    return Count(min(number, most), number <= most, number > most)
