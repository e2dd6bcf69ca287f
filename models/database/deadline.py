"""One deadline for all that a request wants of the database: each wait takes what is left of it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

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
