"""People who watch the live feed, through a websocket that hides nothing."""

import json
import random
import socket
import threading
import time
from contextlib import closing, suppress
from typing import Any

import websocket

from tests.support.feed import Feed

NAMESPACE = "/live,"
#: What a cut or refused connection raises.
LOST = (OSError, websocket.WebSocketException)


class Wire:
    """A websocket that speaks just enough Engine.IO 4 and Socket.IO 5."""

    def __init__(self, url: str, cookie: str, timeout: float = 40) -> None:
        address = f"ws{url.removeprefix('http')}/socket.io/?EIO=4&transport=websocket"
        little = (socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)  # what is not read, the server notices
        options = {"sockopt": [little], "skip_utf8_validation": True}  # checking it takes 10 ms an answer
        self.socket = websocket.create_connection(address, cookie=cookie, timeout=timeout, **options)
        self._calls = 0

    def join(self) -> "Wire":
        """Enter the namespace; raises ``ConnectionError`` when that is refused."""
        try:
            self.socket.recv()  # the handshake
            self.send(f"40{NAMESPACE}")
            while not (text := self._packet()).startswith(f"40{NAMESPACE}"):
                if text.startswith("44"):
                    raise ConnectionError(text)
                assert text == "2", f"before the welcome came {text}"
        except LOST:
            self.close()
            raise
        return self

    def send(self, text: str) -> None:
        """Send a packet as it is."""
        self.socket.send(text)

    def ask(self, wish: Any) -> int:
        """Send ``since`` and return the number its answer will carry."""
        self._calls += 1
        self.send(f"42{NAMESPACE}{self._calls}{json.dumps(['since', wish])}")
        return self._calls

    def hear(self) -> tuple[str | int, Any]:
        """Wait for an event or an answer; return its name or number, and what it holds."""
        while (heard := self.hear_one()) is None:
            pass
        return heard

    def hear_one(self) -> tuple[str | int, Any] | None:
        """Read one packet as `hear` does; None when it is a ping."""
        text = self._packet()
        kind, body = text[:2], text[2 + len(NAMESPACE) :]
        if kind == "42":
            name, data = json.loads(body)
            return name, data
        if kind == "43":
            number, bracket, rest = body.partition("[")
            return int(number), next(iter(json.loads(bracket + rest)), None)
        return None

    def call(self, wish: Any) -> Any:
        """Send ``since`` and wait for its answer."""
        number = self.ask(wish)
        while (heard := self.hear())[0] != number:
            pass
        return heard[1]

    def cut(self) -> None:
        """Lose the connection, while another thread listens."""
        with suppress(OSError, AttributeError):  # it is lost already
            self.socket.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Hang up without a word."""
        self.socket.shutdown()

    def _packet(self) -> str:
        """Return the next packet, a ping answered; raises ``ConnectionError`` at a goodbye."""
        if (text := str(self.socket.recv())) == "2":
            self.send("3")
        if text in ("", "1") or text.startswith("41"):
            raise ConnectionError("the server said goodbye")
        return text


class Viewer(threading.Thread):
    """A thread that follows the feed and comes back whenever it is cut off."""

    def __init__(self, url: str, cookie: str, feed: Feed) -> None:
        super().__init__(daemon=True)
        self.feed, self.connections = feed, 0
        self._url, self._cookie = url, cookie
        self._wire: Wire | None = None
        self._stopping = threading.Event()

    def run(self) -> None:
        """Follow until told to stop."""
        while not self._stopping.is_set():
            with suppress(*LOST), closing(Wire(self._url, self._cookie)) as self._wire:
                self._wire.join()
                self.connections += 1
                self._follow(self._wire)
            self._stopping.wait(random.uniform(0.05, 0.5))

    def cut(self) -> None:
        """Lose the connection."""
        if self._wire:
            self._wire.cut()

    def leave(self) -> None:
        """Follow no more."""
        self._stopping.set()
        self.cut()

    def see_out(self) -> None:
        """Wait until the thread has ended; it may just have come back."""
        while self.is_alive():
            self.cut()
            self.join(0.2)

    def _follow(self, wire: Wire) -> None:
        """Pull until nothing is missing, one pull in flight."""
        pulling: int | None = None
        while True:
            name, data = wire.hear()
            if name == "head":
                self.feed.announced(data)
            elif name == pulling:
                pulling = None
                if "error" in data:
                    time.sleep(0.2)
                else:
                    self.feed.take(data)
            if self.feed.is_behind and pulling is None:
                pulling = wire.ask(self.feed.wish())
