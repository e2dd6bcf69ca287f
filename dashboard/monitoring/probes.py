"""Whether this process can read the log, and whether it can write."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from time import monotonic

from flask import Flask
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from dashboard.background.inquiry import Inquiry, NoAnswer
from dashboard.background.schedule import caught_up
from dashboard.log.authentic import quarantine
from dashboard.log.backlog import Backlog, spooled, unsealed
from dashboard.log.head import Head, read_head
from dashboard.log.spool import replay
from models import LoginLog, LoginTotal, db, write_transaction
from models.transaction import last_commit, last_failure

#: Seconds that an idle process lets pass before it tries whether it can still write.
PROBE_IDLE = 10.0
#: Seconds between two tries while writing fails.
AGAIN = 2.0
_LONGEST_REASON = 200
_NEVER = -float("inf")
_LONG_AGO = datetime(1970, 1, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be read: where the head is, what waits for a seal, and how many rows are not ours."""

    head: Head
    unsealed: Backlog
    foreign: int


class Probes:
    """Reads and writes for the sake of knowing, one of each at a time."""

    def __init__(self, app: Flask) -> None:
        self._reading = Inquiry(app, "probe of reading", partial(_read, app))
        self._writing = Inquiry(app, "probe of writing", self._write)
        self._spool = Inquiry(app, "look into the spool", lambda: spooled(replay.spool()))
        self._why_not = ""

    def read(self, within: float) -> Reading:
        """Return what can be read; raises ``NoAnswer`` or what the database says."""
        return self._reading.answer(within)

    def spooled(self, within: float) -> Backlog:
        """Return what waits in the spool; raises ``NoAnswer`` or ``OSError``."""
        return self._spool.answer(within)

    def why_not_writable(self, within: float, *, is_doubtful: bool = False, told_after: float = 0) -> str:
        """Return why this process cannot write, or nothing when it wrote lately or can.

        An idle process tries, at most every ``PROBE_IDLE`` seconds; one whose last write failed, or for which
        there are other reasons to doubt, at once and then every ``AGAIN`` seconds while it fails. A try
        is waited for ``within`` seconds, and told when it has lasted ``told_after`` seconds.
        """
        committed, failed = last_commit() or _NEVER, last_failure() or _NEVER
        is_doubtful = is_doubtful or failed > committed
        if not is_doubtful and monotonic() - committed < PROBE_IDLE:
            return ""
        pause = (AGAIN if self._why_not else 0) if is_doubtful else PROBE_IDLE
        if self._writing.stands() or monotonic() - self._writing.began >= pause:
            return self._tried(within, told_after)
        return self._why_not

    def _tried(self, within: float, told_after: float) -> str:
        try:
            self._writing.answer(within)
        except NoAnswer as error:
            return reason(error) if error.seconds >= told_after else ""
        return self._why_not

    def _write(self) -> None:
        """Write a row and note how it went."""
        try:
            write_transaction(_write_nothing)
        except Exception as error:
            self._why_not = reason(error)
        else:
            self._why_not = ""


def reason(error: Exception) -> str:
    """Say in a few words what the database said; nothing in the questions asked here is personal."""
    said: object = error
    if isinstance(error, DBAPIError) and error.orig and error.orig.args:
        said = error.orig.args[-1]
    return " ".join(str(said or type(error).__name__).split())[:_LONGEST_REASON]


def _read(app: Flask) -> Reading:
    session = db.session()
    session.execute(select(LoginLog.id).limit(1))
    return Reading(read_head(session), unsealed(session, caught_up(app)), quarantine.rows_aside(session))


def _write_nothing(session: Session) -> None:
    """Write a row and take it away again: it reaches the disk, and nobody ever sees it.

    No lock that recording or sealing wants is held meanwhile; the log's own table has to be there.
    """
    row = {"quarter": _LONG_AGO, "action": "probe", "outcome": "probe", "reason": secrets.token_hex(8)}
    session.execute(insert(LoginTotal).values(**row, count=0))
    session.execute(delete(LoginTotal).filter_by(**row))
    session.execute(update(LoginLog).where(LoginLog.id == 0).values(seq=None))  # there is none
