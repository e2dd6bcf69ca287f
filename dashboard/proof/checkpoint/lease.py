"""One process at a time takes a checkpoint, on whichever machine: the head says whose turn it is."""

import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

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
    holder = f"{socket.gethostname()[:30]} {os.getpid()} {secrets.token_hex(4)}"
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
    moment = now()
    is_free = or_(
        StreamHead.signer.is_(None),
        StreamHead.signer == holder,
        StreamHead.signer_until.is_(None),
        StreamHead.signer_until < moment,
        StreamHead.signer_until > moment + TURN,
    )
    taken = update(StreamHead).where(is_free).values(signer=holder, signer_until=moment + TURN)
    return bool(session.connection().execute(taken).rowcount)


def _give_back(holder: str, session: Session) -> None:
    mine = update(StreamHead).where(StreamHead.signer == holder)
    session.execute(mine.values(signer=None, signer_until=None))
