"""Waiting for a state, never for a time."""

import time
from collections.abc import Callable

#: Seconds after which what has not happened never will.
DEADLINE = 60


def wait_until(condition: Callable[[], object], what: str, deadline: float = DEADLINE) -> None:
    """Poll until ``condition`` holds; fail with ``what`` when it never does."""
    end = time.monotonic() + deadline
    while not condition():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.02)
