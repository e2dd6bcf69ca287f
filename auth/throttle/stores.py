"""Where places are taken: all of them or none, in one step, whoever else takes at the same moment."""

import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from redis import Redis

#: Keys that are counted in memory at most; the longest unused are forgotten first.
MAX_KEYS = 100_000


class Limit(NamedTuple):
    """At most ``places`` under ``key`` at once; each lasts ``seconds``."""

    key: str
    places: int
    seconds: int


class PlaceStore(Protocol):
    """Counts places."""

    def take(self, limits: Sequence[Limit], place: str) -> float:
        """Take ``place`` under each limit and return 0, or take none and return the seconds to wait."""

    def give_back(self, limits: Sequence[Limit], place: str) -> None:
        """Give a place back."""


class MemoryStore:
    """Counts in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken: OrderedDict[str, dict[str, float]] = OrderedDict()

    def take(self, limits: Sequence[Limit], place: str) -> float:
        """Take ``place`` under each limit and return 0, or take none and return the seconds to wait."""
        with self._lock:
            now = time.monotonic()
            wait = max(self._wait(limit, now) for limit in limits)
            if wait <= 0:
                for limit in limits:
                    self._taken.setdefault(limit.key, {})[place] = now + limit.seconds
                    self._taken.move_to_end(limit.key)
            while len(self._taken) > MAX_KEYS:
                self._taken.popitem(last=False)
            return wait

    def give_back(self, limits: Sequence[Limit], place: str) -> None:
        """Give a place back."""
        with self._lock:
            for limit in limits:
                self._taken.get(limit.key, {}).pop(place, None)

    def _wait(self, limit: Limit, now: float) -> float:
        """Return how long nothing is free under a limit; what has run out is forgotten."""
        ends = self._taken.get(limit.key, {})
        for place in [place for place, end in ends.items() if end <= now]:
            del ends[place]
        return min(ends.values()) - now if len(ends) >= limit.places else 0.0


#: KEYS are those of the limits; ARGV the place, then count and seconds of each. The clock is Redis' own.
_TAKE = """
local time = redis.call('TIME')
local now, wait = time[1] + time[2] / 1000000, 0
for i, key in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
  if redis.call('ZCARD', key) >= tonumber(ARGV[2 * i]) then
    local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
    wait = math.max(wait, first[2] - now)
  end
end
if wait == 0 then
  for i, key in ipairs(KEYS) do
    redis.call('ZADD', key, now + ARGV[2 * i + 1], ARGV[1])
    redis.call('EXPIRE', key, ARGV[2 * i + 1])
  end
end
return tostring(wait)
"""


class RedisStore:
    """Counts for all workers and machines together."""

    def __init__(self, client: Redis) -> None:
        self._client, self._take = client, client.register_script(_TAKE)

    def take(self, limits: Sequence[Limit], place: str) -> float:
        """Take ``place`` under each limit and return 0, or take none and return the seconds to wait."""
        numbers = [number for limit in limits for number in limit[1:]]
        return float(self._take(keys=[limit.key for limit in limits], args=[place, *numbers]))

    def give_back(self, limits: Sequence[Limit], place: str) -> None:
        """Give a place back."""
        pipeline = self._client.pipeline(transaction=False)
        for limit in limits:
            pipeline.zrem(limit.key, place)
        pipeline.execute()
