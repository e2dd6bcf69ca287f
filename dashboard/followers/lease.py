"""One process at a time delivers for a follower, on whichever machine; a dead one is not waited for."""

import os
from datetime import datetime, timedelta
from functools import lru_cache

from dashboard.background import turn
from models.following.follower import Follower

#: How long a turn lasts; a delivery that takes longer renews it.
LEASE = timedelta(seconds=30)


def is_free(row: Follower, moment: datetime) -> bool:
    """Whether this process may deliver: it has the turn, or nobody has."""
    return row.holder == this_process() or turn.has_ended(row.holder, row.held_until, LEASE, moment)


def hold(row: Follower, moment: datetime) -> None:
    """Take the turn, or keep it."""
    row.holder, row.held_until = this_process(), moment + LEASE


def this_process() -> str:
    """Return the name of this process, its own after a fork too."""
    return _name_of(os.getpid())


@lru_cache(maxsize=8)
def _name_of(_pid: int) -> str:
    return turn.new_holder()
