"""What waits: committed entries for their seal, refused attempts for the database."""

import json
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from auth.events import now
from dashboard.stream.spool import Spool
from models import LoginLog

#: How far unsealed entries are counted.
MOST = 1_000
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Backlog:
    """``count`` entries wait, the oldest for ``seconds``."""

    count: int = 0
    seconds: float = 0


def unsealed(session: Session, caught_up: float | None) -> Backlog:
    """Return how many entries have no seal, up to ``MOST``, and how long the oldest has waited.

    ``caught_up`` is when the sealer of this process last left none (monotonic seconds): what came from
    the spool since is new, however old its time.
    """
    first = select(LoginLog.occurred_at).where(LoginLog.seq.is_(None)).limit(MOST).subquery()
    count, oldest = session.execute(select(func.count(), func.min(first.c.occurred_at))).one()
    if not count:
        return Backlog()
    age = _age(oldest)
    return Backlog(count, age if caught_up is None else min(age, time.monotonic() - caught_up))


def spooled(spool: Spool) -> Backlog:
    """Return how many attempts wait in the spool and since when."""
    count, oldest = 0, now()
    for path in spool.files():
        with suppress(FileNotFoundError):  # they have just entered
            count += _lines(path)
            oldest = min(oldest, _first_moment(path))
    return Backlog(count, _age(oldest)) if count else Backlog()


def _age(moment: datetime) -> float:
    return max(0.0, (now() - moment).total_seconds())


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(_CHUNK), b""))


def _first_moment(path: Path) -> datetime:
    """Return when the first attempt of a file happened; if it cannot be read, was written."""
    with path.open("rb") as file, suppress(ValueError, KeyError, TypeError):
        return datetime.fromisoformat(json.loads(file.readline(_CHUNK))["occurred_at"])
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
