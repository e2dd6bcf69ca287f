"""Work done ahead in threads of its own, while what was made before is used."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import islice
from threading import Barrier
from typing import TypeVar

S = TypeVar("S")
T = TypeVar("T")

#: How many work at a time, for all that is made in this process: others need connections and memory, too.
AT_ONCE = 3
_THREADS = ThreadPoolExecutor(AT_ONCE, "prefetch")


def start_threads() -> None:
    """Start all of them now: a signal that ends ``submit()`` as it starts one would leave a thread that
    the interpreter's end does not know of, and waits for.
    """
    started = Barrier(AT_ONCE + 1)
    for _ in range(AT_ONCE):
        _THREADS.submit(started.wait)
    started.wait()


def prefetched(work: Callable[[S], T], source: Iterable[S]) -> Iterator[T]:
    """Yield what ``work`` makes of each of ``source``, in order; errors of both are raised here.

    The first is yielded before others are begun, and leaving waits for those under way.
    """
    rest, ahead, wanted = iter(source), deque[Future[T]](), 1
    try:
        while True:
            ahead.extend(_THREADS.submit(work, one) for one in islice(rest, wanted))
            if not ahead:
                return
            yield ahead.popleft().result()
            wanted = AT_ONCE - len(ahead)
    finally:
        for one in ahead:
            one.cancel()
        wait(ahead)
