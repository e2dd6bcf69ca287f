"""gunicorn, set up for a site whose live pages each hold a thread."""

import os
import resource
from collections.abc import Callable
from types import FrameType
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.errors import AppImportError
from gunicorn.http import message
from gunicorn.workers.gthread import ThreadWorker

from auth import hashing
from dashboard.cli.group import sentence
from dashboard.cli.sockets import Sockets
from dashboard.config import Settings
from dashboard.logs import GunicornLog
from dashboard.stream import background

#: Threads beside those that viewers hold.
SPARE_THREADS = 32
#: Connections that may be open without a thread: kept alive, or still silent.
IDLE_CONNECTIONS = 512
#: Bytes of a request line: a query of emojis takes 9,600, and the page says which is too long.
LONGEST_LINE = 64 * 1024
#: Seconds for requests under way when the server stops; it is gone within five.
GRACE = 4


class Server(BaseApplication):  # type: ignore[misc]
    """The master process; the application is built in each worker, after the fork."""

    def __init__(self, build: Callable[[], Flask], settings: Settings, listener: int, workers: int) -> None:
        self._build, self._options = build, options(settings, listener, workers)
        super().__init__()

    def load_config(self) -> None:
        """Set our options; gunicorn's environment variables and files have no say."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Sockets:
        """Build the application; an error is one line and stops the server."""
        try:
            app = self._build()
            hashing.init_app(app, self.cfg.workers)
            return Sockets(app)
        except Exception as error:
            raise AppImportError(f"Error: {sentence(error)}") from error

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT, then exit the process."""
        _allow_many_files()
        message.MAX_REQUEST_LINE = LONGEST_LINE  # it takes no longer limit as an option
        super().run()


class Worker(ThreadWorker):  # type: ignore[misc]
    """A threaded worker that runs the stream's threads and ends websockets when it stops."""

    def run(self) -> None:
        """Serve until told to stop; ends the process when a request outlasts the grace it is given."""
        background.start(self.wsgi.app)
        try:
            super().run()
        finally:
            background.stop(self.wsgi.app)
        if self.nr_conns:
            os._exit(0)  # else the interpreter waits for the threads of those requests

    def is_parent_alive(self) -> bool:
        """Whether the master lives; without it nobody else ends this worker."""
        is_alive: bool = super().is_parent_alive()
        if not is_alive:
            self._end_sockets()
        return is_alive

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """On SIGTERM answer what is under way."""
        super().handle_exit(sig, frame)
        self._end_sockets()

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        """On SIGINT and SIGQUIT stop at once."""
        self._end_sockets()
        super().handle_quit(sig, frame)

    def _end_sockets(self) -> None:
        if self.booted:
            self.wsgi.close()


def options(settings: Settings, listener: int, workers: int) -> dict[str, Any]:
    """Return gunicorn's options, explicit where its default comes from the environment.

    ``listener`` is the file descriptor of the listening socket.
    """
    threads = settings.max_viewers + SPARE_THREADS
    return {
        "bind": f"fd://{listener}",
        "workers": workers,
        "worker_class": Worker,
        "threads": threads,
        "worker_connections": threads + IDLE_CONNECTIONS,
        "graceful_timeout": GRACE,
        "keepalive": 5,
        "limit_request_line": LONGEST_LINE - 1,
        "limit_request_fields": 100,
        "limit_request_field_size": 8190,
        "forwarded_allow_ips": "",  # proxies are counted by TRUSTED_PROXIES, not believed by address
        "secure_scheme_headers": {},
        "control_socket_disable": True,
        "accesslog": None,
        "loglevel": "warning",
        "logger_class": GunicornLog,
        "proc_name": "gatehouse",
    }


def _allow_many_files() -> None:
    """Raise the limit of open files: an open websocket takes one or two."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65536 if hard == resource.RLIM_INFINITY else min(hard, 65536)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
