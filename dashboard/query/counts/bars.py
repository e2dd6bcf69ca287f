"""Bars over a period."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from dashboard.query.language.terms import Term
from models import Outcome


@dataclass(frozen=True, slots=True)
class Bar:
    """Entries of start <= time < end."""

    start: datetime
    end: datetime
    successes: int = 0
    failures: int = 0

    @property
    def total(self) -> int:
        """All entries of the bar."""
        return self.successes + self.failures

    def __add__(self, more: Mapping[Outcome, int]) -> "Bar":
        """Return the bar with further entries."""
        successes, failures = (more.get(outcome, 0) for outcome in Outcome)
        return replace(self, successes=self.successes + successes, failures=self.failures + failures)


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bars over a period; ``ignored`` are the terms that totals know nothing of.

    ``is_exact`` when the bars hold what the selection asks for, and nothing else.
    """

    bars: list[Bar]
    ignored: list[Term]
    is_exact: bool

    @property
    def total(self) -> int:
        """All entries of all bars."""
        return sum(bar.total for bar in self.bars)
