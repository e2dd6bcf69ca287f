"""An answer that comes as the wait ends is an answer."""

from concurrent.futures import Future
from threading import Event
from typing import Any

import pytest
from flask import Flask

from dashboard.background import inquiry
from dashboard.background.inquiry import Inquiry, NoAnswer


class LateFuture(Future[Any]):
    """Its answer comes just after the wait for it."""

    def result(self, timeout: float | None = None) -> Any:
        if timeout == 0:
            super().result()
            raise TimeoutError
        return super().result(timeout)


def test_an_answer_just_in_time_counts(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inquiry, "Future", LateFuture)
    assert Inquiry(sqlite_app, "question", lambda: 42).answer(0) == 42


def test_an_error_that_says_timeout_is_the_answer(sqlite_app: Flask) -> None:
    def ask() -> None:
        raise TimeoutError("the database's own")

    with pytest.raises(TimeoutError, match="own"):
        Inquiry(sqlite_app, "question", ask).answer(5)


def test_no_answer_is_told(sqlite_app: Flask) -> None:
    free = Event()
    asked = Inquiry(sqlite_app, "question", lambda: free.wait(30))
    with pytest.raises(NoAnswer):
        asked.answer(0)
    free.set()
