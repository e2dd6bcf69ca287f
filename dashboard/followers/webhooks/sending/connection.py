"""One connection to a checked address, on which whatever is read or written ends by one deadline.

The standard library's HTTP on a socket of ours: other clients look the name up themselves, wait anew for
each byte, follow redirects and ask the environment for proxies.
"""

import io
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from http.client import HTTPConnection
from time import monotonic
from typing import Any

from dashboard.followers.webhooks.sending.failure import SendFailed
from dashboard.followers.webhooks.sending.target import UrlTarget
from models import WebhookTrouble


class RequestDeadline:
    """A moment by which all must be done."""

    def __init__(self, seconds: float) -> None:
        self._until = monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left; raises ``TimeoutError`` when there are none."""
        left = self._until - monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class _Line:
    """A socket as `HTTPConnection` uses one; each read gets what is left of the deadline."""

    def __init__(self, wire: socket.socket, deadline: RequestDeadline) -> None:
        self.wire, self.deadline = wire, deadline

    def sendall(self, data: bytes) -> None:
        self.wire.settimeout(self.deadline.left())
        self.wire.sendall(data)

    def makefile(self, *_: Any) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self))

    def close(self) -> None:
        """Leave it open: an answer that ends with the connection is still to be read."""


class _Reader(io.RawIOBase):
    def __init__(self, line: _Line) -> None:
        self._line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._line.wire.settimeout(self._line.deadline.left())
        return self._line.wire.recv_into(buffer)


class Connection(HTTPConnection):
    """An open connection; `HTTPConnection` never opens it again by itself."""

    auto_open = 0

    def __init__(self, target: UrlTarget, addresses: Sequence[str], deadline: RequestDeadline) -> None:
        """Connect to the first of ``addresses`` that answers; raises ``SendFailed``."""
        super().__init__(target.host, target.port)
        self._line = _Line(_connected(target, addresses, deadline), deadline)
        self.sock = self._line

    @property
    def is_open(self) -> bool:
        """Whether another request may be sent on it."""
        return self.sock is not None

    def hang_up(self) -> None:
        """Close it for good."""
        self.close()
        self._line.wire.close()

    def until(self, deadline: RequestDeadline) -> None:
        """Have the next exchange end by then."""
        self._line.deadline = deadline


def _connected(target: UrlTarget, addresses: Sequence[str], deadline: RequestDeadline) -> socket.socket:
    failure = SendFailed(WebhookTrouble.NO_CONNECTION)
    for address in addresses:
        try:
            return _opened(target, address, deadline)
        except TimeoutError:
            failure = SendFailed(WebhookTrouble.TOO_LATE)
        except ssl.SSLCertVerificationError:
            failure = SendFailed(WebhookTrouble.CERTIFICATE)
        except OSError:
            failure = SendFailed(WebhookTrouble.NO_CONNECTION)
    raise failure


def _opened(target: UrlTarget, address: str, deadline: RequestDeadline) -> socket.socket:
    wire = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        wire.settimeout(deadline.left())
        wire.connect((address, target.port))
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire.settimeout(deadline.left())
        return _trust().wrap_socket(wire, server_hostname=target.host) if target.is_tls else wire
    except BaseException:
        with suppress(OSError):
            wire.close()
        raise


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    """Return what checks certificates: the system's authorities, or those of SSL_CERT_FILE."""
    return ssl.create_default_context()
