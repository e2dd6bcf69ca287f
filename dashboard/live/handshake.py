"""The check before the upgrade: who may open a websocket at all.

An open socket holds a thread, so a stranger must be turned away before it becomes one:
32 anonymous sockets on 32 threads took a site down although ``connect`` refused them.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from flask import Flask
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wsgi import get_host

from auth.pages.origin import normal_origin
from dashboard.config.settings import Settings
from dashboard.monitoring.metrics.sample import Sample, add_sample
from dashboard.web.refusals import note_refusal
from dashboard.web.requests import REQUEST
from models import Role
from models.database.limits import within
from models.measures.catalogue import THROTTLED

logger = logging.getLogger(__name__)
PATH = "/socket.io/"
#: Websockets of one person in this process; a page holds one.
SEATS_PER_PERSON = 8
#: Seconds after which somebody without a seat may ask again.
SEAT_RETRY = 10
#: Seconds for which a person's page is told that a proxy took the upgrade of its websocket away.
UPGRADE_TOLD = 60.0
Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class HandshakeRefused(Exception):
    """Somebody is turned away, with this status."""

    def __init__(self, status: HTTPStatus) -> None:
        self.status = status


class Seats:
    """Places of viewers, ``number`` in all."""

    def __init__(self, number: int) -> None:
        self._lock, self._free, self.number = threading.Lock(), number, number
        self._taken: Counter[int] = Counter()

    def count(self) -> int:
        """Return how many are taken."""
        return self.number - self._free

    @contextmanager
    def taken(self, person: int) -> Iterator[None]:
        """Hold a seat; raises `HandshakeRefused` when none is free or the person has enough of them."""
        with self._lock:
            if self._taken[person] >= SEATS_PER_PERSON:
                raise HandshakeRefused(HTTPStatus.TOO_MANY_REQUESTS)
            if not self._free:
                raise HandshakeRefused(HTTPStatus.SERVICE_UNAVAILABLE)
            self._change(person, 1)
        try:
            yield
        finally:
            with self._lock:
                self._change(person, -1)

    def _change(self, person: int, number: int) -> None:
        self._free -= number
        self._taken[person] += number
        if not self._taken[person]:
            del self._taken[person]


class Handshake:
    """WSGI middleware: session, role, Origin and the seats, in this order."""

    def __init__(self, app: Flask, inner: Callable[..., Iterable[bytes]], settings: Settings) -> None:
        self._app, self._inner, self._settings = app, inner, settings
        self.seats = Seats(settings.max_viewers)
        self._without_upgrade = dict[int, float]()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith(PATH):
            return self._inner(environ, start_response)
        if path != PATH:  # engineio takes whatever begins like it
            return _answer(HTTPStatus.NOT_FOUND, start_response)
        try:
            person = self._person(environ)
            with self.seats.taken(person):  # a websocket is served inside this call, until it closes
                return self._inner(environ, start_response)
        except HandshakeRefused as refused:
            if refused.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
                told = f"{environ['REQUEST_METHOD']} {PATH}"
                note_refusal(self._app, told, refused.status, user=None, client=environ.get("REMOTE_ADDR"))
            if refused.status == HTTPStatus.TOO_MANY_REQUESTS:
                THROTTLED.note("live")
            return _answer(refused.status, start_response)

    def _person(self, environ: Environ) -> int:
        """Return the id of who asks; raises `HandshakeRefused`."""
        try:
            with within(REQUEST), self._app.request_context(environ):
                if not current_user.is_authenticated:
                    raise HandshakeRefused(HTTPStatus.UNAUTHORIZED)
                if not current_user.role.includes(Role.VIEWER):
                    raise HandshakeRefused(HTTPStatus.FORBIDDEN)
                person: int = current_user.user_id
        except SQLAlchemyError as error:
            logger.error("live feed: session not checked: %s", error)
            raise HandshakeRefused(HTTPStatus.SERVICE_UNAVAILABLE) from error
        if not self._is_ours(environ):
            raise HandshakeRefused(HTTPStatus.FORBIDDEN)
        self._check_upgrade(environ, person)
        return person

    def _is_ours(self, environ: Environ) -> bool:
        """Whether a page of ours asks, or one of the origins that may watch; programs tell no origin."""
        told, ours = environ.get("HTTP_ORIGIN"), {*self._settings.origins}
        try:
            if self._settings.public_url is None:
                ours.add(normal_origin(f"{environ['wsgi.url_scheme']}://{get_host(environ)}"))
            return told is None or normal_origin(told) in ours
        except ValueError:
            return False

    def _check_upgrade(self, environ: Environ, person: int) -> None:
        """Tell who cannot come, since a proxy takes the upgrade away, so; their page asks why."""
        if environ.get("HTTP_SEC_WEBSOCKET_KEY") and not environ.get("HTTP_UPGRADE"):
            self._without_upgrade[person] = time.monotonic()
            raise HandshakeRefused(HTTPStatus.UPGRADE_REQUIRED)
        lost = self._without_upgrade.get(person)
        if environ["REQUEST_METHOD"] == "OPTIONS" and lost and time.monotonic() - lost < UPGRADE_TOLD:
            raise HandshakeRefused(HTTPStatus.UPGRADE_REQUIRED)


def init_app(app: Flask, settings: Settings) -> None:
    """Put the gate in front of everything that ``app`` serves."""
    handshake = Handshake(app, app.wsgi_app, settings)
    app.wsgi_app = handshake  # type: ignore[method-assign]
    seats = handshake.seats
    add_sample(
        app,
        Sample("viewers", "Viewers of the live page.", "sum", lambda: [((), seats.count())]),
        Sample("viewers_limit", "Viewers at most, of all workers.", "sum", lambda: [((), seats.number)]),
        Sample(
            "viewers_fullest_ratio",
            "Viewers of the fullest worker, of those that it may have.",
            "max",
            lambda: [((), seats.count() / seats.number)],
        ),
    )


def _answer(status: HTTPStatus, start_response: StartResponse) -> Iterable[bytes]:
    body = f"{status.phrase}\n".encode()
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body))), ("Connection", "close")]
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        headers.append(("Retry-After", str(SEAT_RETRY)))
    start_response(f"{status.value} {status.phrase}", headers)
    return [body]
