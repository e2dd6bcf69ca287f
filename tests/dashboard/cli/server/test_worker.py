"""A worker with two threads, and clients that keep it waiting in every way."""

import socket
import struct
from collections.abc import Iterator

import pytest

from dashboard.cli.server import connection, worker
from tests.support.servers.worker import MAX_BODY, Running, read_all, read_one, working
from tests.support.waiting import wait_until

MANY = 40
GET = b"GET /page HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /form HTTP/1.1\r\nHost: x\r\n"
IGNORED = b"POST /unread HTTP/1.1\r\nHost: x\r\n"
OLD = b"GET /page HTTP/1.0\r\n"
BIG = b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"Connection: close\r\n"
#: Beginnings of requests that never come to their end.
HALF = {
    "nothing": b"",
    "half a line": b"GE",
    "half a head": GET,
    "no body": POST + b"Content-Length: 5\r\n\r\n",
    "half a body": POST + b"Content-Length: 5\r\n\r\nhe",
    "half a chunk": POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhe",
    "no last chunk": POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    "half a trailer": POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: ",
    "no word before its body": POST + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n",
    "half a request after a whole one": GET + b"\r\n" + GET,
}


@pytest.fixture
def running() -> Iterator[Running]:
    """A worker that waits as long as it does in earnest."""
    with working() as running:
        yield running


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """A worker that waits for nobody longer than a moment."""
    for name in ("HEAD", "BODY", "GOODBYE"):
        monkeypatch.setattr(worker, name, 0.2)
    with working() as running:
        yield running


def is_answered(running: Running) -> bool:
    return running.ask(GET + LAST + b"\r\n").endswith(b"GET /page 0")


@pytest.mark.parametrize("half", HALF.values(), ids=HALF)
def test_half_a_request_holds_nobody_up(running: Running, half: bytes) -> None:
    clients = [running.connect(half) for _ in range(MANY)]
    assert is_answered(running)
    for client in clients:
        client.close()


def test_clients_that_never_hang_up_hold_nobody_up(running: Running) -> None:
    clients = [running.connect(GET + LAST + b"\r\n") for _ in range(MANY)]
    assert all(read_all(client).endswith(b"GET /page 0") for client in clients)
    assert is_answered(running)
    for client in clients:
        client.close()


@pytest.mark.parametrize("half", HALF.values(), ids=HALF)
def test_half_a_request_comes_to_its_end(impatient: Running, half: bytes) -> None:
    with impatient.connect(half) as client:
        told = read_all(client)
    assert (b"408 Request Timeout" in told) == bool(half)
    wait_until(lambda: impatient.worker.nr_conns == 0, "the connection is forgotten")


@pytest.mark.parametrize(("begun", "trickle"), [(GET + b"X: ", b"x"), (HALF["half a body"][:-2], b"")])
def test_a_trickle_lengthens_nothing(impatient: Running, begun: bytes, trickle: bytes) -> None:
    with impatient.connect(begun) as client:
        client.settimeout(0.05)
        told = b""
        while b"408" not in told:
            client.sendall(trickle)
            try:
                told += client.recv(100)
            except TimeoutError:
                continue


def test_who_never_hangs_up_is_dropped(impatient: Running) -> None:
    with impatient.connect(GET + LAST + b"\r\n"):
        wait_until(lambda: impatient.echo.served == 1, "it is answered")
        wait_until(lambda: impatient.worker.nr_conns == 0, "the connection is forgotten")


def test_who_sends_on_after_the_end_is_dropped_with_the_answer_read(impatient: Running) -> None:
    with impatient.connect(POST + LAST + b"Content-Length: 9999999\r\n\r\n") as client:
        for _ in range(20):
            client.sendall(bytes(1000))
        assert read_all(client).startswith(b"HTTP/1.1 200 OK")


def test_an_answer_that_is_never_read_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "UNREAD", 0.2)
    monkeypatch.setattr(worker, "UNREAD_INTERVAL", 0)
    with working() as running, running.connect(b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n", so_rcvbuf=4096):
        assert running.echo.broken_off.wait(30)


def test_pages_that_are_never_read_hold_no_thread(running: Running) -> None:
    clients = [running.connect(BIG, so_rcvbuf=4096) for _ in range(5)]
    assert is_answered(running)
    for client in clients:
        client.close()


def test_the_oldest_of_too_many_of_one_address_makes_room(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "PER_ADDRESS", 3)
    oldest, *others = [running.connect(GET) for _ in range(4)]
    with oldest:
        assert read_all(oldest) == b""
    for client in others:
        client.sendall(LAST + b"\r\n")
        assert read_all(client).endswith(b"GET /page 0")
        client.close()


def test_proxied_connections_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "PER_ADDRESS", 3)
    with working(TRUSTED_PROXIES=1) as running:
        for client in [running.connect(GET) for _ in range(9)]:
            client.sendall(LAST + b"\r\n")
            assert read_all(client).endswith(b"GET /page 0")
            client.close()


def test_a_full_house_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    with working(TRUSTED_PROXIES=1) as running:
        running.worker.worker_connections = 5
        clients = [running.connect(GET) for _ in range(20)]
        assert is_answered(running)
        for client in clients:
            client.close()


@pytest.mark.parametrize(
    ("data", "bodies"),
    [
        (GET + LAST + b"\r\n", [b"GET /page 0"]),
        (OLD + b"\r\n", [b"GET /page 0"]),
        (
            b"GET /page HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + GET + LAST + b"\r\n",
            [b"GET /page 0"] * 2,
        ),
        (POST + LAST + b"Content-Length: 5\r\n\r\nhello", [b"POST /form 5"]),
        (POST + LAST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", [b"POST /form 5"]),
        ((GET + b"\r\n") * 30 + GET + LAST + b"\r\n", [b"GET /page 0"] * 31),
        ((POST + b"Content-Length: 5\r\n\r\nhello") * 9 + GET + LAST + b"\r\n", [b"POST /form 5"] * 9),
        (
            (POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n") * 3 + GET + LAST + b"\r\n",
            [b"POST /form 5"] * 3 + [b"GET /page 0"],
        ),
        (
            IGNORED + b"Content-Length: 5\r\n\r\nhello" + GET + LAST + b"\r\n",
            [b"GET /page 0"],
        ),
    ],
)
def test_requests_of_every_kind_are_answered(running: Running, data: bytes, bodies: list[bytes]) -> None:
    told = running.ask(data)
    for body in bodies:
        assert body in told
        told = told.split(body, 1)[1]


def test_a_kept_connection_serves_again(running: Running) -> None:
    with running.connect() as client:
        for _ in range(3):
            client.sendall(GET + b"\r\n")
            assert read_one(client).endswith(b"GET /page 0")


def test_a_client_is_told_once_to_go_ahead(running: Running) -> None:
    with running.connect(HALF["no word before its body"]) as client:
        assert read_one(client) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"hello")
        answer = read_one(client)
    assert answer.startswith(b"HTTP/1.1 200 OK") and answer.endswith(b"POST /form 5")


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Length: 20001\r\n\r\n",
        b"Expect: 100-continue\r\nContent-Length: 20001\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n" + b"64\r\n" + bytes(100) + b"\r\n" + b"1\r\nx\r\n" * MAX_BODY,
    ],
)
def test_after_a_body_too_large_nothing_is_taken_for_a_request(running: Running, body: bytes) -> None:
    told = running.ask(IGNORED + body + GET + b"\r\n")
    assert told.count(b"HTTP/1.1") == 1
    assert b"Connection: close" in told


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (GET + b"X: " + b"x" * 2**20 + b"\r\n\r\n", b"431"),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\nHost: x\n\n", b"400"),
        (POST + b"Content-Length: many\r\n\r\n", b"400"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\nhello\r\n", b"200"),
    ],
)
def test_what_is_too_long_or_malformed_is_told(running: Running, data: bytes, status: bytes) -> None:
    assert running.ask(data).startswith(b"HTTP/1.1 " + status)


def test_an_answer_that_breaks_off_shows(running: Running) -> None:
    told = running.ask(b"GET /break HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"begun" in told and not told.endswith(b"0\r\n\r\n")
    with pytest.raises(ConnectionResetError):  # HTTP/1.0 has no chunks: its plain end would look whole
        running.ask(b"GET /break HTTP/1.0\r\n\r\n")


def test_a_client_that_resets_is_forgotten(running: Running) -> None:
    for begun in (b"", GET, HALF["half a body"], GET + LAST + b"\r\n"):
        client = running.connect(begun)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
    wait_until(lambda: running.worker.nr_conns == 0, "they are forgotten")
    assert is_answered(running)
