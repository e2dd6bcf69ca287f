"""A worker of `serve` in a thread, with an application that only echoes; for clients of every kind."""

import os
import selectors
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from gunicorn.config import Config
from gunicorn.glogging import Logger

from dashboard.cli.server.server import options
from dashboard.cli.server.worker import PollingWorker
from dashboard.config.settings import Settings

#: Bytes; more than a worker reads at once.
MAX_BODY = 20_000


class Echo:
    """Answers with method, path and the length of the body; some paths do more."""

    def __init__(self, config: dict[str, int]) -> None:
        self.config, self.app, self.served = config, self, 0
        self.extensions: dict[str, object] = {}
        self.entered, self.released = threading.Event(), threading.Event()
        self.broken_off = threading.Event()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/stream":
            start_response("200 OK", [])
            return Stream(self)
        if path == "/break":
            start_response("200 OK", [])
            return self._breaking()
        if path == "/wait":
            self.entered.set()
            self.released.wait(30)
        size = 0 if path == "/unread" else _size(environ["wsgi.input"])
        body = f"{environ['REQUEST_METHOD']} {path} {size}".encode()
        body = bytes(200_000) if path == "/big" else body
        self.served += 1
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    def close(self) -> None:
        """End no websocket: there is none."""

    def _breaking(self) -> Iterator[bytes]:
        yield b"begun"
        raise RuntimeError("broken off")


def _size(body: Any) -> int | str:
    try:
        return len(body.read())
    except Exception as error:  # malformed or cut, as gunicorn tells it
        return type(error).__name__


class Stream:
    """An answer without end."""

    def __init__(self, echo: Echo) -> None:
        self._echo = echo

    def __iter__(self) -> Iterator[bytes]:
        while True:
            yield bytes(2**16)

    def close(self) -> None:
        """Note that nobody takes any more of it."""
        self._echo.broken_off.set()


class Running:
    """A worker at ``port`` and what it serves."""

    def __init__(self, worker: PollingWorker, port: int) -> None:
        self.worker, self.port, self.echo = worker, port, worker.wsgi

    def connect(self, data: bytes = b"", **options: int) -> socket.socket:
        """Return a connection on which ``data`` was sent."""
        client = socket.socket()
        client.settimeout(30)
        for name, value in options.items():
            client.setsockopt(socket.SOL_SOCKET, getattr(socket, name.upper()), value)
        client.connect(("127.0.0.1", self.port))
        client.sendall(data)
        return client

    def ask(self, data: bytes) -> bytes:
        """Send ``data`` and return all that comes until the server closes."""
        with self.connect(data) as client:
            return read_all(client)


def read_one(client: socket.socket) -> bytes:
    """Read one answer with a length."""
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        answer += client.recv(1)
    size = (
        int(answer.split(b"Content-Length: ", 1)[1].split(b"\r\n")[0]) if b"Content-Length" in answer else 0
    )
    while size:
        more = client.recv(size)
        answer, size = answer + more, size - len(more)
    return answer


def read_all(client: socket.socket) -> bytes:
    """Read until the server closes."""
    return b"".join(iter(lambda: client.recv(65536), b""))


@contextmanager
def working(kind: type[PollingWorker] = PollingWorker, threads: int = 2, **changes: int) -> Iterator[Running]:
    """Run a worker with few threads; limits are those of its modules, so patch them before."""
    config = Config()
    for name, value in options(Settings(_env_file=None), 0, 1).items():
        config.set(name, value)
    config.set("threads", threads)
    config.set("keepalive", 30)
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    port = listener.getsockname()[1]
    worker = kind(0, os.getppid(), [listener], None, 30, config, Logger(config))
    worker.wsgi = Echo({"MAX_CONTENT_LENGTH": MAX_BODY, "TRUSTED_PROXIES": 0} | changes)
    worker.tpool = worker.get_thread_pool()
    worker.poller = selectors.DefaultSelector()
    worker.method_queue.init()
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield Running(worker, port)
    finally:
        worker.wsgi.released.set()
        worker.alive = False
        worker.method_queue.defer(lambda: None)
        thread.join()
        worker.tmp.close()
