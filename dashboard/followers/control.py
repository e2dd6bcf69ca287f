"""What an admin does to a follower: pause, resume, deliver again; each is an entry, in one transaction."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from sqlalchemy.orm import Session

from auth.events import AuthEvent
from dashboard.followers.cursor import locked
from dashboard.log.head import read_head
from dashboard.log.recorder import record
from models import Follower, write_transaction
from models.clock import now


class NoFollower(Exception):
    """There is no follower of that name, or it has not begun yet."""


class NotInLog(Exception):
    """No entry of that number can be delivered; ``first`` and ``last`` can."""

    def __init__(self, first: int, last: int) -> None:
        self.first, self.last = first, last
        super().__init__(f"entries {first} to {last} can be delivered")


def pause(name: str, event: AuthEvent) -> None:
    """Have it deliver nothing until it is resumed; raises ``NoFollower``."""
    write_transaction(partial(_changed, name=name, event=event, change=_pause))


def resume(name: str, event: AuthEvent) -> None:
    """Have it go on where it was; raises ``NoFollower``."""
    write_transaction(partial(_changed, name=name, event=event, change=_resume))


def deliver_again(name: str, first: int, event: AuthEvent) -> None:
    """Have it deliver all from entry ``first`` on once more; raises ``NoFollower`` and ``NotInLog``."""
    write_transaction(partial(_changed, name=name, event=event, change=partial(_rewind, first=first)))


def _changed(
    session: Session, name: str, event: AuthEvent, change: Callable[[Session, Follower], str | None]
) -> None:
    row = locked(session, name)
    if row is None:
        raise NoFollower(name)
    if what := change(session, row):  # what is so already is no change
        record(session, replace(event, detail={"follower": name, "change": what}))


def _pause(_session: Session, row: Follower) -> str | None:
    if row.paused_at is not None:
        return None
    row.paused_at = now()
    return "paused"


def _resume(_session: Session, row: Follower) -> str | None:
    if row.paused_at is None:
        return None
    row.paused_at = None
    return "resumed"


def _rewind(session: Session, row: Follower, first: int) -> str | None:
    head = read_head(session)
    if not head.pruned < first <= head.seq:
        raise NotInLog(head.pruned + 1, head.seq)
    row.cursor, row.intent = first - 1, None
    return f"delivers again from {first}"
