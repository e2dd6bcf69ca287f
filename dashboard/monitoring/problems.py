"""What is wrong with the log right now, as this process sees it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic
from typing import Any, TypeVar

from flask import Flask

from auth.pages.client import unreadable_address
from dashboard.background import schedule
from dashboard.background.thread_state import Health, ThreadState
from dashboard.log.authentic import quarantine
from dashboard.log.backlog import Backlog, unsealed
from dashboard.monitoring.probes import Probes, Reading, reason
from models import db
from models.transaction import last_commit

#: Seconds that entries may wait for their seal, or attempts in the spool, before it is told.
BEHIND = 10.0
#: Seconds that a try to write may last before a page tells of it.
WRITE_PATIENCE = 2.0
_KEY = "gatehouse.probes"
T = TypeVar("T")


class ProblemKind(StrEnum):
    """What can be wrong."""

    UNREADABLE = "cannot be read"
    UNWRITABLE = "cannot be written"
    UNSEALED = "entries wait for their seal"
    SPOOLED = "attempts wait in the spool"
    FOREIGN = "rows are not ours"
    UNREADABLE_ADDRESS = "addresses cannot be read"
    FAILING = Health.FAILING.value
    STUCK = Health.STUCK.value
    DEAD = Health.DEAD.value


@dataclass(frozen=True, slots=True)
class Problem:
    """Something of ``kind`` is wrong with the part ``check``, for ``seconds`` where that is known."""

    check: str
    kind: ProblemKind
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
        return kinds >= {ProblemKind.UNREADABLE, ProblemKind.UNWRITABLE}


def init_app(app: Flask) -> None:
    """Give the app what it asks the database with."""
    app.extensions[_KEY] = Probes(app)


def report(app: Flask, within: float) -> Report:
    """Look at everything; takes at most ``within`` seconds, whatever database and disk do."""
    end, problems = monotonic() + within, list[Problem]()
    probes = _probes(app)
    waiting = _found(lambda: probes.spooled(within / 4), "spool", problems) or Backlog()
    reading = _found(lambda: probes.read(within / 2), "database", problems)
    problems += _unwritable(probes, end - monotonic(), is_doubtful=reading is None)
    threads = schedule.states(app)
    problems += _behind(reading.unsealed if reading else Backlog(), waiting)
    problems += _foreign(reading.foreign if reading else 0)
    problems += _troubled(threads)
    problems += _proxy()
    return Report(problems, threads, reading, waiting)


def glance(app: Flask) -> list[Problem]:
    """Return what is wrong, for a page that reads the database anyhow: nothing is waited for."""
    probes, problems = _probes(app), list[Problem]()
    problems += _unwritable(probes, 0, told_after=WRITE_PATIENCE)
    waiting = _found(lambda: probes.spooled(WRITE_PATIENCE), "spool", problems) or Backlog()
    problems += _behind(unsealed(db.session(), schedule.caught_up(app)), waiting)
    problems += _foreign(quarantine.rows_aside(db.session()))
    problems += _troubled(schedule.states(app))
    problems += _proxy()
    return problems


def _probes(app: Flask) -> Probes:
    found: Probes = app.extensions[_KEY]
    return found


def _found(look: Callable[[], T], check: str, problems: list[Problem]) -> T | None:
    """Return what is found, or None and a problem more."""
    try:
        return look()
    except Exception as error:
        problems.append(Problem(check, ProblemKind.UNREADABLE, what=reason(error)))
        return None


def _unwritable(probes: Probes, within: float, **how: Any) -> Iterator[Problem]:
    why_not, committed = probes.why_not_writable(within, **how), last_commit()
    if why_not:
        since = None if committed is None else monotonic() - committed
        yield Problem("database", ProblemKind.UNWRITABLE, since, what=why_not)


def _behind(sealing: Backlog, entering: Backlog) -> Iterator[Problem]:
    if sealing.seconds > BEHIND:
        yield Problem("sealer", ProblemKind.UNSEALED, sealing.seconds, sealing.count)
    if entering.seconds > BEHIND:
        yield Problem("spool", ProblemKind.SPOOLED, entering.seconds, entering.count)


def _foreign(count: int) -> Iterator[Problem]:
    if count:
        yield Problem("quarantine", ProblemKind.FOREIGN, count=count)


def _proxy() -> Iterator[Problem]:
    if told := unreadable_address():
        yield Problem("proxy", ProblemKind.UNREADABLE_ADDRESS, what=ascii(told))


def _troubled(threads: list[ThreadState]) -> Iterator[Problem]:
    for thread in threads:
        if thread.condition != Health.OK:
            kind = ProblemKind(thread.condition.value)
            yield Problem(thread.name, kind, thread.seconds, thread.failures, thread.error)
