"""The check before the upgrade: who may open a websocket at all.

An open socket holds a thread, so a stranger must be turned away before it becomes one:
32 anonymous sockets on 32 threads took a site down although ``connect`` refused them.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from flask import Flask
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from dashboard.config import Settings
from dashboard.database import REQUEST
from models import Role
from models.deadline import within

log = logging.getLogger(__name__)
PATH = "/socket.io"
Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class Gate:
    """WSGI middleware: session, role, Origin and the number of viewers, in this order."""

    def __init__(self, app: Flask, inner: Callable[..., Iterable[bytes]], settings: Settings) -> None:
        self._app, self._inner, self._settings = app, inner, settings
        self._seats = threading.Semaphore(settings.max_viewers)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if not environ.get("PATH_INFO", "").startswith(PATH):
            return self._inner(environ, start_response)
        refusal = self._refusal(environ)
        if refusal:
            return _answer(refusal, start_response)
        if not self._seats.acquire(blocking=False):
            return _answer(HTTPStatus.SERVICE_UNAVAILABLE, start_response)
        try:  # a websocket is served inside this call, until it closes
            return self._inner(environ, start_response)
        finally:
            self._seats.release()

    def _refusal(self, environ: Environ) -> HTTPStatus | None:
        """Return the status that turns this request away, or None."""
        try:
            with within(REQUEST), self._app.request_context(environ):
                if not current_user.is_authenticated:
                    return HTTPStatus.UNAUTHORIZED
                if not current_user.role.includes(Role.VIEWER):
                    return HTTPStatus.FORBIDDEN
        except SQLAlchemyError as error:
            log.error("live feed: session not checked: %s", error)
            return HTTPStatus.SERVICE_UNAVAILABLE
        origin = environ.get("HTTP_ORIGIN")
        foreign = origin is not None and origin not in self._settings.origins
        return HTTPStatus.FORBIDDEN if foreign else None


def init_app(app: Flask, settings: Settings) -> None:
    """Put the gate in front of everything that ``app`` serves."""
    app.wsgi_app = Gate(app, app.wsgi_app, settings)  # type: ignore[method-assign]


def _answer(status: HTTPStatus, start_response: StartResponse) -> Iterable[bytes]:
    body = f"{status.phrase}\n".encode()
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body))), ("Connection", "close")]
    start_response(f"{status.value} {status.phrase}", headers)
    return [body]
