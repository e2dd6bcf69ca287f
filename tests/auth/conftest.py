"""Where attempts come from and what is left of them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import func, select

from auth.signals import AUTH_SIGNALS
from dashboard.receivers import store_entry
from models import UserSession, db


@pytest.fixture
def unwired() -> Iterator[None]:
    """Nobody stores what the signals tell."""
    for signal in AUTH_SIGNALS:
        signal.disconnect(store_entry)
    yield
    for signal in AUTH_SIGNALS:
        signal.connect(store_entry)


@pytest.fixture
def hear() -> Iterator[Callable[..., None]]:
    """A way to connect a receiver to every auth signal for one test."""
    with ExitStack() as stack:

        def connect(receiver: Callable[..., object]) -> None:
            for signal in AUTH_SIGNALS:
                stack.enter_context(signal.connected_to(receiver))

        yield connect


@pytest.fixture
def session_count() -> Callable[[], int]:
    """How many sessions were ever begun."""

    def count() -> int:
        db.session.rollback()
        return db.session.scalar(select(func.count(UserSession.id))) or 0

    return count
