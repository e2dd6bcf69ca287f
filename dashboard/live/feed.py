"""The live feed: says where the head is, hands out entries by cursor, cuts off who may not watch."""

import logging
import socket
import threading
import time
from collections import deque
from contextlib import suppress
from typing import Any

import orjson
from flask import Flask, request
from flask_login import current_user
from flask_socketio import ConnectionRefusedError, Namespace, SocketIO, emit
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from auth.sessions import is_live
from dashboard.background.schedule import after_seal, at_intervals
from dashboard.config.settings import Settings
from dashboard.export.encoded import recent_entries
from dashboard.live.head_announcement import HeadAnnouncer
from dashboard.live.websocket import MAX_MESSAGE, lingering, restrict
from dashboard.log import wire
from dashboard.log.head import BrokenStream, Head
from dashboard.log.pull import BadSince, Since, answer
from dashboard.log.recent_entries import RecentEntries
from models import Role, User, UserSession, db
from models.clock import now

logger = logging.getLogger(__name__)
#: What Socket.IO says; it warns of whatever a client does wrong.
_library_log = logger.getChild("library")
_library_log.setLevel(logging.ERROR)
NAMESPACE = "/live"
#: Seconds between two announcements to a viewer at least.
ANNOUNCE_INTERVAL = 0.25
#: Pulls a second of one viewer; a page that keeps up needs four.
MAX_PULLS = 50
#: Packets that may wait for a viewer who does not read; then it is cut off.
MAX_UNREAD_BY_VIEWER = 32
WATCHERS = [role for role in Role if role.includes(Role.VIEWER)]


class Viewer:
    """A connected viewer and how often it pulled in the present second."""

    def __init__(self, session_id: int) -> None:
        self.session_id = session_id
        self._second, self._pulls = 0.0, 0

    def may_pull(self, moment: float) -> bool:
        """Count a pull at ``moment`` (monotonic seconds); False when there were too many."""
        if moment - self._second >= 1:
            self._second, self._pulls = moment, 0
        self._pulls += 1
        return self._pulls <= MAX_PULLS


class LiveFeed(Namespace):
    """The ``/live`` namespace of one process and the viewers connected to it."""

    def __init__(self, recent: RecentEntries[orjson.Fragment]) -> None:
        super().__init__(NAMESPACE)
        self._recent = recent
        self._viewers: dict[str, Viewer] = {}
        self._lock = threading.Lock()
        self._leaving: deque[socket.socket] = deque()
        self._announced: Head | None = None

    def on_connect(self, _auth: object = None) -> None:
        """Check the role again and tell the viewer where the head is."""
        try:
            if not current_user.is_authenticated or not current_user.role.includes(Role.VIEWER):
                self._leave(request.environ)
                raise ConnectionRefusedError("forbidden")
            head = self._recent.refresh()
        except (BrokenStream, SQLAlchemyError) as error:  # unanswered, the viewer would wait for ever
            logger.error("live feed: %s", error)
            self._leave(request.environ)
            raise ConnectionRefusedError("unavailable") from error
        with self._lock:
            self._viewers[request.sid] = Viewer(current_user.session_id)  # type: ignore[attr-defined]
        emit("head", _announcement(head), ignore_queue=True)

    def on_disconnect(self, _reason: object = None) -> None:
        """Forget the viewer; who does not hang up is hung up on by the next `cut_off`."""
        with self._lock:
            self._viewers.pop(request.sid, None)  # type: ignore[attr-defined]
        self._leave(request.environ)

    def on_since(self, data: Any = None) -> dict[str, Any]:
        """Answer a pull, by acknowledgement."""
        try:
            self._admit(request.sid)  # type: ignore[attr-defined]
            return answer(Since.parse(data), self._recent)
        except BadSince as error:
            return _error(error.code, error.message)
        except (BrokenStream, SQLAlchemyError) as error:
            logger.error("live feed: %s", error)
            return _error("unavailable", "the book cannot be read right now")

    def on_other(self) -> dict[str, Any]:
        """Answer an event that there is not; it counts as a pull."""
        try:
            self._admit(request.sid)  # type: ignore[attr-defined]
        except BadSince as error:
            return _error(error.code, error.message)
        return _error("unknown_event", "there is no event but since")

    def announce(self) -> None:
        """Tell the viewers of this process, and all other processes, when the head has moved.

        The others announce it in turn, but each head once, so that it ends when all know the newest.
        """
        head = self._recent.refresh()
        if head != self._announced:
            self._announced = head
            self.socketio.emit("head", _announcement(head), namespace=NAMESPACE)

    def cut_off(self) -> None:
        """Disconnect viewers whose session ended or who lost the role, found by one query."""
        for environ in lingering(self.socketio):
            self._leave(environ)
        self._hang_up()
        with self._lock:
            viewers = dict(self._viewers)
        if not viewers:
            return
        allowed = select(UserSession.id).join(User, User.id == UserSession.user_id)
        allowed = allowed.where(
            UserSession.id.in_({viewer.session_id for viewer in viewers.values()}), is_live(now())
        )
        allowed = allowed.where(User.role.in_(WATCHERS), User.disabled.is_(False))
        still = set(db.session.scalars(allowed))
        for sid in [sid for sid, viewer in viewers.items() if viewer.session_id not in still]:
            self._drop(sid)

    def _admit(self, sid: str) -> None:
        """Check that the viewer may still watch, pulls at a sane rate and reads its answers."""
        viewer = self._viewers.get(sid)
        if viewer is None:
            raise BadSince("forbidden", "this session may not watch")
        if not viewer.may_pull(time.monotonic()):
            raise BadSince("too_many", f"at most {MAX_PULLS} pulls a second")
        connection = self.socketio.server.eio.sockets.get(self._eio_sid(sid))
        if connection is not None and connection.queue.qsize() > MAX_UNREAD_BY_VIEWER:
            self._drop(sid)
            raise BadSince("too_slow", "answers pile up unread")

    def _drop(self, sid: str) -> None:
        """Say goodbye and end the websocket, without waiting until the viewer reads it."""
        with self._lock:
            self._viewers.pop(sid, None)
        server = self.socketio.server
        connection = server.eio.sockets.get(self._eio_sid(sid))
        server.disconnect(sid, namespace=NAMESPACE, ignore_queue=True)
        if connection is not None:
            connection.close(wait=False)

    def _leave(self, environ: dict[str, Any]) -> None:
        """Have a connection end with the next `cut_off`, unless its client ends it before."""
        if "gunicorn.socket" in environ:
            self._leaving.append(environ["gunicorn.socket"])

    def _hang_up(self) -> None:
        """End the connections of those who left or were told to, which else keep a seat and a thread."""
        for _ in range(len(self._leaving)):
            with suppress(OSError):  # hung up themselves
                self._leaving.popleft().shutdown(socket.SHUT_RDWR)

    def _eio_sid(self, sid: str) -> str | None:
        return self.socketio.server.manager.eio_sid_from_sid(sid, NAMESPACE)


def init_app(app: Flask, settings: Settings) -> None:
    """Serve the feed by websocket only, one handler at a time for each socket."""
    feed = LiveFeed(recent_entries(app))
    look = after_seal(app, "announcements", feed.announce, every=5, rest=ANNOUNCE_INTERVAL)
    at_intervals(app, "cut-off", feed.cut_off, every=5)
    socketio = SocketIO(
        app,
        async_mode="threading",
        async_handlers=False,
        always_connect=True,  # else the head goes out before the welcome, and clients may not ask yet
        transports=["websocket"],
        cors_allowed_origins=[],  # `dashboard.live.handshake` looks at them
        manage_session=False,
        max_http_buffer_size=MAX_MESSAGE,
        json=wire,
        logger=_library_log,
        engineio_logger=_library_log,
        client_manager=HeadAnnouncer(settings.redis_url, look) if settings.redis_url else None,
    )
    restrict(socketio, NAMESPACE, "since", other="other")
    socketio.on_namespace(feed)


def _error(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


def _announcement(head: Head) -> dict[str, Any]:
    return {"epoch": head.epoch, "head": head.seq}
