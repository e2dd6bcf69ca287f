"""One process at a time takes a checkpoint, on whichever machine: the head says whose turn it is."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dashboard.background.turn import has_ended, new_holder
from models import StreamHead, write_transaction
from models.clock import now

#: How long a turn lasts at most; whoever died in it is waited for no longer.
TURN = timedelta(minutes=10)
#: Seconds that a turn is waited for, and between two tries.
PATIENCE, PAUSE_BETWEEN = 15.0, 0.1


class Taken(Exception):
    """Another process takes a checkpoint right now."""


@contextmanager
def turn(patience: float = PATIENCE) -> Iterator[None]:
    """Hold the turn during the block; raises ``Taken`` when another has it for ``patience`` seconds."""
    holder = new_holder()
    end = time.monotonic() + patience
    while not write_transaction(partial(_take, holder)):
        if time.monotonic() >= end:
            raise Taken("another process takes a checkpoint right now: try again")
        time.sleep(PAUSE_BETWEEN)
    try:
        yield
    finally:
        write_transaction(partial(_give_back, holder))


def _take(holder: str, session: Session) -> bool:
    head, moment = session.scalars(select(StreamHead).with_for_update()).one(), now()
    if head.signer != holder and not has_ended(head.signer, head.signer_until, TURN, moment):
        return False
    head.signer, head.signer_until = holder, moment + TURN
    return True


def _give_back(holder: str, session: Session) -> None:
    mine = update(StreamHead).where(StreamHead.signer == holder)
    session.execute(mine.values(signer=None, signer_until=None))
