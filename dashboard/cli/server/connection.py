"""A client's connection, and those that wait for their clients without a thread."""

import fcntl
import selectors
import socket
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from ipaddress import ip_address
from typing import Any

from gunicorn import http
from gunicorn.workers.gthread import TConn

from dashboard.cli.server.arrival import Arrival, Received

#: Seconds after which a client that takes no byte of its answer is given up.
UNREAD = 30
#: Bytes of an answer that the kernel takes off a thread's hands; a page has less.
SEND_BUFFER = 256 * 1024
Callback = Callable[["ClientConnection"], None]


class ClientConnection(TConn):  # type: ignore[misc]
    """A connection whose threads see whole requests only; its socket is read by the worker's poller."""

    arrival: Arrival
    drained = 0

    def __init__(self, cfg: Any, sock: socket.socket, client: Any, server: Any) -> None:
        super().__init__(cfg, sock, client, server)
        self.initialized = True  # there is no handshake to wait for
        self.parser = http.get_parser(cfg, (), client)
        self.received = self.parser.unreader = Received()
        self.origin = origin_of(client)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self._taken, self._since = 0, time.monotonic()

    def tell(self, data: bytes) -> None:
        """Send a few bytes as far as they can be sent at once."""
        with suppress(OSError):
            self.sock.send(data)

    def is_stuck(self) -> bool:
        """Whether the client took no byte for `UNREAD` seconds though some wait for it; ask now and then."""
        waiting, taken = _sent(self.sock)
        if not waiting or taken != self._taken:
            self._taken, self._since = taken, time.monotonic()
        return time.monotonic() - self._since > UNREAD

    def cut(self) -> None:
        """End the connection; whoever sends on it gets an error."""
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)

    def close(self, graceful: bool = False) -> None:
        """Close the connection; what the client does not take then, the kernel forgets."""
        with suppress(OSError):
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(UNREAD * 1000))
        self.cut()  # for good, though a websocket may still be read by a duplicate
        self.sock.close()


def _sent(sock: socket.socket) -> tuple[int, int]:
    """Return how many bytes the client has still to take, and how many it took; Linux tells (tcp(7))."""
    if not hasattr(socket, "TCP_INFO"):
        return 0, 0
    try:
        waiting = fcntl.ioctl(sock, termios.TIOCOUTQ, bytes(4))
        taken = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 128)[120:]  # tcpi_bytes_acked
    except (OSError, ValueError):  # closed meanwhile
        return 0, 0
    return int.from_bytes(waiting, sys.byteorder), int.from_bytes(taken, sys.byteorder)


def half_close(sock: socket.socket) -> bool:
    """Say that nothing more is sent, without waiting; False when the client is gone already."""
    try:
        sock.setblocking(False)
        sock.shutdown(socket.SHUT_WR)
    except OSError:
        return False
    return True


def origin_of(client: Any) -> str:
    """Return whose connection it is: an IPv4 address or an IPv6 network of 64 bits, as one holder has."""
    address = ip_address(client[0]) if isinstance(client, tuple) else None
    if address is None or address.version == 4:
        return str(address)
    return str(address.ipv4_mapped or address.packed[:8].hex())


class Waiting:
    """Connections that wait in the poller, each for ``seconds`` at most; the oldest comes first."""

    def __init__(self, poller: selectors.BaseSelector, seconds: float) -> None:
        self._poller, self._seconds = poller, seconds
        self._deadlines: dict[ClientConnection, float] = {}

    def __iter__(self) -> Iterator[ClientConnection]:
        return iter(self._deadlines)

    def __contains__(self, conn: ClientConnection) -> bool:
        return conn in self._deadlines

    def add(self, conn: ClientConnection, readable: Callback) -> None:
        """Call ``readable`` when something comes from the client."""
        self._deadlines[conn] = time.monotonic() + self._seconds
        self._poller.register(conn.sock, selectors.EVENT_READ, partial(self._woken, conn, readable))

    def take(self, conn: ClientConnection) -> bool:
        """Let ``conn`` wait no longer; False when it did not."""
        if self._deadlines.pop(conn, None) is None:
            return False
        self._poller.unregister(conn.sock)
        return True

    def late(self) -> list[ClientConnection]:
        """Take those whose time is over."""
        moment, late = time.monotonic(), []
        for conn, deadline in self._deadlines.items():
            if deadline > moment:
                break
            late.append(conn)
        return [conn for conn in late if self.take(conn)]

    def _woken(self, conn: ClientConnection, readable: Callback, _file: object) -> None:
        if conn in self._deadlines:  # another event of the same round may have ended it
            readable(conn)
