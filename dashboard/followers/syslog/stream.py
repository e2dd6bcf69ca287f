"""Messages over TCP (RFC 6587, octets counted) and TLS (RFC 5425), on a connection that is kept."""

import errno
import fcntl
import socket
import ssl
import sys
import termios
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from time import monotonic

from dashboard.followers.syslog.target import SyslogTarget

#: Bytes that every common receiver takes.
STREAM_LIMIT = 8192
#: Seconds to connect, and for one piece to be taken.
CONNECT, SEND = 5.0, 10.0
#: Bytes in one piece, and seconds of sending after which the turn is renewed.
PIECE, RENEW = 16_384, 5.0


class Stream:
    """A connection to a syslog server. Nobody acknowledges: what was sent need not have arrived."""

    def __init__(self, target: SyslogTarget) -> None:
        self._target = target
        self._line: socket.socket | None = None

    def __del__(self) -> None:
        self.close()

    def open(self) -> None:
        """Connect anew; raises ``OSError``, also for a certificate that is not trusted."""
        self.close()
        plain = socket.create_connection((self._target.host, self._target.port), CONNECT)
        try:
            self._line = plain
            if self._target.transport == "tls":
                self._line = self.context().wrap_socket(plain, server_hostname=self._target.host)
            self._line.settimeout(SEND)
            if sys.platform == "linux":  # a machine that is gone is noticed within this time
                self._line.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(SEND * 1000))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Hang up."""
        line, self._line = self._line, None
        if line is not None:
            with suppress(OSError):
                line.close()

    def is_open(self) -> bool:
        """Whether the server has not hung up, as far as is known here; what it says means nothing."""
        if self._line is None:
            return False
        try:
            self._line.settimeout(0)
            return bool(self._line.recv(1024))
        except (BlockingIOError, ssl.SSLWantReadError):
            return True
        except OSError:
            return False
        finally:
            self._line.settimeout(SEND)

    def is_taken(self) -> bool:
        """Whether the server's machine has taken all that was sent; its programs need not have."""
        if self._line is None or sys.platform != "linux":
            return True
        return not int.from_bytes(fcntl.ioctl(self._line, termios.TIOCOUTQ, bytes(4)), sys.byteorder)

    def send(self, messages: Sequence[bytes], renew: Callable[[], None]) -> None:
        """Send all; raises ``OSError`` when the server does not take them in time."""
        assert self._line is not None  # noqa: S101 - `open` comes first
        renewed = monotonic()
        for piece in _pieces(messages):
            self._line.sendall(piece)
            if monotonic() - renewed > RENEW:
                renew()
                renewed = monotonic()

    def context(self) -> ssl.SSLContext:
        """Return what TLS demands of the server: a certificate for its name, by a trusted authority."""
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self._target.certificates:
            try:
                context.load_verify_locations(self._target.certificates)
            except OSError:
                raise OSError(errno.EINVAL, "the file of ?ca= holds no certificate") from None
        return context


def _pieces(messages: Sequence[bytes]) -> Iterator[bytes]:
    """Yield the messages, each after its length, some at a time."""
    piece = b""
    for message in messages:
        piece += b"%d %b" % (len(message), message)
        if len(piece) >= PIECE:
            yield piece
            piece = b""
    if piece:
        yield piece
