"""A receiver of webhooks on loopback that answers as a test wants; as a program it takes its time."""

import json
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook

#: Answers a request by hand, from its status line on.
Answering = Callable[["Handler"], object]


class Handler(BaseHTTPRequestHandler):
    """One connection; ``message`` is the body of the present request, ``heard`` its headers."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "Server"

    def do_POST(self) -> None:
        """Take a request."""
        self.body = self.rfile.read(int(self.headers["content-length"]))
        self.server.receiver.take(self)

    do_GET = do_POST  # noqa: N815 - the name is the library's

    def reply(self, status: int, body: bytes = b"ok", **headers: str) -> None:
        """Send a whole answer."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Many connections at once."""

    daemon_threads = True
    request_queue_size = 128
    receiver: "Receiver"

    def handle_error(self, *_: Any) -> None:
        """Clients that hang up are no news."""


def accept(handler: Handler) -> None:
    """Answer as all is well."""
    handler.reply(200)


def hanging(let_go: threading.Event) -> Answering:
    """Return what says nothing until it is let go, and then hangs up."""

    def hang(handler: Handler) -> None:
        let_go.wait(60)
        handler.close_connection = True

    return hang


@dataclass
class Receiver:
    """Keeps what came; ``answering`` says how it is answered."""

    port: int
    answering: Answering = accept
    scheme: str = "http"
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    connections: set[Any] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Where to send to."""
        return f"{self.scheme}://127.0.0.1:{self.port}/hook?key=hidden"

    def take(self, handler: Handler) -> None:
        """Keep a request and answer it."""
        self.connections.add(handler.client_address)
        self.heard.append((dict(handler.headers.items()), handler.body))
        self.answering(handler)

    @property
    def ids(self) -> list[str]:
        """The webhook-ids, in the order in which they came."""
        return [headers["webhook-id"] for headers, _ in self.heard]

    def verified(self, secret: str) -> list[Any]:
        """Return the messages, checked by the library of Standard Webhooks."""
        return [Webhook(secret).verify(body, headers) for headers, body in self.heard]


@contextmanager
def receiving(answering: Answering = accept, context: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run a receiver, with TLS when there is a ``context``."""
    server = Server(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    receiver = Receiver(server.server_port, answering, "https" if context else "http")
    server.receiver = receiver
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def main(milliseconds: str) -> None:
    """Answer each request after some milliseconds; say the port, and the ids as they come."""
    lock = threading.Lock()

    def slowly(handler: Handler) -> None:
        time.sleep(int(milliseconds) / 1000)
        with lock:
            print(json.dumps(handler.headers["webhook-id"]), flush=True)  # noqa: T201 - that is what it is for
        handler.reply(200)

    with receiving(slowly) as receiver:
        print(receiver.port, flush=True)  # noqa: T201
        sys.stdin.read()


if __name__ == "__main__":
    socket.setdefaulttimeout(60)
    main(sys.argv[1])
