"""What all workers count: each tells the others by Redis every two seconds; without Redis there is one."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import suppress

import orjson
from flask import Flask
from redis import Redis
from redis.exceptions import RedisError

from dashboard.background.schedule import at_intervals
from dashboard.config.settings import Settings
from dashboard.watch.counts import SPARK_STEP, SignalCounts
from dashboard.watch.sends import counters_of

#: Where the workers' figures stand, and for how many seconds they count.
WORKERS, FRESH = "gatehouse:signals", 10
#: Seconds that Redis may take.
_PATIENCE = 1.0
_KEY = "gatehouse.signal_exchange"
#: What reading something else raises: another version's, or somebody else's.
_NO_COUNTS = (ValueError, KeyError, TypeError, AttributeError)
CountsByName = dict[str, SignalCounts]


def init_app(app: Flask, settings: Settings) -> None:
    """Have what this process counts told to the others."""
    if counters_of(app) is None or settings.redis_url is None:
        return
    client = Redis.from_url(settings.redis_url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE)
    app.extensions[_KEY] = client
    at_intervals(app, "signals", lambda: _tell(app, client), every=SPARK_STEP)


def counts_of_workers(app: Flask) -> tuple[list[CountsByName], bool]:
    """Return the figures of each worker, this one first, and whether all could be asked."""
    own = [_own(app)]
    client: Redis | None = app.extensions.get(_KEY)
    if client is None:
        return own, True
    try:
        told = client.hgetall(WORKERS)
    except (RedisError, OSError):
        return own, False
    return [*own, *_others(told)], True  # type: ignore[arg-type]


def together(workers: list[CountsByName]) -> CountsByName:
    """Return the figures of all workers as one."""
    sums = {name: SignalCounts() for name in workers[0]}
    for told in workers:
        for name in sums.keys() & told.keys():
            sums[name].add(told[name])
    return sums


def _own(app: Flask) -> CountsByName:
    return {name: counter.counts() for name, counter in (counters_of(app) or {}).items()}


def _others(told: dict[bytes, bytes]) -> Iterator[CountsByName]:
    for worker, text in told.items():
        if worker != _me() and _age(text) < FRESH:
            with suppress(*_NO_COUNTS):
                signals = orjson.loads(text)["signals"]
                yield {name: SignalCounts.from_json(values) for name, values in signals.items()}


def _tell(app: Flask, client: Redis) -> None:
    """Tell the others, and forget workers that are gone."""
    signals = {name: counts.as_json() for name, counts in _own(app).items()}
    client.hset(WORKERS, _me().decode(), orjson.dumps({"at": time.time(), "signals": signals}).decode())
    told: dict[bytes, bytes] = client.hgetall(WORKERS)  # type: ignore[assignment]
    for worker, text in told.items():
        if _age(text) > 6 * FRESH:
            client.hdel(WORKERS, worker.decode())
    client.expire(WORKERS, 6 * FRESH)


def _age(text: bytes) -> float:
    """Return how many seconds ago a worker told its figures."""
    try:
        return abs(time.time() - float(orjson.loads(text)["at"]))
    except _NO_COUNTS:
        return float("inf")


def _me() -> bytes:
    return f"{socket.gethostname()}:{os.getpid()}".encode()
