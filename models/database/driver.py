"""PyMySQL with an end to every wait.

The timeouts of a connection are set anew for each command, from the deadline of who gives it. That
takes no round trip, and as long as the deadline is far not even a call of the kernel.
"""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from pymysql.connections import Connection as PyMySql
from pymysql.constants import CR
from pymysql.err import MySQLError, OperationalError

from models.database.breaker import Breaker
from models.database.limits import Limits, left

T = TypeVar("T")

#: An answer that took this part of its limit and did not come: shorter waits were somebody's hurry.
PATIENT = 0.75


class Unanswering(OperationalError):
    """The database was not asked, because it did not answer others a moment ago."""

    def __init__(self) -> None:
        super().__init__(CR.CR_SERVER_LOST, "the database does not answer")


class Breakers:
    """Those of an engine: a server whose disk is full still answers who only reads."""

    def __init__(self) -> None:
        self.reads, self.writes = Breaker(), Breaker()


class BoundedConnection(PyMySql):
    """A connection whose waits end by limits, by the deadline, or at once when others wait in vain.

    The breaker is asked once a transaction. For one that writes only the answer to COMMIT counts:
    with a full disk all else is answered.
    """

    def __init__(self, *args: Any, limits: Limits, breakers: Breakers, **options: Any) -> None:
        self._limits, self._breakers = limits, breakers
        self._breaker, self._is_admitted, self._asked_at = breakers.reads, True, 0.0
        super().__init__(*args, **options)

    def begin_transaction(self, *, writes: bool) -> None:
        """Say what the transaction that begins is for."""
        self._breaker = self._breakers.writes if writes else self._breakers.reads
        self._is_admitted = False

    def connect(self, sock: Any = None) -> None:
        """Connect to the server and greet it."""
        self._begin_to_ask()
        self.connect_timeout = left(self._limits.connect)
        self._answer(super().connect, sock)

    def ping(self, reconnect: Any = False) -> None:
        """Ask whether the server is there."""
        self.begin_transaction(writes=False)
        super().ping(reconnect)

    def commit(self) -> None:
        """Commit the transaction."""
        super().commit()
        self._breaker.answered()

    def _execute_command(self, command: int, sql: str | bytes) -> None:
        self._begin_to_ask()
        super()._execute_command(command, sql)  # type: ignore[misc]

    def _read_ok_packet(self) -> Any:
        return self._answer(super()._read_ok_packet)  # type: ignore[misc]

    def _read_query_result(self, unbuffered: bool = False) -> Any:
        return self._answer(super()._read_query_result, unbuffered)  # type: ignore[misc]

    def _begin_to_ask(self) -> None:
        """Set this command's timeouts; raises `Unanswering` when there is no use in asking."""
        limit = self._limits.answer
        if not self._is_admitted and not self._breaker.lets_through(limit):
            self._force_close()  # type: ignore[attr-defined] # so that nobody rolls back over it
            raise Unanswering
        self._is_admitted, self._asked_at = True, time.monotonic()
        self._read_timeout = self._write_timeout = left(limit) if limit else None

    def _answer(self, read: Callable[..., T], *arguments: object) -> T:
        """Return what ``read`` does and note whether the server answered."""
        try:
            result = read(*arguments)
        except MySQLError as error:
            self._note(error)
            raise
        if self._breaker is self._breakers.reads:
            self._breaker.answered()
        return result

    def _note(self, error: MySQLError) -> None:
        """Note an error: it is an answer too, unless it is the driver's, who waited in vain."""
        if not _timed_out(error):
            self._breakers.reads.answered()
        elif time.monotonic() - self._asked_at >= PATIENT * self._limits.answer:
            self._breaker.unanswered(self._asked_at)


def connect(*args: Any, limits: Limits, breakers: Breakers, **options: Any) -> BoundedConnection:
    """Return a new connection; it reads certificates first, which is too much work for an answer in vain."""
    if not breakers.reads.lets_through(limits.connect + limits.answer):
        raise Unanswering
    return BoundedConnection(*args, limits=limits, breakers=breakers, **options)


def _timed_out(error: MySQLError) -> bool:
    cause = getattr(error, "original_exception", error.__context__)
    return isinstance(cause, TimeoutError)
