"""A question that one thread at a time puts to the database, however many want to know."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from time import monotonic
from typing import Generic, TypeVar

from flask import Flask

T = TypeVar("T")


class NoAnswer(Exception):
    """The database has not answered for so long; the question still stands."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no answer for {seconds:.0f} s")
        self.seconds = seconds


class Inquiry(Generic[T]):
    """Calls ``ask`` in a thread of its own; who wants to know meanwhile waits for the same answer.

    A database that hangs thus holds one thread of ours, and who asks in vain is told in time.
    """

    def __init__(self, app: Flask, name: str, ask: Callable[[], T]) -> None:
        self._app, self._name, self._ask = app, name, ask
        self._lock = threading.Lock()
        self._answer: Future[T] | None = None
        #: When the last question was put (monotonic seconds).
        self.began = -float("inf")

    def answer(self, within: float) -> T:
        """Return the answer to a question that is ``within`` seconds old at most.

        Raises ``NoAnswer`` when it is older and still stands, and whatever ``ask`` raises.
        """
        answer, began = self._under_way()
        try:
            return answer.result(max(0, began + within - monotonic()))
        except TimeoutError:
            if answer.done():  # that was its answer, or it came just now
                return answer.result()
            raise NoAnswer(monotonic() - began) from None

    def stands(self) -> bool:
        """Whether a question was put that is not answered yet."""
        return self._answer is not None and not self._answer.done()

    def _under_way(self) -> tuple[Future[T], float]:
        """Return the question that stands, put now unless one does, and when it was put."""
        with self._lock:
            if self._answer is None or self._answer.done():
                answer: Future[T] = Future()
                threading.Thread(target=self._run, args=(answer,), name=self._name, daemon=True).start()
                self._answer, self.began = answer, monotonic()
            return self._answer, self.began

    def _run(self, answer: "Future[T]") -> None:
        try:
            with self._app.app_context():
                found = self._ask()
        except BaseException as error:
            answer.set_exception(error)
        else:
            answer.set_result(found)
