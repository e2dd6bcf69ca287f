"""Work done ahead in a process of its own, so that two cores share the seeding."""

import signal
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, TypeVar

T = TypeVar("T")

#: Results that may wait to be taken.
DEPTH = 6

_source: Iterator[object] = iter(())


@contextmanager
def forked(source: Iterator[T]) -> Iterator[Iterator[T]]:
    """Give what ``source`` yields, made in a process forked here; its errors are raised here too."""
    with ProcessPoolExecutor(1, get_context("fork"), initializer=_begin, initargs=(source,)) as pool:
        yield _taken(pool, deque(pool.submit(_next) for _ in range(DEPTH)))


def _taken(pool: ProcessPoolExecutor, ahead: deque[Future[Any]]) -> Iterator[Any]:
    while (result := ahead.popleft().result()) is not None:
        ahead.append(pool.submit(_next))
        yield result


def _begin(source: Iterator[object]) -> None:
    global _source  # noqa: PLW0603 - the process has this one job
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends us
    _source = source


def _next() -> object | None:
    return next(_source, None)
