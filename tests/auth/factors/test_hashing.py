"""The places for password hashes, and what happens to who gets none."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest
from flask import Flask

from auth import registration, service
from auth.attempts import BUSY, NewAccount
from auth.events import Client
from auth.factors import hashing
from auth.factors.hashing import HashSlots, NoHashSlot, network_of
from auth.service import Credentials, authenticate
from auth.throttle.stores import MemoryStore
from models import Action, Outcome, Reason, User, db
from tests.support.actions import PASSWORD, AuthActions, entries
from tests.support.waiting import wait_until

HERE = Client(ip="10.0.0.7")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a place."""
    monkeypatch.setattr(hashing, "SLOT_TIMEOUT", 0)


@pytest.fixture
def full(app: Flask, impatient: None) -> Iterator[None]:
    """All places that strangers may have are taken."""
    with crowd(app.extensions["gatehouse.hashing"]):
        yield


@contextmanager
def crowd(places: HashSlots) -> Iterator[None]:
    """Take all that strangers may have, from networks all over."""
    with ExitStack() as stack:
        for number in range(places.strangers):
            stack.enter_context(places.taken(f"198.51.{number}.0/24"))
        yield


def taken(places: HashSlots, network: str, **named: bool) -> int:
    """Return how many more places a network may take."""
    with ExitStack() as stack:
        for count in range(100):
            try:
                stack.enter_context(places.taken(network, **named))
            except NoHashSlot:
                return count
    raise AssertionError("without end")


@pytest.mark.parametrize(
    ("total", "all_known", "strangers", "of_a_network"),
    [(16, 16, 12, 8), (8, 8, 6, 4), (4, 4, 3, 2), (2, 2, 1, 1), (1, 2, 1, 1), (0, 2, 1, 1)],
)
def test_each_share_is_bounded_and_at_least_one(
    impatient: None, total: int, all_known: int, strangers: int, of_a_network: int
) -> None:
    places = HashSlots(total)
    assert (places.total, places.strangers, places.of_a_network) == (all_known, strangers, of_a_network)
    assert taken(places, "a") == of_a_network
    assert taken(places, "a", is_known=True) == all_known
    with crowd(places):
        assert taken(places, "a") == 0
        assert taken(places, "a", is_known=True) == all_known - strangers
    assert taken(places, "a") == of_a_network


def test_a_network_does_not_shut_out_another(impatient: None) -> None:
    places = HashSlots(8)
    with places.taken("a"), places.taken("a"), places.taken("a"), places.taken("a"):
        assert (taken(places, "a"), taken(places, "b")) == (0, 2)


def test_places_are_divided_among_workers(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _pid: set(range(8)))
    totals = {}
    for workers in (1, 2, 4, 16):
        hashing.init_app(app, workers)
        totals[workers] = app.extensions["gatehouse.hashing"].total
    assert totals == {1: 16, 2: 8, 4: 4, 16: 2}


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("::1", "::/48"),
        (None, ""),
    ],
)
def test_a_network_is_what_one_customer_has(address: str | None, network: str) -> None:
    assert network_of(address) == network


def test_who_waits_gets_the_place_that_becomes_free(app: Flask, alice: User) -> None:
    places: HashSlots = app.extensions["gatehouse.hashing"]
    waiting = threading.Event()

    def attempt() -> object:
        with app.app_context():
            waiting.set()
            return authenticate(Credentials("alice", PASSWORD), HERE)

    with ThreadPoolExecutor(1) as pool:
        with crowd(places):
            answer = pool.submit(attempt)
            assert waiting.wait(10)
        assert answer.result(30) != BUSY


def test_no_more_hashes_than_places_are_under_way(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    released, under_way, most = threading.Event(), set[int](), 0
    limit = app.extensions["gatehouse.hashing"].of_a_network

    def slow(_stored: object, _password: object) -> tuple[bool, None]:
        nonlocal most
        under_way.add(threading.get_ident())
        most = max(most, len(under_way))
        released.wait(30)
        under_way.discard(threading.get_ident())
        return False, None

    def attempt(number: int) -> None:
        with app.app_context():
            authenticate(Credentials(f"name{number}", "x"), HERE)

    monkeypatch.setattr(service, "check_password", slow)
    monkeypatch.setattr(hashing, "SLOT_TIMEOUT", 30)
    with ThreadPoolExecutor(limit * 4) as pool:
        attempts = [pool.submit(attempt, number) for number in range(limit * 4)]
        wait_until(lambda: len(under_way) >= limit, "all places taken")
        released.set()
        for done in attempts:
            done.result()
    assert most == limit


@pytest.mark.parametrize(("name", "password"), [("alice", PASSWORD), ("alice", "wrong"), ("nobody", "wrong")])
def test_who_gets_no_place_hears_the_same_whatever_they_typed(
    full: None, auth: AuthActions, alice: User, name: str, password: str
) -> None:
    page = auth.login(name, password, next="/account?a=1")
    assert (page.status_code, page.headers["Retry-After"]) == (503, str(hashing.BUSY_RETRY))
    assert "Too many people want to come in right now." in page.text
    assert f'value="{name}"' in page.text
    assert 'value="/account?a=1"' in page.text
    assert PASSWORD not in page.text
    [entry] = entries()
    assert (entry.action, entry.outcome, entry.reason) == (Action.LOGIN, Outcome.FAILURE, Reason.RATE_LIMITED)


def test_nothing_is_hashed_without_a_place(full: None, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[object] = []
    monkeypatch.setattr(service, "check_password", lambda *given: hashed.append(given))
    monkeypatch.setattr(registration, "hash_password", lambda *given: hashed.append(given))
    assert authenticate(Credentials("alice", PASSWORD), HERE) == BUSY
    assert registration.register_account(NewAccount(username="zoe", password=PASSWORD), HERE) == BUSY
    assert hashed == []


def test_who_was_not_heard_has_guessed_nothing(full: None, app: Flask, alice: User) -> None:
    places = MemoryStore()
    app.extensions["gatehouse.throttle"] = places
    assert authenticate(Credentials("alice", PASSWORD), HERE) == BUSY
    assert registration.register_account(NewAccount(username="zoe", password=PASSWORD), HERE) == BUSY
    assert len(places._taken) == 5
    assert not any(places._taken.values())


def test_a_registration_without_a_place_makes_nothing_and_keeps_what_was_typed(
    full: None, auth: AuthActions
) -> None:
    page = auth.register("zoe", city="Köln")
    assert (page.status_code, page.headers["Retry-After"]) == (503, str(hashing.BUSY_RETRY))
    assert all(text in page.text for text in ("Too many people", 'value="zoe"', 'value="Köln"'))
    assert db.session.query(User).count() == 0
    assert [(entry.action, entry.reason) for entry in entries()] == [(Action.REGISTER, Reason.RATE_LIMITED)]


def test_who_waits_holds_no_connection(app: Flask, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[int] = []
    pool: Callable[[], int] = db.engine.pool.checkedout  # type: ignore[attr-defined]
    db.session.close()
    before = pool()
    monkeypatch.setattr(service, "check_password", lambda *_: (bool(held.append(pool() - before)), None))
    authenticate(Credentials("alice", "wrong"), HERE)
    assert held == [0]
