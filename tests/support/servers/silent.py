"""A server that takes connections and never says a word, as one behind a black hole."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Silent:
    """Listens on a loopback port; ``connections`` are those it took."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = int(self._listener.getsockname()[1])
        self.connections: list[socket.socket] = []

    def accept(self) -> None:
        """Take connections until it is closed."""
        with suppress(OSError):
            while True:
                self.connections.append(self._listener.accept()[0])

    def close(self) -> None:
        """Hang up on everybody."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self.connections:
            connection.close()


@contextmanager
def silent_server() -> Iterator[Silent]:
    """Run one."""
    server = Silent()
    thread = threading.Thread(target=server.accept)
    thread.start()
    yield server
    server.close()
    thread.join(10)
