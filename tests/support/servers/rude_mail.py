"""Mail servers that do not behave: each talks as its script says, on a loopback port."""

import itertools
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

GREETING = b"220 rude ESMTP\r\n"
#: What is said to each line that comes, after the greeting.
POLITE = (b"250 rude\r\n", b"250 OK\r\n", b"250 OK\r\n", b"354 go on\r\n")


def drip(ended: threading.Event) -> Iterator[bytes]:
    """A byte now and then, never a whole line."""
    while not ended.wait(0.05):
        yield b"2"


def endless() -> Iterable[bytes]:
    """A greeting that never ends."""
    return itertools.chain([GREETING], itertools.repeat(b"250-and another thing\r\n" * 100))


@contextmanager
def rude_server(
    script: Callable[[threading.Event], Iterable[bytes]], *, waits: bool = False
) -> Iterator[int]:
    """Run a server and yield its port; with ``waits`` it hears a line before each but the first."""
    ended = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        while not ended.is_set():
            with suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    _say(connection, script(ended), waits=waits)

    thread = threading.Thread(target=talk)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        ended.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def _say(connection: socket.socket, lines: Iterable[bytes], *, waits: bool) -> None:
    for number, line in enumerate(lines):
        if waits and number:
            connection.recv(4096)
        connection.sendall(line)
