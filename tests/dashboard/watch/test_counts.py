"""Figures of a signal add up over processes, end by end."""

import pytest

from dashboard.watch import sends
from dashboard.watch.counts import BOUNDS, SPARK_BARS, SPARK_STEP, SignalCounts
from dashboard.watch.sends import SignalCounter

NOW = 1_800_000_001.5


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that is told."""
    told = [NOW]
    monkeypatch.setattr(sends.time, "time", lambda: told[0])
    return told


def sent(counter: SignalCounter, *lengths: float) -> None:
    for seconds in lengths:
        counter.end(counter.begin(), seconds)


def test_nothing_was_sent() -> None:
    empty = SignalCounts()
    assert (empty.mean, empty.percentile(0.99), empty.rate(NOW), empty.bars(NOW)) == (
        0,
        0,
        0,
        [0] * SPARK_BARS,
    )


def test_99_of_100_stay_below(clock: list[float]) -> None:
    counter = SignalCounter()
    sent(counter, *[0.001] * 99, 0.5)
    found = counter.counts()
    assert 0.001 <= found.percentile(0.99) < 0.002
    assert 0.5 <= found.percentile(1.0) < 1
    assert found.mean == pytest.approx((99 * 0.001 + 0.5) / 100)


def test_what_takes_longer_than_all_bounds_is_counted(clock: list[float]) -> None:
    counter = SignalCounter()
    sent(counter, 0.0, 1000.0)
    found = counter.counts()
    assert found.percentile(1.0) == BOUNDS[-1]
    assert found.percentile(0.5) == BOUNDS[0]


def test_a_bar_is_a_whole_step_and_the_last_ten_seconds_are_the_rate(clock: list[float]) -> None:
    counter = SignalCounter()
    sent(counter, 0.1, 0.1)
    assert counter.counts().bars(clock[0])[-1] == 0  # its step is not over
    clock[0] += SPARK_STEP
    assert counter.counts().bars(clock[0])[-2:] == [0, 2]
    assert counter.counts().rate(clock[0]) == 0.2
    clock[0] += 10
    assert counter.counts().rate(clock[0]) == 0


def test_no_more_is_kept_than_is_shown(clock: list[float]) -> None:
    counter = SignalCounter()
    for _ in range(3 * SPARK_BARS):
        sent(counter, 0.1)
        clock[0] += SPARK_STEP
    found = counter.counts()
    assert (found.bars(clock[0]), found.total) == ([1] * SPARK_BARS, 3 * SPARK_BARS)
    assert len(found.steps) <= SPARK_BARS + 1


def test_processes_add_up_and_survive_being_told(clock: list[float]) -> None:
    one, other = SignalCounter(), SignalCounter()
    sent(one, 0.1)
    clock[0] += 1
    other.end(other.begin(), 0.3, ValueError())
    other.begin()
    sum_of_both = one.counts()
    sum_of_both.add(SignalCounts.from_json(other.counts().as_json()))
    assert (sum_of_both.total, sum_of_both.failures, sum_of_both.error) == (2, 1, "ValueError")
    assert sum_of_both.mean == pytest.approx(0.2)
    assert sum_of_both.waiting == [clock[0]]
    assert sum_of_both.sent_at == clock[0]
    assert one.counts().total == 1
