"""Counts in Redis, and in memory while Redis does not answer."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from redis import Redis
from redis.exceptions import RedisError

from auth.throttle.stores import Limit, MemoryStore, PlaceStore, RedisStore

T = TypeVar("T")
logger = logging.getLogger(__name__)
#: Seconds that an attempt waits for Redis, and for which one that did not answer is left alone.
STORE_TIMEOUT, LEFT_ALONE = 1.0, 5.0


class Failover:
    """A store that always answers: each worker counts by itself while Redis is lost."""

    def __init__(self, url: str) -> None:
        client = Redis.from_url(url, socket_timeout=STORE_TIMEOUT, socket_connect_timeout=STORE_TIMEOUT)
        self._redis, self._memory = RedisStore(client), MemoryStore()
        self._lost, self._next_try = False, 0.0

    def take(self, limits: Sequence[Limit], place: str) -> float:
        """Take a place as `PlaceStore.take`."""
        return self._ask(lambda store: store.take(limits, place))

    def give_back(self, limits: Sequence[Limit], place: str) -> None:
        """Give a place back, wherever it was taken."""
        self._memory.give_back(limits, place)
        self._ask(lambda store: store.give_back(limits, place))

    def _ask(self, question: Callable[[PlaceStore], T]) -> T:
        if time.monotonic() >= self._next_try:
            try:
                answer = question(self._redis)
            except (RedisError, OSError) as error:
                self._lose(error)
            else:
                self._find()
                return answer
        return question(self._memory)

    def _lose(self, error: Exception) -> None:
        self._next_try = time.monotonic() + LEFT_ALONE
        if not self._lost:
            logger.warning("Redis does not count sign-ins (%s): each worker counts by itself", error)
        self._lost = True

    def _find(self) -> None:
        if self._lost:
            logger.info("Redis counts sign-ins again")
        self._lost = False
