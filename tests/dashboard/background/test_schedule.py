"""The threads of a serving process work together."""

from functools import partial
from queue import Queue
from uuid import uuid4

import pytest
from flask import Flask

from auth.events import AuthEvent, Client, Subject
from dashboard.background import schedule
from dashboard.log.head import read_head
from dashboard.log.recorder import record
from dashboard.monitoring.metrics.meters import meters
from models import Action, Outcome, db, write_transaction
from tests.support.app import running
from tests.support.waiting import wait_until


def write_one() -> None:
    """Record an entry."""
    event = AuthEvent(action=Action.LOGIN, outcome=Outcome.FAILURE, subject=Subject("x"), client=Client())
    write_transaction(partial(record, event=event))


@pytest.fixture
def heads(app: Flask) -> "Queue[int]":
    """Where the head was whenever something was sealed."""
    queue: Queue[int] = Queue()
    follow = lambda: queue.put(read_head(db.session()).seq)  # noqa: E731 - a receiver in one line
    schedule.after_seal(app, "follower", follow, every=3600, rest=0)
    return queue


def test_a_commit_is_sealed_and_followed_at_once(app: Flask, heads: "Queue[int]", threads: None) -> None:
    for number in (1, 2, 3):
        write_one()
        assert heads.get(timeout=10) == number


def test_what_was_left_unsealed_is_swept_up(app: Flask, heads: "Queue[int]") -> None:
    write_one()
    schedule.start(app)
    assert heads.get(timeout=10) == 1
    schedule.stop(app)


def test_who_follows_can_be_woken_without_a_seal(app: Flask) -> None:
    done: Queue[str] = Queue()
    wake = schedule.after_seal(app, "follower", lambda: done.put("looked"), every=3600, rest=0)
    schedule.start(app)
    wake()
    assert done.get(timeout=10) == "looked"
    schedule.stop(app)


def test_a_process_starts_them_once(app: Flask, threads: None) -> None:
    with pytest.raises(RuntimeError, match="running already"):
        schedule.start(app)


def test_what_is_done_last_is_done_once_whatever_fails(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []
    schedule.at_stop(app, lambda: 1 / 0)
    schedule.at_stop(app, lambda: done.append("written"))
    schedule.start(app)
    assert done == []
    for _ in range(2):
        schedule.stop(app)
    assert (done, "ZeroDivisionError" in caplog.text) == (["written"], True)


def test_stopping_what_does_not_run_is_no_error(sqlite_url: str) -> None:
    with running(sqlite_url) as app:
        schedule.stop(app)


def test_building_the_app_starts_nothing(app: Flask) -> None:
    write_one()
    assert read_head(db.session()).seq == 0


def conditions(app: Flask) -> dict[str, str]:
    """Return how each thread stands."""
    return {state.name: state.condition for state in schedule.states(app)}


def test_each_thread_has_a_state_while_it_runs(app: Flask, threads: None) -> None:
    names = {"dispatcher", "sealer", "spool", "checkpoint", "exports", "announcements", "cut-off"}
    assert names <= set(conditions(app))
    assert set(conditions(app).values()) == {"ok"}
    schedule.stop(app)
    assert conditions(app) == {}


def test_a_mistake_in_the_sealer_is_its_state_until_it_seals_again(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("dashboard.log.sealer.seal_once", [].pop)
        schedule.start(app)
        wait_until(lambda: conditions(app)["sealer"] == "failing", "the sealer fails")
        assert schedule.caught_up(app) is None
    schedule.committed(app, uuid4())
    wait_until(lambda: conditions(app)["sealer"] == "ok", "the sealer works again")
    wait_until(lambda: "sealer works again after" in caplog.text, "that is told")
    assert schedule.caught_up(app) is not None
    schedule.stop(app)
    assert caplog.text.count("IndexError: pop from empty list") == 1
    assert caplog.text.count("sealer works again after") == 1


def test_a_backlog_of_several_batches_is_sealed_in_one_round(
    app: Flask, heads: "Queue[int]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.log.sealer.SEAL_BATCH", 2)
    for _ in range(5):
        write_one()
    schedule.start(app)
    wait_until(lambda: heads.get(timeout=10) == 5, "followers heard of the last batch")
    schedule.stop(app)


def test_how_long_a_seal_took_is_noted_once_for_each_entry(app: Flask, threads: None) -> None:
    before = seals_noted()
    for _ in range(3):
        write_one()
    wait_until(lambda: seals_noted() == before + 3, "three seals are noted")
    assert not app.extensions["gatehouse.background"].commits


def seals_noted() -> float:
    """Return of how many entries it was noted how long their seal took."""
    [spread] = [one for one in meters().collect() if one.name == "gatehouse_seal_lag_seconds"]
    return next(sample.value for sample in spread.samples if sample.name.endswith("_count"))
