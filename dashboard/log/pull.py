"""A viewer's pull: what it may ask and what it gets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.log.recent_entries import RecentEntries

#: Entries in one answer at most.
MAX_LIMIT = 500


class BadSince(ValueError):
    """A ``since`` call that cannot be answered; ``code`` names the field."""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Since:
    """A viewer's wish: entries after ``cursor`` of ``epoch``, at most ``limit``."""

    epoch: str
    cursor: int
    limit: int

    @classmethod
    def parse(cls, data: Any) -> "Since":
        """Check what a client sent; raises ``BadSince``."""
        if not isinstance(data, Mapping):
            raise BadSince("invalid_request", "since takes an object with epoch, cursor and limit")
        epoch, cursor, limit = data.get("epoch"), data.get("cursor"), data.get("limit")
        if not isinstance(epoch, str) or len(epoch) > 64:
            raise BadSince("invalid_epoch", "epoch must be a short text")
        if type(cursor) is not int or not 0 <= cursor < 2**63:
            raise BadSince("invalid_cursor", "cursor must be a whole number from 0")
        if type(limit) is not int or not 1 <= limit <= MAX_LIMIT:
            raise BadSince("invalid_limit", f"limit must be a whole number from 1 to {MAX_LIMIT}")
        return cls(epoch, cursor, limit)


def answer(wish: Since, recent: RecentEntries[Any]) -> dict[str, Any]:
    """Return the entries a viewer asked for, or tell it to start over."""
    head = recent.head()
    if wish.epoch != head.epoch or wish.cursor >= head.seq:
        head = recent.refresh()  # another process may have sealed more
    where = {"epoch": head.epoch, "head": head.seq, "floor": head.floor}
    if wish.epoch != head.epoch or not head.floor <= wish.cursor <= head.seq:
        return {"reset": True, **where}
    return {**where, "entries": recent.after(wish.cursor, wish.limit)}
