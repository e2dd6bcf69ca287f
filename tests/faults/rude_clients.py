"""Clients without manners, while others sign in and must not notice."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from urllib.parse import urlencode, urlsplit

from tests.faults.crowd import AUDITOR, ONLOOKER
from tests.faults.fault import fault
from tests.faults.stage import Stage
from tests.support.waiting import wait_until

GET = b"GET /login HTTP/1.1\r\nHost: x\r\n"
LAST = b"Connection: close\r\n\r\n"
#: Requests that go on and on, in the head and in the body.
HALF = (GET + b"X: ", b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n")
#: Bytes that a client takes which reads nothing by itself.
LITTLE = 4096
#: Seconds between two bytes of a half request.
TRICKLE = 0.5


@fault
def clients_never_hang_up(stage: Stage) -> None:
    """150 clients take their answer and stay."""
    with clients(stage, [GET + LAST] * 150) as many, undisturbed(stage, 40):
        for client in many:
            assert read_all(client).startswith(b"HTTP/1.1 200 ")


@fault
def clients_never_read(stage: Stage) -> None:
    """40 clients ask for a long page and take nothing of it."""
    head = f"GET /admin/logins/?size=100 HTTP/1.1\r\nHost: x\r\nCookie: {stage.crowd.cookie_of(ONLOOKER)}\r\n"
    with clients(stage, [f"{head}\r\n".encode()] * 40), undisturbed(stage, 40):
        pass


@fault
def exports_never_read(stage: Stage) -> None:
    """Somebody begins exports, as many as they may and more, and takes nothing of them."""
    with clients(stage, [export_request(stage, "ocsf")] * 6), undisturbed(stage, 40):
        if stage.is_long:
            wait_until(lambda: not stage.exporting(), "exports that nobody reads are ended", 90)


@fault
def half_requests(stage: Stage) -> None:
    """232 requests come a byte now and then."""
    with clients(stage, [*HALF] * 116) as many, undisturbed(stage, 40):
        left = many
        for _ in range(100 if stage.is_long else 3):
            left = [client for client in left if is_waited_for(client)]
            if left:
                time.sleep(TRICKLE)
        assert not stage.is_long or not left, "half a request was waited for without end"


@contextmanager
def clients(stage: Stage, requests: list[bytes]) -> Iterator[list[socket.socket]]:
    """Connections on each of which a request was sent; they stay open while the block runs."""
    with ExitStack() as stack:
        yield [stack.enter_context(connected(stage, request)) for request in requests]


@contextmanager
def undisturbed(stage: Stage, number: int) -> Iterator[None]:
    """Have people sign in while the block runs; each is answered, and no worker dies of it."""
    workers, begin = stage.workers(), len(stage.crowd.attempts)
    with stage.crowd.busy(number, before=0):
        yield
    assert None not in stage.crowd.told(begin), "somebody was not answered"
    assert sorted(workers) == sorted(stage.workers()), "a worker died"


def connected(stage: Stage, request: bytes) -> socket.socket:
    """Send a request from a client that takes little by itself."""
    address = urlsplit(stage.url)
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, LITTLE)
    client.settimeout(60)
    client.connect((address.hostname, address.port))
    client.sendall(request)
    return client


def export_of(stage: Stage) -> socket.socket:
    """Begin an export of the whole log."""
    return connected(stage, export_request(stage, "jsonl"))


def export_request(stage: Stage, form: str) -> bytes:
    """Return the request of an auditor who exports the whole log in a format."""
    cookie, token = stage.crowd.cookie_and_token_of(AUDITOR, "/admin/logins/")
    body = urlencode({"format": form, "csrf_token": token})
    head = f"POST /admin/logins/export HTTP/1.1\r\nHost: {urlsplit(stage.url).netloc}\r\nCookie: {cookie}\r\n"
    head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Connection: close\r\n\r\n{body}".encode()


def is_waited_for(client: socket.socket) -> bool:
    """Send a byte more; return whether the server still takes it."""
    try:
        client.sendall(b"x")
        client.setblocking(False)
        told = client.recv(1000)
    except BlockingIOError:
        client.settimeout(60)
        return True
    except OSError:
        return False
    assert told.startswith(b"HTTP/1.1 408 ")
    return False


def read_on(client: socket.socket) -> bytes:
    """Return what came next."""
    return client.recv(LITTLE)


def slowly(client: socket.socket, seconds: float) -> bytes:
    """Read little by little for so long, then all; return it."""
    told, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        told += read_on(client)
        time.sleep(0.1)
    return told + read_all(client)


def read_all(client: socket.socket) -> bytes:
    """Return all that comes until the server says that there is no more."""
    told = b""
    with suppress(ConnectionResetError):
        while data := client.recv(65536):
            told += data
    return told
