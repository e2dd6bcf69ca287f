"""What is wrong with the log right now, as this process sees it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic
from typing import TypeVar

from flask import Flask

from dashboard.stream import background
from dashboard.stream.backlog import Backlog
from dashboard.stream.probes import Probes, Reading, reason
from dashboard.stream.thread_state import Condition, ThreadState
from models.transaction import last_commit

#: Seconds that entries may wait for their seal, or attempts in the spool, before it is told.
BEHIND = 10.0
_KEY = "gatehouse.probes"
T = TypeVar("T")


class Kind(StrEnum):
    """What can be wrong."""

    UNREADABLE = "cannot be read"
    UNWRITABLE = "cannot be written"
    UNSEALED = "entries wait for their seal"
    SPOOLED = "attempts wait in the spool"
    FAILING = Condition.FAILING.value
    STUCK = Condition.STUCK.value
    DEAD = Condition.DEAD.value


@dataclass(frozen=True, slots=True)
class Problem:
    """Something of ``kind`` is wrong with the part ``check``, for ``seconds`` where that is known."""

    check: str
    kind: Kind
    seconds: float | None = None
    count: int = 0
    what: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """How the log stands; ``reading`` is None when it could not be read."""

    problems: list[Problem]
    threads: list[ThreadState]
    reading: Reading | None
    spooled: Backlog

    @property
    def checks(self) -> list[str]:
        """The parts with which something is wrong."""
        return list(dict.fromkeys(problem.check for problem in self.problems))

    @property
    def is_down(self) -> bool:
        """Whether this process can neither read nor record."""
        kinds = {problem.kind for problem in self.problems if problem.check == "database"}
        return kinds >= {Kind.UNREADABLE, Kind.UNWRITABLE}


def init_app(app: Flask) -> None:
    """Give the app what it asks the database with."""
    app.extensions[_KEY] = Probes(app)


def report(app: Flask, within: float) -> Report:
    """Look at everything; takes at most ``within`` seconds, whatever database and disk do."""
    end, problems = monotonic() + within, list[Problem]()
    probes = _probes(app)
    reading = _found(lambda: probes.read(within / 2), "database", problems)
    problems += _unwritable(probes, end - monotonic(), is_doubtful=reading is None)
    waiting = _found(lambda: probes.spooled(end - monotonic()), "spool", problems) or Backlog()
    threads = background.states(app)
    problems += _behind(reading.unsealed if reading else Backlog(), waiting)
    problems += _troubled(threads)
    return Report(problems, threads, reading, waiting)


def _probes(app: Flask) -> Probes:
    found: Probes = app.extensions[_KEY]
    return found


def _found(look: Callable[[], T], check: str, problems: list[Problem]) -> T | None:
    """Return what is found, or None and a problem more."""
    try:
        return look()
    except Exception as error:
        problems.append(Problem(check, Kind.UNREADABLE, what=reason(error)))
        return None


def _unwritable(probes: Probes, within: float, *, is_doubtful: bool) -> Iterator[Problem]:
    why_not, committed = probes.why_not_writable(within, is_doubtful=is_doubtful), last_commit()
    if why_not:
        since = None if committed is None else monotonic() - committed
        yield Problem("database", Kind.UNWRITABLE, since, what=why_not)


def _behind(unsealed: Backlog, waiting: Backlog) -> Iterator[Problem]:
    if unsealed.seconds > BEHIND:
        yield Problem("sealer", Kind.UNSEALED, unsealed.seconds, unsealed.count)
    if waiting.seconds > BEHIND:
        yield Problem("spool", Kind.SPOOLED, waiting.seconds, waiting.count)


def _troubled(threads: list[ThreadState]) -> Iterator[Problem]:
    for thread in threads:
        if thread.condition != Condition.OK:
            kind = Kind(thread.condition.value)
            yield Problem(thread.name, kind, thread.seconds, thread.failures, thread.error)
