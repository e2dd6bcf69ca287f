"""How a background thread stands, and what the log hears of it."""

import logging
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

logger = logging.getLogger(__name__)
#: Seconds after which a round that makes no progress is taken for stuck, unless told otherwise.
STUCK_AFTER = 30.0
#: Kinds of error that are logged in one row of failures at most.
MAX_KINDS = 16


class Health(StrEnum):
    """How a thread stands, worst last."""

    OK = "ok"
    FAILING = "failing"
    STUCK = "stuck"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class ThreadState:
    """A thread that has been failing, stuck or dead for ``seconds``.

    ``error`` is the class of the last failure, never its message: that may quote what people typed;
    ``succeeded`` is when its last good round began, in monotonic seconds.
    """

    name: str
    condition: Health = Health.OK
    seconds: float = 0
    failures: int = 0
    error: str = ""
    succeeded: float | None = None


class Watch:
    """What is known of the rounds of one thread.

    A row of failures is in the log as its first one with a traceback, likewise the first of each
    other kind, and one line once it works again. ``longest`` is how many seconds a round may take
    without progress.
    """

    def __init__(self, name: str, longest: float = STUCK_AFTER) -> None:
        self.name, self._longest = name, longest
        #: When the present round began or last made progress; None between rounds (monotonic seconds).
        self._began: float | None = None
        #: When the last good round began or last made progress.
        self.succeeded: float | None = None
        self._failures, self._failing_since, self._error = 0, 0.0, ""
        self._kinds: set[object] = set()

    @contextmanager
    def round(self) -> Iterator[None]:
        """Watch one round of work; whatever it raises ends here."""
        self._began = time.monotonic()
        try:
            yield
        except BaseException as error:  # a SystemExit in there must not end the thread unnoticed
            self._fail(error)
        else:
            self._succeed(self._began)
        finally:
            self._began = None

    @property
    def failures(self) -> int:
        """How many rounds failed since the last good one."""
        return self._failures

    def progress(self) -> None:
        """Note that a long round goes on."""
        self._began = time.monotonic()

    def state(self) -> ThreadState:
        """Return how the thread stands now; whether it is alive is for its owner to say."""
        now, began = time.monotonic(), self._began
        if began is not None and now - began > self._longest:
            return ThreadState(self.name, Health.STUCK, now - began, succeeded=self.succeeded)
        if self._failures:
            since = now - self._failing_since
            return ThreadState(self.name, Health.FAILING, since, self._failures, self._error, self.succeeded)
        return ThreadState(self.name, succeeded=self.succeeded)

    def _fail(self, error: BaseException) -> None:
        if not self._failures:
            self._failing_since = time.monotonic()
            self._kinds = set()
        self._failures += 1
        self._error = type(error).__name__
        kind = _kind(error)
        if kind not in self._kinds and len(self._kinds) < MAX_KINDS:
            self._kinds.add(kind)
            logger.error("%s failed, trying again", self.name, exc_info=error)

    def _succeed(self, began: float) -> None:
        self.succeeded = began
        failures, self._failures = self._failures, 0
        if failures:
            passed = time.monotonic() - self._failing_since
            times = "1 failure" if failures == 1 else f"{failures} failures"
            logger.warning("%s works again after %s in %.0f s", self.name, times, passed)


def _kind(error: BaseException) -> object:
    """Return what tells one kind of error from another: class, code of the database, place."""
    args = getattr(getattr(error, "orig", None), "args", None) or [None]
    last = traceback.extract_tb(error.__traceback__)[-1]
    return type(error), str(args[0]), last.filename, last.lineno
