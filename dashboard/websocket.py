"""Websockets that speak Socket.IO and nothing else, and can neither fill the memory nor the log."""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from engineio.async_drivers.threading import SimpleWebSocketWSGI
from engineio.packet import Packet
from flask_socketio import SocketIO
from simple_websocket import ConnectionClosed

log = logging.getLogger(__name__)
#: Bytes of a message; a pull takes a hundred.
MAX_MESSAGE = 16 * 1024


def restrict(socketio: SocketIO) -> None:
    """Cut off whoever sends a message that is too large or not of Socket.IO, with one line in the log."""
    eio = socketio.server.eio
    eio._async = eio._async | {"websocket": Websocket}
    handle = eio.handlers["message"]

    def strict(eio_sid: str, data: str | bytes) -> None:
        try:
            handle(eio_sid, data)
        except (ValueError, TypeError, LookupError, RecursionError) as error:
            log.warning("a viewer sent no Socket.IO and is cut off: %s", error)
            eio.sockets[eio_sid].close(wait=False)

    eio.on("message", strict)


class Websocket(SimpleWebSocketWSGI):
    """A websocket whose messages are measured as they arrive, not once they fill the memory."""

    def __init__(self, handler: Callable[..., Any], server: Any) -> None:
        super().__init__(handler, server, max_message_size=MAX_MESSAGE, thread_class=Reader)

    def wait(self) -> str | bytes | None:
        """Return the next message, None at the end and when it is no Engine.IO packet."""
        message: str | bytes | None = super().wait()
        try:
            if message is not None:
                Packet(encoded_packet=message)
        except (ValueError, RecursionError) as error:
            log.warning("a viewer sent no Engine.IO and is cut off: %s", error)
            return None
        return message

    def close(self) -> None:
        """Say goodbye, unless the line went dead meanwhile."""
        with suppress(OSError, ConnectionClosed):
            super().close()


class Reader(threading.Thread):
    """Reads a websocket, and wakes whoever waits for its next message when there will be none.

    simple-websocket 1.1 wakes too early when a message was too large: its waiter then waits for ever.
    """

    def __init__(self, target: Callable[[], Any]) -> None:
        super().__init__(target=target, daemon=True)
        self._websocket = target.__self__  # type: ignore[attr-defined]

    def run(self) -> None:
        """Read until the websocket ends."""
        super().run()
        self._websocket.event.set()
