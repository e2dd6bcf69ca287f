"""A TCP proxy on loopback that cuts or freezes connections when told to."""

import socket
import threading
from contextlib import suppress
from typing import Literal

#: A MySQL packet that holds the statement COMMIT: length, number, COM_QUERY, text.
COMMIT = b"\x07\x00\x00\x00\x03COMMIT"
#: Before the server hears it, while it works, once it has answered; or nothing passes from then on.
When = Literal["before", "during", "after", "frozen"]


class Proxy:
    """Forwards connections to the port ``target``; usable as a context manager."""

    def __init__(self, target: int) -> None:
        self._target, self._lock = target, threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._open: set[socket.socket] = set()
        self._when: When = "before"
        self._of = b""
        #: Commits still to cut, and those that were.
        self.to_cut, self.cut = 0, 0
        #: Whether nobody gets through.
        self.is_away = self._vanishes = False
        self._flows = threading.Event()
        self._flows.set()
        self.port = int(self._listener.getsockname()[1])

    def __enter__(self) -> "Proxy":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.thaw()
        _shut(self._listener)
        self._listener.close()
        self.cut_all()

    def cut_commits(self, number: int, when: When, *, vanish: bool = False, of: bytes = b"") -> None:
        """Cut the next ``number`` connections that say COMMIT; ``vanish`` with the first of them.

        Only a transaction counts in which ``of`` was said.
        """
        with self._lock:
            self.to_cut, self._when, self._vanishes, self._of = number, when, vanish, of

    def freeze(self) -> None:
        """Take connections and whatever is said, and pass on nothing until `thaw`, as a black hole would."""
        self._flows.clear()

    def freeze_at_commit(self) -> None:
        """Pass the next COMMIT on, and nothing after it until `thaw`."""
        with self._lock:
            self.to_cut, self._when, self._of = 1, "frozen", b""

    def thaw(self) -> None:
        """Pass on what was said meanwhile."""
        self._flows.set()

    def cut_all(self) -> int:
        """Cut every connection now; return how many there were."""
        with self._lock:
            ends = list(self._open)
        _shut(*ends)
        return len(ends) // 2

    def vanish(self) -> None:
        """Cut every connection and let nobody through until ``is_away`` is False again."""
        self.is_away = True
        self.cut_all()

    def _accept(self) -> None:
        with suppress(OSError):  # closed: the test is over
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError), socket.create_connection(("127.0.0.1", self._target)) as server:
            with self._lock:
                if self.is_away:
                    return
                self._open |= {client, server}
            muted = threading.Event()
            back = threading.Thread(target=self._down, args=(server, client, muted), daemon=True)
            back.start()
            self._up(client, server, muted)
            back.join()
            with self._lock:
                self._open -= {client, server}

    def _up(self, client: socket.socket, server: socket.socket, muted: threading.Event) -> None:
        """Forward what the client says; cut where we were told to."""
        said = b""
        with suppress(OSError):
            while (data := client.recv(65536)) and (when := self._verdict(said := said + data)) != "before":
                if said.endswith(COMMIT):
                    said = b""
                if when == "after":
                    muted.set()
                if when == "frozen":
                    self.freeze()
                else:
                    self._flows.wait()
                server.sendall(data)
                if when == "during":
                    break
        if not muted.is_set():
            _shut(client, server)

    def _down(self, server: socket.socket, client: socket.socket, muted: threading.Event) -> None:
        """Forward what the server says, unless it is the answer that must get lost."""
        with suppress(OSError):
            while (data := server.recv(65536)) and not muted.is_set():
                self._flows.wait()
                client.sendall(data)
        if muted.is_set() and self._vanishes:
            with self._lock:
                self._open.discard(client)  # it hears of it last, else it would ask elsewhere
            self.vanish()
        _shut(client, server)

    def _verdict(self, said: bytes) -> When | None:
        with self._lock:
            if not self.to_cut or not said.endswith(COMMIT) or self._of not in said:
                return None
            self.to_cut, self.cut = self.to_cut - 1, self.cut + 1
            return self._when


def _shut(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
