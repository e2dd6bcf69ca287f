"""Knows the open websockets of a worker, so that it can end them when it stops."""

import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from flask import Flask


class Sockets:
    """WSGI middleware around everything else.

    A websocket is served inside one call, for hours; a worker that waits for its calls to
    end would wait for as long. Viewers come back by themselves and miss nothing.
    """

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._open: set[socket.socket] = set()
        self._closed = False

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("HTTP_UPGRADE", "").lower() != "websocket":
            return self.app(environ, start_response)
        connection = environ["gunicorn.socket"]
        self._open.add(connection)
        try:
            return _unavailable(start_response) if self._closed else self.app(environ, start_response)
        finally:
            self._open.discard(connection)

    def close(self) -> None:
        """End the open websockets and refuse new ones; safe to call from a signal handler."""
        self._closed = True
        for connection in tuple(self._open):
            with suppress(OSError):  # the viewer left meanwhile
                connection.shutdown(socket.SHUT_RD)


def _unavailable(start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("503 Service Unavailable", [("Content-Length", "0"), ("Connection", "close")])
    return []
