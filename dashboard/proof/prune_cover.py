"""How many entries checkpoints show to be old, whatever date they bear themselves."""

from datetime import datetime, timedelta
from itertools import islice
from statistics import median_low

from sqlalchemy import Connection, select

from dashboard.proof.checkpoint.checkpoint import Checkpoint
from dashboard.proof.checkpoint.history import History
from dashboard.proof.clock import CLOCK_TOLERANCE
from dashboard.proof.verify.standing import Standing
from models import LoginLog, db

#: What the time of a checkpoint leaves out.
_SECOND = timedelta(seconds=1)
#: Entries before a checkpoint that its time is held against.
SAMPLE = 100
#: Checkpoints looked at, the newest first.
TRIES = 50


def covered(standing: Standing, history: History, before: datetime) -> int:
    """Return how many entries a checkpoint older than ``before`` covers; 0 when none does.

    Only one that this log still agrees with counts, and none whose own time is wild.
    """
    with db.engine.connect() as connection:
        for checkpoint in islice(history.backwards(until=before - _SECOND), TRIES):
            is_here = checkpoint.epoch == standing.epoch
            if (
                is_here
                and standing.pruned < checkpoint.size <= standing.seq
                and _agrees(connection, checkpoint)
            ):
                return checkpoint.size
    return 0


def _agrees(connection: Connection, checkpoint: Checkpoint) -> bool:
    """Whether the log has this checkpoint's link, and most entries before it are no younger than it."""
    columns = select(LoginLog.chain, LoginLog.occurred_at)
    near = (LoginLog.seq > checkpoint.size - SAMPLE) & (LoginLog.seq <= checkpoint.size)
    rows = connection.execute(columns.where(near).order_by(LoginLog.seq.desc())).all()
    if not rows or rows[0].chain != checkpoint.chain:
        return False
    typical: datetime = median_low(row.occurred_at for row in rows)
    return typical <= checkpoint.time + CLOCK_TOLERANCE
