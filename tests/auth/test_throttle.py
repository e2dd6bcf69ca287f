"""Guessing is slowed down by account and by address."""

from collections.abc import Iterator

import pytest
from flask import Flask
from redis import Redis

from auth import throttle

LIMITS = {"pair": 20, "account": 100, "address": 300}


@pytest.fixture(params=["memory", "redis"])
def counting(request: pytest.FixtureRequest) -> Iterator[None]:
    """An app that counts in its own memory or in Redis."""
    app = Flask(__name__)
    if request.param == "redis":
        app.config["REDIS_URL"] = request.getfixturevalue("redis_url")
        with Redis.from_url(app.config["REDIS_URL"]) as redis:
            redis.flushall()
    throttle.init_app(app)
    with app.app_context():
        yield


def fail(times: int, account: str, address: str | None) -> None:
    """Fail that often."""
    for _ in range(times):
        throttle.count_failure(account, address)


def test_an_account_from_one_address_has_twenty_tries(counting: None) -> None:
    fail(LIMITS["pair"] - 1, "alice", "10.0.0.1")
    assert throttle.retry_after("alice", "10.0.0.1") is None
    fail(1, "alice", "10.0.0.1")
    assert 1 <= (throttle.retry_after("alice", "10.0.0.1") or 0) <= 600


def test_a_stranger_does_not_lock_somebody_out_elsewhere(counting: None) -> None:
    fail(LIMITS["pair"], "alice", "10.0.0.1")
    assert throttle.retry_after("alice", "10.0.0.2") is None
    assert throttle.retry_after("bob", "10.0.0.1") is None


def test_an_account_is_guarded_against_many_addresses(counting: None) -> None:
    for number in range(LIMITS["account"]):
        fail(1, "alice", f"10.0.1.{number}")
    assert throttle.retry_after("alice", "10.0.2.1")
    assert throttle.retry_after("bob", "10.0.2.1") is None


def test_an_address_cannot_try_many_accounts(counting: None) -> None:
    for number in range(LIMITS["address"]):
        fail(1, f"name{number}", "10.0.0.1")
    assert throttle.retry_after("somebody", "10.0.0.1")
    assert throttle.retry_after("somebody", "10.0.0.2") is None


def test_asking_counts_nothing(counting: None) -> None:
    for _ in range(LIMITS["pair"] * 2):
        assert throttle.retry_after("alice", "10.0.0.1") is None


@pytest.mark.parametrize("account", ["", "\x00", "😀", "a b\r\nc", "%s/{}:*", "a" * 1000])
def test_any_name_is_counted(counting: None, account: str) -> None:
    fail(LIMITS["pair"], account, None)
    assert throttle.retry_after(account, None)


def test_a_lost_store_throttles_nobody() -> None:
    app = Flask(__name__)
    app.config["REDIS_URL"] = "redis://127.0.0.1:1/0"
    throttle.init_app(app)
    with app.app_context():
        fail(LIMITS["pair"], "alice", None)
        assert throttle.retry_after("alice", None) is None
