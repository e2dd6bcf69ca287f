"""Counts what signals do, without being a receiver: it wraps their sending.

A signal belongs to the process and an app counts for itself, so that the wrapper looks at the sender: that is
the app for all signals here. Without an app that watches nothing is wrapped.
"""

import threading
import time
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from types import FrameType, TracebackType
from typing import Any

from blinker import Signal
from flask import Flask

from dashboard.watch.catalogue import BUILT_IN, OURS, name_of
from dashboard.watch.counts import BOUNDS, SPARK_BARS, SPARK_STEP, SignalCounts

_KEY = "gatehouse.signal_watch"
#: Whose frames stand between the watch and a receiver.
SENDERS = (
    "blinker.base",
    "contextlib",
    "dashboard.background.dispatcher",
    "dashboard.background.thread_state",
    "dashboard.watch.sends",
)


class SignalCounter:
    """Counts the sends of one signal in this process, from any thread."""

    def __init__(self) -> None:
        self._lock, self._keys = threading.Lock(), count()
        self._counts, self._under_way = SignalCounts(), dict[int, float]()

    def begin(self) -> int:
        """Note that a send begins; return what `end` wants."""
        key = next(self._keys)
        self._under_way[key] = time.time()
        return key

    def end(self, key: int, seconds: float, error: BaseException | None = None) -> None:
        """Note that it ended after so many ``seconds``, with the ``error`` that a receiver raised."""
        counts, moment = self._counts, time.time()
        step = int(moment) // SPARK_STEP
        with self._lock:
            del self._under_way[key]
            counts.total += 1
            counts.seconds += seconds
            counts.took[bisect_right(BOUNDS, seconds)] += 1
            counts.steps[step] += 1
            counts.sent_at = moment
            if len(counts.steps) > SPARK_BARS + 1:
                del counts.steps[min(counts.steps)]
            if error is not None:
                counts.failures += 1
                counts.failed_at, counts.error = moment, _told(error)

    def counts(self) -> SignalCounts:
        """Return a copy of the figures."""
        with self._lock:
            copied = SignalCounts()
            copied.add(self._counts)
            copied.waiting = list(self._under_way.values())
        return copied


class WatchedSend:
    """Stands in for the ``send`` of one signal."""

    def __init__(self, signal: Signal) -> None:
        self._name, self._send = name_of(signal), signal.send

    def __call__(self, sender: Any = None, /, **told: Any) -> Any:
        """Send as before; an app that watches counts it."""
        counters = getattr(sender, "extensions", {}).get(_KEY)
        if counters is None:
            return self._send(sender, **told)
        counter = counters[self._name]
        key, began = counter.begin(), time.perf_counter()
        try:
            answers = self._send(sender, **told)
        except BaseException as error:
            counter.end(key, time.perf_counter() - began, error)
            raise
        counter.end(key, time.perf_counter() - began)
        return answers


class Sending:
    """One sending by somebody who calls the receivers himself; ``error`` is what one of them raised last."""

    error: BaseException | None = None

    @contextmanager
    def failing(self) -> Iterator[None]:
        """Note what a receiver raises in the block."""
        try:
            yield
        except BaseException as error:
            self.error = error
            raise


@contextmanager
def counting(signal: Signal, app: Flask) -> Iterator[Sending]:
    """Count the block as one sending."""
    sending, counters = Sending(), counters_of(app) or {}
    counter = counters.get(name_of(signal))
    key, began = counter.begin() if counter else 0, time.perf_counter()
    try:
        yield sending
    finally:
        if counter:
            counter.end(key, time.perf_counter() - began, sending.error)


def init_app(app: Flask) -> None:
    """Have ``app`` count, unless ``SIGNAL_WATCH`` is off."""
    if app.config["SIGNAL_WATCH"] == "off":
        return
    app.extensions[_KEY] = {name_of(signal): SignalCounter() for signal in (*BUILT_IN, *OURS)}
    for signal in (*BUILT_IN, *OURS):
        if not isinstance(signal.send, WatchedSend):
            signal.send = WatchedSend(signal)  # type: ignore[method-assign]


def counters_of(app: Flask) -> dict[str, SignalCounter] | None:
    """Return what ``app`` counts by the names of the signals; None when it does not watch."""
    return app.extensions.get(_KEY)


def _told(error: BaseException) -> str:
    """Return which error it was and whose; never its message, which may quote what people typed."""
    receiver = _receiver(error.__traceback__)
    if receiver is None:
        return type(error).__name__
    return f"{type(error).__name__} in {receiver.f_globals.get('__name__')}.{receiver.f_code.co_qualname}"


def _receiver(trace: TracebackType | None) -> FrameType | None:
    """Return the frame of the receiver that failed: the first that is of no sender's module."""
    while trace and trace.tb_frame.f_globals.get("__name__") in SENDERS:
        trace = trace.tb_next
    return trace.tb_frame if trace else None
