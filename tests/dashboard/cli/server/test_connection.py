"""A connection's client: who it is, and whether it takes its answer."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from types import SimpleNamespace

import pytest

from dashboard.cli.server.connection import UNREAD, ClientConnection, _sent, origin_of
from tests.support.waiting import wait_until


class Clock:
    """The time, as the test has it."""

    now = 100.0

    def monotonic(self) -> float:
        """Return the seconds."""
        return self.now


class Pair:
    """A connection and its client."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.client = socket.socket()
            self.client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            self.client.connect(listener.getsockname())
            sock, address = listener.accept()
        self.connection = ClientConnection(SimpleNamespace(is_ssl=False), sock, address, None)

    def fill(self) -> None:
        """Send until nothing goes out any more."""
        with suppress(BlockingIOError):
            while True:
                self.connection.sock.send(bytes(65536))

    def take(self) -> None:
        """Read a little, and wait until the sender knows."""
        before = _sent(self.connection.sock)[1]
        self.client.recv(10_000)
        wait_until(lambda: _sent(self.connection.sock)[1] != before, "some bytes are taken")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that stands still."""
    clock = Clock()
    monkeypatch.setattr("dashboard.cli.server.connection.time", clock)
    return clock


@pytest.fixture
def pair(clock: Clock) -> Iterator[Pair]:
    """A connection with a client that reads nothing by itself."""
    pair = Pair()
    yield pair
    pair.client.close()
    pair.connection.close()


def test_who_takes_nothing_is_stuck(pair: Pair, clock: Clock) -> None:
    pair.fill()
    assert not pair.connection.is_stuck()
    clock.now += UNREAD + 1
    assert pair.connection.is_stuck()


def test_who_takes_little_is_not(pair: Pair, clock: Clock) -> None:
    pair.fill()
    for _ in range(5):
        pair.connection.is_stuck()
        pair.take()
        clock.now += UNREAD - 1
        assert not pair.connection.is_stuck()


def test_who_is_sent_nothing_is_not(pair: Pair, clock: Clock) -> None:
    clock.now += UNREAD + 1
    assert not pair.connection.is_stuck()
    pair.fill()
    clock.now += UNREAD - 1
    assert not pair.connection.is_stuck()


def test_a_closed_connection_is_not_stuck(pair: Pair, clock: Clock) -> None:
    pair.connection.close()
    clock.now += UNREAD + 1
    assert not pair.connection.is_stuck()


@pytest.mark.parametrize(
    ("one", "other", "is_one_holder"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8::1", "2001:db8::2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
    ],
)
def test_an_address_is_one_holder_s(one: str, other: str, is_one_holder: bool) -> None:
    assert (origin_of((one, 1)) == origin_of((other, 2))) == is_one_holder


def test_a_client_without_an_address_has_an_origin() -> None:
    assert origin_of("")
