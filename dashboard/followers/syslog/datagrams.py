"""Messages over UDP (RFC 5426): as well as it goes, one datagram each."""

import os
import socket
from collections.abc import Sequence
from contextlib import closing
from time import sleep

from dashboard.followers.syslog.target import SyslogTarget

#: Bytes that every receiver should take (RFC 5426 3.2).
DATAGRAM_LIMIT = 2048
#: Datagrams that are sent at once, and seconds until the next: a receiver's buffer holds a few hundred.
BURST, PACE = 50, 0.005


def send_datagrams(target: SyslogTarget, messages: Sequence[bytes]) -> None:
    """Send each; raises ``OSError`` when this machine knows that nobody gets them."""
    places = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_DGRAM)
    for number, (family, kind, protocol, _, address) in enumerate(places, 1):
        try:
            with closing(socket.socket(family, kind, protocol)) as line:
                line.connect(address)
                _send_each(line, messages)
        except OSError:
            if number == len(places):
                raise
        else:
            return


def _send_each(line: socket.socket, messages: Sequence[bytes]) -> None:
    for number, message in enumerate(messages, 1):
        line.send(message)
        if number % BURST == 0:
            sleep(PACE)
    if error := line.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
        raise OSError(error, os.strerror(error))
