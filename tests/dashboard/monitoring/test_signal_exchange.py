"""Workers tell each other what their signals do, by Redis, and do without."""

from collections.abc import Iterator

import orjson
import pytest
from flask import Flask
from redis import Redis

from dashboard.background import schedule
from dashboard.monitoring import signal_exchange
from dashboard.monitoring.signal_exchange import WORKERS, counts_of_workers, together
from dashboard.signals import person_erased
from tests.support.app import running
from tests.support.servers.process import free_port
from tests.support.waiting import wait_until


@pytest.fixture
def workers(
    sqlite_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Flask, Flask]]:
    """Two apps that stand for two workers; each tells the others often."""
    client = Redis.from_url(redis_url)
    client.delete(WORKERS)
    monkeypatch.setattr(signal_exchange, "SPARK_STEP", 0.02)
    with running(sqlite_url, redis_url=redis_url) as one, running(sqlite_url, redis_url=redis_url) as other:
        yield one, other
    client.delete(WORKERS)


def as_another(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(signal_exchange, "_me", name.encode)


def test_what_all_workers_counted_is_one_sum(
    workers: tuple[Flask, Flask], redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = workers
    person_erased.send(one, user_id=7)
    person_erased.send(other, user_id=7)
    as_another(monkeypatch, "other:1")
    schedule.start(other)
    try:
        wait_until(lambda: Redis.from_url(redis_url).hlen(WORKERS) == 1, "the other has told")
    finally:
        schedule.stop(other)
    wait_until(lambda: not schedule.states(other), "it has stopped")
    as_another(monkeypatch, "one:1")
    found, is_all = counts_of_workers(one)
    assert (len(found), is_all) == (2, True)
    assert together(found)["person-erased"].total == 2
    assert person_erased.name in together(found)


def test_nobody_counts_twice(workers: tuple[Flask, Flask]) -> None:
    one, _ = workers
    client = one.extensions["gatehouse.signal_exchange"]
    person_erased.send(one, user_id=7)
    signal_exchange._tell(one, client)
    found, _ = counts_of_workers(one)
    assert together(found)["person-erased"].total == 1


def test_who_is_gone_is_forgotten(
    workers: tuple[Flask, Flask], redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = workers
    person_erased.send(other, user_id=7)
    as_another(monkeypatch, "other:1")
    signal_exchange._tell(other, other.extensions["gatehouse.signal_exchange"])
    as_another(monkeypatch, "one:1")
    real = signal_exchange.time.time
    monkeypatch.setattr(signal_exchange.time, "time", lambda: real() + 30)
    assert len(counts_of_workers(one)[0]) == 1
    monkeypatch.setattr(signal_exchange.time, "time", lambda: real() + 300)
    signal_exchange._tell(one, one.extensions["gatehouse.signal_exchange"])
    assert list(Redis.from_url(redis_url).hgetall(WORKERS)) == [b"one:1"]


def test_without_redis_it_is_one_worker_and_said(sqlite_url: str) -> None:
    with running(sqlite_url, redis_url=f"redis://127.0.0.1:{free_port()}/0") as app:
        person_erased.send(app, user_id=7)
        found, is_all = counts_of_workers(app)
    assert (len(found), is_all, found[0]["person-erased"].total) == (1, False, 1)


@pytest.mark.parametrize("told", [b"nonsense", b"{}", b'{"at": "now"}', b'{"at": 1, "signals": 7}'])
def test_what_no_worker_told_breaks_nothing(
    workers: tuple[Flask, Flask], redis_url: str, told: bytes
) -> None:
    one, _ = workers
    fresh = told.replace(b'"at": 1', b'"at": %d' % signal_exchange.time.time())
    Redis.from_url(redis_url).hset(WORKERS, "somebody", fresh)
    assert len(counts_of_workers(one)[0]) == 1
    signal_exchange._tell(one, one.extensions["gatehouse.signal_exchange"])
    assert orjson.loads(Redis.from_url(redis_url).hget(WORKERS, signal_exchange._me()))["signals"]
