"""A sign-in is from a new device or network, or not: decided in its transaction, and never changed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from auth import service
from auth.attempts import Credentials
from auth.events import AuthEvent, Client, Subject
from auth.factors import new_device
from auth.factors.devices import with_account
from auth.sessions import CurrentUser
from dashboard.log.chain import PERSONAL_COLUMNS, PLACE_COLUMNS
from dashboard.log.sealer import seal_all
from models import Action, LoginLog, Outcome, User, db, write_transaction
from models.clock import now
from tests.dashboard.proof.verify.tampering import fault
from tests.support.actions import PASSWORD, AuthActions, entries, make_user
from tests.support.app import running
from tests.support.book import entry, store

HOME = Client(ip="203.0.113.7", browser="Firefox 140", os="Linux", device="Other")
MAC = replace(HOME, browser="Safari 19", os="Mac OS X", device="Mac")
HOTEL = replace(HOME, ip="198.51.100.9")
V6 = replace(HOME, ip="2001:db8:1:1::7")


@pytest.fixture
def alice(app: Flask) -> User:
    """Somebody with an account, on each database."""
    return make_user("alice")


def enters(client: Client, devices: str = "", name: str = "alice") -> bool | None:
    """Sign in and return what its entry says."""
    result = service.authenticate(Credentials(name, PASSWORD, devices=devices), client)
    assert isinstance(result, CurrentUser)
    return entries()[-1].new_device


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize(
    ("client", "is_new"),
    [
        (HOME, False),
        (replace(HOME, browser="Firefox 141"), False),
        (replace(HOME, ip="203.0.113.250"), False),
        (HOTEL, True),
        (MAC, True),
        (replace(HOME, browser="Firefox Mobile 140"), True),
        (replace(HOME, browser="Firefox"), False),
        (replace(HOME, os=None), True),
        (Client(ip=HOME.ip), True),
        (replace(HOME, ip=None), False),
        (replace(MAC, ip=None), True),
        (V6, True),
        (replace(HOME, ip="2001:db8::cb00:7107"), True),
    ],
)
def test_it_is_new_unless_browser_and_network_were_there(client: Client, is_new: bool) -> None:
    assert enters(HOME) is False
    assert enters(client) is is_new
    assert enters(client) is False


@pytest.mark.usefixtures("alice")
def test_an_ipv6_network_has_48_bits() -> None:
    enters(V6)
    assert enters(replace(V6, ip="2001:db8:1:ffff::1")) is False
    assert enters(replace(V6, ip="2001:db8:2::1")) is True


@pytest.mark.usefixtures("alice")
def test_the_pairs_need_not_come_together() -> None:
    enters(HOME)
    enters(replace(MAC, ip=HOTEL.ip))
    assert enters(HOTEL) is False
    assert enters(MAC) is False


@pytest.mark.usefixtures("alice")
def test_without_any_agent_or_address_the_first_counts_all_the_same() -> None:
    assert enters(Client()) is False
    assert enters(Client()) is False
    assert enters(HOME) is True


def test_the_cookie_of_a_device_makes_it_known(alice: User) -> None:
    cookie = with_account("", alice.id, 0)
    enters(HOME)
    assert enters(replace(MAC, ip=HOTEL.ip), cookie) is False
    for wrong in (with_account("", alice.id + 1, 0), with_account("", alice.id, 1), cookie[:-1], "x~y"):
        assert enters(replace(MAC, ip="192.0.2.1", browser=wrong[:60]), wrong) is True


def test_others_do_not_make_it_known(alice: User) -> None:
    make_user("bob")
    enters(HOME)
    enters(MAC, name="bob")
    assert enters(MAC) is True


@pytest.mark.usefixtures("alice")
def test_failures_and_other_acts_make_nothing_known_and_are_neither() -> None:
    enters(HOME)
    service.authenticate(Credentials("alice", "wrong"), MAC)
    service.authenticate(Credentials("nobody", "wrong"), MAC)
    result = service.authenticate(Credentials("alice", PASSWORD), HOME)
    assert isinstance(result, CurrentUser)
    service.sign_out(result, MAC)
    kept = [(row.action, row.outcome, row.new_device) for row in entries()]
    assert {kind[2] for kind in kept if kind[:2] != ("login", "success")} == {None}
    assert enters(MAC) is True


@pytest.mark.usefixtures("alice")
def test_blank_places_tell_nothing_and_a_browser_still_does() -> None:
    enters(HOME)
    seal_all()
    write_transaction(lambda session: session.execute(update(LoginLog).values(dict.fromkeys(PLACE_COLUMNS))))
    assert enters(HOTEL) is False
    assert enters(MAC) is True
    assert enters(replace(HOTEL, ip="192.0.2.1")) is True


@pytest.mark.usefixtures("alice")
def test_blank_persons_are_compared_by_their_browser() -> None:
    enters(HOME)
    seal_all()
    nothing = dict.fromkeys(PERSONAL_COLUMNS)
    write_transaction(lambda session: session.execute(update(LoginLog).values(nothing)))
    assert enters(HOME) is False
    assert enters(replace(MAC, ip=HOTEL.ip)) is True


def test_who_has_more_entries_than_are_looked_through_is_looked_at_with_suspicion(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(new_device, "LOOKS", (2, 4))
    enters(HOME)

    def fail(*numbers: int) -> None:
        failed: dict[str, Any] = {"user_id": alice.id, "outcome": Outcome.FAILURE, "occurred_at": now()}
        store([entry(number, **failed) for number in numbers])

    fail(1, 2, 3)
    assert enters(HOME) is False
    fail(4, 5, 6, 7)
    assert enters(HOME) is True


def test_the_seal_covers_it(alice: User) -> None:
    enters(HOME)
    enters(MAC)
    seal_all()
    assert fault() is None
    unsealed = update(LoginLog).where(LoginLog.new_device.is_(True)).values(new_device=False)
    write_transaction(lambda session: session.execute(unsealed))
    assert fault() is not None


@pytest.mark.usefixtures("alice")
def test_two_devices_at_once_the_first_time_are_told_apart(app: Flask) -> None:
    def enter(client: Client) -> None:
        with app.app_context():
            result = service.authenticate(Credentials("alice", PASSWORD), client)
            assert isinstance(result, CurrentUser)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(enter, (HOME, MAC)))
    assert [row.new_device for row in entries()] == [False, True]


@pytest.fixture
def site(database_url: str) -> Iterator[Flask]:
    """The app behind a proxy."""
    with running(database_url, trusted_proxies=1) as app:
        yield app


def test_a_browser_is_known_wherever_it_goes_until_it_forgets(site: Flask) -> None:
    make_user("alice")
    client = site.test_client()
    for address, is_new in (("192.0.2.1", False), ("198.51.100.1", False), ("2001:db8::1", False)):
        client.environ_base["HTTP_X_FORWARDED_FOR"] = address
        AuthActions(client).login("alice")
        assert entries()[-1].new_device is is_new
        AuthActions(client).logout()
    other = site.test_client()
    other.environ_base |= {"HTTP_X_FORWARDED_FOR": "192.0.2.200", "HTTP_USER_AGENT": "curl/8"}
    AuthActions(other).login("alice")
    assert entries()[-1].new_device is True


def test_what_is_about_nobody_is_neither(app: Flask) -> None:
    for subject in (None, Subject("stranger")):
        event = AuthEvent(Action.LOGIN, Outcome.SUCCESS, subject, HOME)
        assert new_device.is_new_device(db.session(), event) is None
