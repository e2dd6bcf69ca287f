"""How long the database may be waited for: by what it is used for, and by the deadline of a request.

Each purpose has an engine of its own, so that none takes another's connections; each wait takes what is
left of the deadline.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.pool import QueuePool


class Purpose(StrEnum):
    """Who asks the database."""

    PAGES = "pages"
    BACKGROUND = "background"
    #: Exports too.
    COMMANDS = "commands"
    MIGRATIONS = "migrations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many seconds to wait: for a connection, for an answer, and the server for a lock.

    ``statement`` is how long the server works at one statement; less than ``answer``, so that it ends
    by itself what nobody waits for any more. 0 is no limit.
    """

    connect: float
    answer: float
    statement: float
    lock: int


#: A request has eight seconds in all; see `dashboard.web.requests`.
LIMITS = {
    Purpose.PAGES: Limits(connect=3, answer=4, statement=3.5, lock=3),
    Purpose.BACKGROUND: Limits(connect=5, answer=30, statement=28, lock=10),
    Purpose.COMMANDS: Limits(connect=5, answer=60, statement=58, lock=30),
    Purpose.MIGRATIONS: Limits(connect=5, answer=0, statement=0, lock=60),
}
#: Connections of each purpose that stay open, and further ones at busy times.
POOLS = {
    Purpose.PAGES: (16, 16),
    Purpose.BACKGROUND: (4, 12),
    Purpose.COMMANDS: (4, 12),
    Purpose.MIGRATIONS: (1, 1),
}

_purpose: ContextVar[Purpose] = ContextVar("purpose", default=Purpose.PAGES)


def purpose() -> Purpose:
    """Return what the database is used for here; a thread begins with pages."""
    return _purpose.get()


@contextmanager
def used_for(purpose: Purpose) -> Iterator[None]:
    """Use the database for something; no session may be in use that began for something else."""
    token = _purpose.set(purpose)
    try:
        yield
    finally:
        _purpose.reset(token)


#: Seconds that a wait has even beyond the deadline: enough for what a server answers at once.
LEAST = 0.02

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Have all waits inside end within so many seconds, or by the deadline outside when that is nearer."""
    own, outer = time.monotonic() + seconds, _deadline.get()
    token = _deadline.set(own if outer is None else min(own, outer))
    try:
        yield
    finally:
        _deadline.reset(token)


def left(most: float) -> float:
    """Return how many seconds a wait may take that should take ``most`` at most; never 0."""
    deadline = _deadline.get()
    return most if deadline is None else max(LEAST, min(most, deadline - time.monotonic()))


def is_over() -> bool:
    """Whether the deadline has passed; without one never."""
    deadline = _deadline.get()
    return deadline is not None and time.monotonic() >= deadline


class Pool(QueuePool):
    """A pool whose ``timeout`` is what is left of the deadline, when that is less."""

    @property
    def _timeout(self) -> float:
        return left(self._longest)

    @_timeout.setter
    def _timeout(self, seconds: float) -> None:
        self._longest = seconds

    def recreate(self) -> "Pool":
        """Return a new pool like this one."""
        pool = super().recreate()
        assert isinstance(pool, Pool)  # noqa: S101 - for the type
        pool._longest = self._longest
        return pool
