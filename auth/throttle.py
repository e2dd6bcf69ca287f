"""Slow guessing down: failed attempts counted by account and by address (OWASP ASVS 6.3.1).

Counting by account *and* address first keeps a stranger from locking somebody out.
"""

import time

from flask import Flask, current_app
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import Storage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

_KEY = "gatehouse.throttle"
#: Seconds that a sign-in waits for the store.
STORE_TIMEOUT = 1
_PAIR = parse("20 per 5 minutes")
_ACCOUNT = parse("100 per 5 minutes")
_ADDRESS = parse("300 per 5 minutes")


def init_app(app: Flask) -> None:
    """Count in Redis when there is one, so that all workers count together."""
    url = app.config.get("REDIS_URL") or "memory://"
    storage = storage_from_string(
        url, wrap_exceptions=True, socket_timeout=STORE_TIMEOUT, socket_connect_timeout=STORE_TIMEOUT
    )
    if not isinstance(storage, Storage):
        raise TypeError("an asynchronous storage cannot be used here")
    app.extensions[_KEY] = SlidingWindowCounterRateLimiter(storage)


def retry_after(account: str, address: str | None) -> int | None:
    """Return the seconds to wait before another try, or None when one may be made now.

    A lost store throttles nobody: the argon2 check still takes its time.
    """
    limiter = _limiter()
    try:
        over = [limit for limit in _limits(account, address) if not limiter.test(*limit)]
        waits = [limiter.get_window_stats(*limit).reset_time for limit in over]
    except StorageError:
        return None
    return max(1, round(max(waits) - time.time())) if waits else None


def count_failure(account: str, address: str | None) -> None:
    """Count a failed attempt against the account and the address."""
    limiter = _limiter()
    try:
        for limit in _limits(account, address):
            limiter.hit(*limit)
    except StorageError:
        return


def _limiter() -> SlidingWindowCounterRateLimiter:
    limiter: SlidingWindowCounterRateLimiter = current_app.extensions[_KEY]
    return limiter


def _limits(account: str, address: str | None) -> list[tuple[RateLimitItem, str, str]]:
    network = address or "-"
    return [(_PAIR, account, network), (_ACCOUNT, account, "-"), (_ADDRESS, "-", network)]
