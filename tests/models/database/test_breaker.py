"""Once the database did not answer one, others are told at once and one asks again."""

from types import SimpleNamespace

import pytest

from models.database import breaker
from models.database.breaker import BREAK_SECONDS, Breaker


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        """Return what it shows."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The breaker's clock."""
    clock = Clock()
    monkeypatch.setattr(breaker, "time", SimpleNamespace(monotonic=clock.monotonic))
    return clock


@pytest.fixture
def tripped(clock: Clock) -> Breaker:
    """A breaker that heard of a wait in vain."""
    tripped = Breaker()
    tripped.unanswered(asked_at=clock.now - 4)
    return tripped


def test_all_may_ask_while_there_are_answers(clock: Clock) -> None:
    assert [Breaker().lets_through(4) for _ in range(3)] == [True] * 3


def test_nobody_may_for_a_while_and_then_one(clock: Clock, tripped: Breaker) -> None:
    assert not tripped.lets_through(4)
    clock.now += BREAK_SECONDS
    assert [tripped.lets_through(4) for _ in range(3)] == [True, False, False]


def test_an_answer_lets_all_ask_again(clock: Clock, tripped: Breaker) -> None:
    clock.now += BREAK_SECONDS
    assert tripped.lets_through(4)
    tripped.answered()
    assert [tripped.lets_through(4) for _ in range(3)] == [True] * 3


def test_no_answer_again_means_another_rest(clock: Clock, tripped: Breaker) -> None:
    clock.now += BREAK_SECONDS
    assert tripped.lets_through(4)
    clock.now += 4
    tripped.unanswered(asked_at=clock.now - 4)
    assert not tripped.lets_through(4)


def test_who_asks_and_is_never_heard_of_again_is_followed_by_another(clock: Clock, tripped: Breaker) -> None:
    clock.now += BREAK_SECONDS
    assert tripped.lets_through(4)
    clock.now += 4
    assert tripped.lets_through(4)


def test_one_who_waited_in_vain_while_others_were_answered_stops_nobody(clock: Clock) -> None:
    found = Breaker()
    asked_at = clock.now
    clock.now += 1
    found.answered()
    clock.now += 3
    found.unanswered(asked_at)
    assert found.lets_through(4)
