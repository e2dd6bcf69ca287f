"""Websockets that speak Socket.IO and nothing else, and can neither fill the memory nor the log."""

import logging
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from engineio.async_drivers.threading import SimpleWebSocketWSGI
from engineio.packet import Packet
from flask_socketio import SocketIO
from simple_websocket import ConnectionClosed
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

logger = logging.getLogger(__name__)
#: Bytes of a message; a pull takes a hundred.
MAX_MESSAGE = 16 * 1024
#: Messages of a client that may wait to be handled.
MAX_UNHANDLED = 16
#: Packets of any kind that may wait for a client to read them.
MAX_UNREAD = 64
_JOINED, _LOOKS = "gatehouse.joined", "gatehouse.looks"


def restrict(socketio: SocketIO, namespace: str, event: str, *, other: str) -> None:
    """Let clients join ``namespace`` once and send ``event``; any other event is handled as ``other``.

    Cut off whoever sends a message that is too large or not of Socket.IO, with one line in the log.
    """
    server, eio = socketio.server, socketio.server.eio
    eio._async = eio._async | {"websocket": Websocket}
    handle, join, hear = eio.handlers["message"], server._handle_connect, server._handle_event

    def strict(eio_sid: str, data: str | bytes) -> None:
        try:
            handle(eio_sid, data)
            if server._binary_packet.pop(eio_sid, None):  # the library keeps what follows, without a limit
                raise ValueError("it announces bytes")
        except (ValueError, TypeError, LookupError, RecursionError) as error:
            if not eio.sockets[eio_sid].closed:
                logger.warning("a viewer sent no Socket.IO and is cut off: %s", error)
                eio.sockets[eio_sid].close(wait=False)

    def once(eio_sid: str, name: str | None, data: Any) -> None:
        if name == namespace:
            if server.environ[eio_sid].get(_JOINED):
                raise ValueError("it joined already")
            server.environ[eio_sid][_JOINED] = True
        join(eio_sid, name, data)

    def known(eio_sid: str, name: str | None, number: int | None, data: Any) -> None:
        """Keep clients from the library's own events, which it tells from theirs by name only."""
        hear(eio_sid, name, number, data if data[0] == event else [other])

    eio.on("message", strict)
    server._handle_connect, server._handle_event = once, known


def lingering(socketio: SocketIO) -> list[dict[str, Any]]:
    """Return the environs of websockets that did not join since this was asked the time before last."""
    silent = [environ for environ in list(socketio.server.environ.values()) if _JOINED not in environ]
    for environ in silent:
        environ[_LOOKS] = environ.get(_LOOKS, 0) + 1
    return [environ for environ in silent if environ[_LOOKS] > 1]


class Websocket(SimpleWebSocketWSGI):
    """A websocket whose messages are measured as they arrive, not once they fill the memory."""

    ws: Any = None

    def __init__(self, handler: Callable[..., Any], server: Any) -> None:
        super().__init__(handler, server, max_message_size=MAX_MESSAGE, thread_class=SocketReader)
        self._unread = handler.__self__.queue  # type: ignore[attr-defined]

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        """Serve on a duplicate of the socket: the library closes it when it likes, the server its own."""
        line = environ["gunicorn.socket"].dup()
        try:
            return super().__call__(environ | {"gunicorn.socket": line}, start_response)
        except RemoteProtocolError as error:  # no version, or none that is spoken
            logger.warning("a viewer's handshake was none: %s", error)
            start_response("400 Bad Request", [("Content-Length", "0"), ("Sec-WebSocket-Version", "13")])
            return []
        finally:
            if self.ws is None:  # no handshake
                line.close()
            else:
                self.ws.input_buffer.close()

    def wait(self) -> str | bytes | None:
        """Return the next message; None at the end, if it is no Engine.IO packet and if nothing is read."""
        message: str | bytes | None = super().wait()
        if self._unread.qsize() > MAX_UNREAD:
            logger.warning("a viewer sends without reading and is cut off")
            with suppress(OSError):
                self.ws.sock.shutdown(socket.SHUT_RDWR)  # a goodbye would wait with the rest
            return None
        try:
            if message is not None:
                Packet(encoded_packet=message)
        except (ValueError, RecursionError) as error:
            logger.warning("a viewer sent no Engine.IO and is cut off: %s", error)
            return None
        return message

    def close(self) -> None:
        """Say goodbye, unless the line went dead or its reader said it meanwhile."""
        with suppress(OSError, ConnectionClosed, LocalProtocolError):
            super().close()


class Inbox(list[str | bytes]):
    """Messages that were not handled yet; when there are many, the next one waits at the client."""

    def __init__(self) -> None:
        super().__init__()
        self._room, self._is_closed = threading.Semaphore(MAX_UNHANDLED), False

    def append(self, message: str | bytes) -> None:
        """Add a message once there is room."""
        if not self._is_closed:
            self._room.acquire()
            super().append(message)

    def pop(self, index: Any = -1) -> str | bytes:
        """Take a message and make room for another."""
        message = super().pop(index)
        self._room.release()
        return message

    def close(self) -> None:
        """Take no more: nobody handles it."""
        self._is_closed = True
        self._room.release()


class SocketReader(threading.Thread):
    """Reads a websocket, and wakes whoever waits for its next message when there will be none.

    simple-websocket 1.1 wakes too early when a message was too large: its waiter then waits for ever.
    """

    def __init__(self, target: Callable[[], Any]) -> None:
        super().__init__(target=target, daemon=True)
        self._websocket = target.__self__  # type: ignore[attr-defined]
        self._websocket.input_buffer = Inbox()

    def run(self) -> None:
        """Read until the websocket ends."""
        super().run()
        self._websocket.event.set()
