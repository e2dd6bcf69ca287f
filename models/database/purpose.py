"""What the database is used for: each purpose has an engine of its own, and limits to its waits."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum


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


#: A request has eight seconds in all; see `dashboard.web.database`.
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
