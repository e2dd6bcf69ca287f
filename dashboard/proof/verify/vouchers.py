"""What the book itself says about entries that were erased or pruned."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from dashboard.proof.erase_ranges import Ranges, from_text
from dashboard.proof.verify.standing import Standing
from models import Action, LoginLog, Outcome


def erased(connection: Connection) -> Ranges:
    """Return the entries that erase entries list."""
    details = _details(connection, Action.ERASE)
    return Ranges(range for detail in details for range in from_text(str(detail.get("erased"))))


def places_blank(connection: Connection) -> int:
    """Return the number up to which ``address_purge`` entries say that places are blank; 0 when none does."""
    details = _details(connection, Action.ADDRESS_PURGE)
    return max((n for detail in details if type(n := detail.get("through")) is int), default=0)


def is_purge_recorded(connection: Connection, standing: Standing) -> bool:
    """Whether a purge entry covers all that is gone and names the link where it ended.

    A purge that was interrupted has removed less than its entry says.
    """
    for detail in _details(connection, Action.LOG_PURGE):
        through = detail.get("through")
        if type(through) is int and through >= standing.pruned:
            ended = link_at(connection, through, standing)
            if ended is not None and detail.get("chain") == ended.hex():
                return True
    return False


def link_at(connection: Connection, seq: int, standing: Standing) -> bytes | None:
    """Return the stored link of an entry, of the anchor, or None when there is none."""
    if seq == standing.pruned:
        return standing.anchor
    return connection.scalar(select(LoginLog.chain).where(LoginLog.seq == seq).limit(1))


def _details(connection: Connection, action: Action) -> Iterator[dict[str, Any]]:
    succeeded = (LoginLog.action == action) & (LoginLog.outcome == Outcome.SUCCESS)
    for text in connection.scalars(select(LoginLog.detail).where(succeeded)):
        try:
            detail = json.loads(text or "{}")
        except ValueError:
            continue
        if isinstance(detail, dict):
            yield detail
