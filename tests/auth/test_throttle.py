"""Guessing is slowed down by account, by address and by network, however many guess at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from flask import Flask
from redis import Redis

from auth import throttle
from auth.throttle import Places, TooMany, failover, places
from auth.throttle.failover import Failover
from auth.throttle.places import ACCOUNT, ACCOUNTS, ADDRESS, DEVICE, NETWORK, PAIR
from tests.support.servers.silent import silent_server


@pytest.fixture(params=["memory", "redis"])
def counting(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """An app that counts in its own memory or in Redis."""
    app = Flask(__name__)
    if request.param == "redis":
        app.config["REDIS_URL"] = request.getfixturevalue("redis_url")
        with Redis.from_url(app.config["REDIS_URL"]) as redis:
            redis.flushall()
    throttle.init_app(app)
    with app.app_context():
        yield app


def taken(times: int, account: str, address: str | None, device: str | None = None) -> list[Places]:
    """Take so many places, which must be free."""
    found = [throttle.take_sign_in(account, address, device) for _ in range(times)]
    assert all(isinstance(place, Places) for place in found)
    return [place for place in found if isinstance(place, Places)]


def wait(account: str, address: str | None, device: str | None = None) -> int | None:
    """Return how long somebody must wait; a place that was free is given back."""
    found = throttle.take_sign_in(account, address, device)
    if isinstance(found, TooMany):
        return found.seconds
    throttle.give_back(found)
    return None


def test_an_account_from_one_address_has_twenty_tries(counting: Flask) -> None:
    taken(PAIR - 1, "alice", "10.0.0.1")
    assert wait("alice", "10.0.0.1") is None
    taken(1, "alice", "10.0.0.1")
    assert 1 <= (wait("alice", "10.0.0.1") or 0) <= 300


def test_a_stranger_does_not_lock_somebody_out_elsewhere(counting: Flask) -> None:
    taken(PAIR, "alice", "10.0.0.1")
    assert wait("alice", "10.0.0.2") is None
    assert wait("bob", "10.0.0.1") is None


def test_an_account_is_guarded_against_many_addresses(counting: Flask) -> None:
    for number in range(ACCOUNT):
        taken(1, "alice", f"10.{number}.1.1")
    assert wait("alice", "10.200.2.1")
    assert wait("bob", "10.200.2.1") is None


def test_an_address_cannot_try_many_accounts(counting: Flask) -> None:
    for number in range(ADDRESS):
        taken(1, f"name{number}", "10.0.0.1")
    assert wait("somebody", "10.0.0.1")
    assert wait("somebody", "10.0.0.2") is None


def test_a_network_has_four_times_as_many(counting: Flask) -> None:
    assert NETWORK == 4 * ADDRESS
    for number in range(NETWORK):
        taken(1, f"name{number}", f"10.0.0.{number % 200}")
    assert wait("somebody", "10.0.0.250")
    assert wait("somebody", "10.0.1.1") is None


def test_one_customer_s_ipv6_network_is_one_address(counting: Flask) -> None:
    for number in range(ADDRESS):
        taken(1, f"name{number}", f"2001:db8:1:2::{number + 1:x}")
    assert wait("somebody", "2001:db8:1:2:ffff::1")
    assert wait("somebody", "2001:db8:1:3::1") is None
    for number in range(NETWORK - ADDRESS):
        taken(1, f"other{number}", f"2001:db8:1:{number + 16:x}::1")
    assert wait("somebody", "2001:db8:1:9999::1")
    assert wait("somebody", "2001:db8:2::1") is None


def test_a_place_that_was_given_back_is_free_in_all_counts(counting: Flask) -> None:
    for place in taken(PAIR, "alice", "10.0.0.1"):
        throttle.give_back(place)
    taken(PAIR, "alice", "10.0.0.1")
    assert wait("alice", "10.0.0.1")


def test_who_gets_none_takes_none(counting: Flask) -> None:
    taken(PAIR, "alice", "10.0.0.1")
    for _ in range(ACCOUNT):
        assert wait("alice", "10.0.0.1")
    taken(PAIR, "alice", "10.0.0.2")


def test_any_number_at_once_gets_twenty(counting: Flask) -> None:
    def take(_: int) -> bool:
        with counting.app_context():
            return isinstance(throttle.take_sign_in("alice", "10.0.0.1"), Places)

    with ThreadPoolExecutor(32) as pool:
        assert sum(pool.map(take, range(200))) == PAIR


def test_a_known_device_has_ten_of_its_own(counting: Flask) -> None:
    for number in range(ACCOUNT):
        taken(1, "id 1", f"10.{number}.1.1")
    assert wait("id 1", "10.200.2.1")
    assert wait("id 1", "10.200.2.1", "device") is None
    taken(DEVICE, "id 1", "10.200.2.1", "device")
    assert wait("id 1", "10.200.2.1", "device")
    assert wait("id 1", "10.200.2.1", "another") is None


def test_strangers_without_an_address_share_no_count(counting: Flask) -> None:
    for number in range(ADDRESS + 3):
        taken(1, f"name{number}", None)
    assert wait("an innocent", None) is None
    taken(ACCOUNT, "alice", None)
    assert wait("alice", None)


def test_twenty_accounts_an_hour_and_network(counting: Flask) -> None:
    for number in range(ACCOUNTS):
        assert isinstance(throttle.take_registration(f"10.0.0.{number}"), Places)
    refused = throttle.take_registration("10.0.0.99")
    assert isinstance(refused, TooMany)
    assert 3000 < refused.seconds <= 3600
    assert isinstance(throttle.take_registration("10.0.1.1"), Places)
    assert isinstance(throttle.take_registration(None), Places)


def test_a_token_has_so_many_requests_and_no_other_s(
    counting: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "REQUESTS", 3)
    one, other = uuid4(), uuid4()
    assert all(isinstance(throttle.take_request(one), Places) for _ in range(3))
    refused = throttle.take_request(one)
    assert isinstance(refused, TooMany)
    assert 1 <= refused.seconds <= places.REQUEST_SECONDS
    assert isinstance(throttle.take_request(other), Places)


def test_wrong_tokens_are_counted_by_network(counting: Flask) -> None:
    for number in range(places.WRONG_TOKENS):
        assert isinstance(throttle.take_wrong_token(f"10.0.0.{number}"), Places)
    assert isinstance(throttle.take_wrong_token("10.0.0.99"), TooMany)
    assert isinstance(throttle.take_wrong_token("10.0.1.1"), Places)
    assert isinstance(throttle.take_wrong_token(None), Places)


@pytest.mark.parametrize("account", ["", "\x00", "😀", "a b\r\nc", "%s/{}:*", "a" * 1000, "\ud800"])
def test_any_name_is_counted(counting: Flask, account: str) -> None:
    taken(ACCOUNT, account, None)
    assert wait(account, None)


def test_a_place_lasts_five_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    app, clock = Flask(__name__), [1000.0]
    throttle.init_app(app)
    monkeypatch.setattr("auth.throttle.stores.time.monotonic", lambda: clock[0])
    with app.app_context():
        taken(PAIR, "alice", "10.0.0.1")
        assert wait("alice", "10.0.0.1") == places.SIGN_IN
        clock[0] += places.SIGN_IN
        assert wait("alice", "10.0.0.1") is None


def test_without_redis_each_worker_counts_by_itself(caplog: pytest.LogCaptureFixture) -> None:
    app = Flask(__name__)
    app.config["REDIS_URL"] = "redis://127.0.0.1:1/0"
    throttle.init_app(app)
    with app.app_context():
        taken(PAIR, "alice", "10.0.0.1")
        assert wait("alice", "10.0.0.1")
    assert caplog.text.count("each worker counts by itself") == 1


def test_a_redis_that_hangs_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failover, "STORE_TIMEOUT", 0.2)
    with silent_server() as server:
        store = Failover(f"redis://127.0.0.1:{server.port}/0")
        for number in range(5):
            assert store.take([places.Limit("key", 9, 9)], f"place {number}") == 0
        assert len(server.connections) <= 2


def test_a_redis_that_is_back_counts_again(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Failover("redis://127.0.0.1:1/0")
    store.take([places.Limit("gatehouse:back", 9, 9)], "one")
    store._redis, store._next_try = Failover(redis_url)._redis, 0.0
    with Redis.from_url(redis_url) as redis:
        redis.delete("gatehouse:back")
        store.take([places.Limit("gatehouse:back", 9, 9)], "two")
        assert redis.zrange("gatehouse:back", 0, -1) == [b"two"]
