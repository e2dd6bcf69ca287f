"""Where the sealed stream stands, and the entries of a stretch of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import LoginLog, StreamHead, db
from models.stream_head import ENCODING

#: How far behind the head a live viewer may start.
LIVE_REACH = 10_000


@dataclass(frozen=True, slots=True)
class Head:
    """``seq`` of the newest sealed entry, ``pruned`` of them are gone; viewers may start after ``floor``."""

    epoch: str
    seq: int
    floor: int
    pruned: int = 0


class BrokenStream(Exception):
    """The stream cannot be read on: it has no head, or misses a sealed entry that it should hold."""


class UnknownEncoding(Exception):
    """The log was sealed by a newer Gatehouse, in a way that this one does not know."""


def require_known_encoding(version: int) -> None:
    """Raise ``UnknownEncoding`` unless this Gatehouse seals and checks entries in this way."""
    if version != ENCODING:
        raise UnknownEncoding(
            f"the log is sealed in encoding {version}, this Gatehouse knows only {ENCODING}"
        )


def log_origin() -> str:
    """Return which log this is."""
    with db.engine.connect() as connection:
        return connection.scalars(select(StreamHead.origin)).one()


def read_head(session: Session) -> Head:
    """Return where the stream stands now; raises ``BrokenStream`` unless it has one sane head."""
    rows = session.execute(select(StreamHead.epoch, StreamHead.seq, StreamHead.pruned)).all()
    match rows:
        case [(str(epoch), int(seq), int(pruned))]:
            return Head(epoch, seq, max(pruned, seq - LIVE_REACH), pruned)
    raise BrokenStream("the stream has not exactly one head, or one of odd values")


def sealed_after(session: Session, cursor: int, head: int, limit: int) -> Sequence[LoginLog]:
    """Return up to ``limit`` entries with cursor < seq <= head, in order."""
    statement = select(LoginLog).where(LoginLog.seq > cursor, LoginLog.seq <= head)
    return session.scalars(statement.order_by(LoginLog.seq).limit(limit)).all()
