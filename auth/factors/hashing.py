"""How many password hashes may be under way at once: each takes 19 MiB and a processor.

A hundred at once would take two gigabytes and answer nobody sooner.
"""

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import TypeVar

from flask import Flask, current_app

from auth.throttle.networks import network_of
from models.measures.catalogue import HASH_TIME
from models.transaction import end_read

T = TypeVar("T")
_KEY = "gatehouse.hashing"
#: Hashes under way for each processor.
EACH_CORE = 2
#: Seconds that an attempt waits for its slot.
SLOT_TIMEOUT = 2.0
#: Seconds after which somebody who got none may try again.
BUSY_RETRY = 5


class NoHashSlot(Exception):
    """Too many hashes were under way for too long."""


class HashSlots:
    """The places of one process.

    A quarter is kept for known devices, so that a crowd of strangers shuts nobody out who came
    before; one network's strangers have at most half. Each share is at least one.
    """

    def __init__(self, total: int) -> None:
        self.total = max(2, total)
        self.strangers = self.total - max(1, self.total // 4)
        self.of_a_network = max(1, self.total // 2)
        #: Always the same few threads: each keeps the memory of its last hash.
        self.threads = ThreadPoolExecutor(self.total, "hash")
        self._changed = threading.Condition()
        self._known, self._strangers = 0, Counter[str]()

    @contextmanager
    def taken(self, network: str, *, is_known: bool = False) -> Iterator[None]:
        """Hold a slot during the block; raises ``NoHashSlot`` when none became free in time."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._has_room(network, is_known), SLOT_TIMEOUT):
                raise NoHashSlot
            self._count(network, is_known, 1)
        try:
            yield
        finally:
            with self._changed:
                self._count(network, is_known, -1)
                self._changed.notify_all()

    def _has_room(self, network: str, is_known: bool) -> bool:
        strangers = self._strangers.total()
        if self._known + strangers >= self.total:
            return False
        return is_known or (strangers < self.strangers and self._strangers[network] < self.of_a_network)

    def _count(self, network: str, is_known: bool, change: int) -> None:
        if is_known:
            self._known += change
        else:
            self._strangers[network] += change
            self._strangers = +self._strangers  # forgets networks that hold none


def init_app(app: Flask, workers: int = 1) -> None:
    """Give ``app`` its share of the places of this machine, which ``workers`` processes divide."""
    app.extensions[_KEY] = HashSlots(EACH_CORE * _cores() // workers)


def hashed(work: Callable[[], T], address: str | None, *, is_known: bool = False) -> T:
    """Return what ``work``, which hashes, makes once there is a slot for somebody from ``address``.

    ``is_known`` says that the device was here before. The caller's read transaction ends here: who
    waits must not hold a connection. Raises ``NoHashSlot``.
    """
    end_read()
    places: HashSlots = current_app.extensions[_KEY]
    with places.taken(network_of(address), is_known=is_known):
        return places.threads.submit(copy_context().run, _timed, work).result()


def _timed(work: Callable[[], T]) -> T:
    began = time.perf_counter()
    try:
        return work()
    finally:
        HASH_TIME.note(value=time.perf_counter() - began)


def _cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
