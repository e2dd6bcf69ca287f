"""gunicorn, set up for a site whose live pages each hold a thread."""

import math
import os
import resource
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.errors import AppImportError
from gunicorn.http import message

from auth.factors import hashing
from dashboard.background import schedule
from dashboard.cli.group import error_sentence
from dashboard.cli.server.connection import ClientConnection
from dashboard.cli.server.sockets import Sockets
from dashboard.cli.server.worker import GOODBYE, PollingWorker
from dashboard.config.settings import Settings
from dashboard.monitoring.metrics.folder import bury
from dashboard.monitoring.metrics.meters import share_meters
from dashboard.web import stopping
from dashboard.web.server_log import GunicornLog

#: Threads beside those that viewers hold.
SPARE_THREADS = 32
#: Connections that may be open without a thread: kept alive, or still silent.
IDLE_CONNECTIONS = 512
#: Bytes of a request line: a query of emojis takes 9,600, and the page says which is too long.
MAX_REQUEST_LINE = 64 * 1024
#: Signals that end the server.
STOPS = {signal.SIGTERM, signal.SIGINT, signal.SIGQUIT}


class Server(BaseApplication):  # type: ignore[misc]
    """The master process; the application is built in each worker, after the fork."""

    def __init__(
        self,
        build: Callable[[], Flask],
        settings: Settings,
        listener: int,
        workers: int,
        metrics: Path | None = None,
    ) -> None:
        self._build, self._metrics = build, metrics
        self._options = options(settings, listener, workers) | {"child_exit": self._bury}
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
            if self._metrics:
                share_meters(self._metrics)
            return Sockets(app)
        except Exception as error:
            raise AppImportError(f"Error: {error_sentence(error)}") from error

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT, then exit the process."""
        _allow_many_files()
        message.MAX_REQUEST_LINE = MAX_REQUEST_LINE  # it takes no longer limit as an option
        Master(self).run()

    def _bury(self, _master: Arbiter, worker: PollingWorker) -> None:
        """Keep what a worker counted that has ended; called in the master."""
        if self._metrics:
            bury(self._metrics, worker.pid)


class Master(Arbiter):  # type: ignore[misc]
    """Keeps a signal to stop until the worker that it makes can hear it.

    Between the fork and the worker's own handlers it would be lost, and the stop would take all of `GRACE`.
    """

    def spawn_worker(self) -> int:
        """Return the process id of a new worker."""
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
        try:
            pid: int = super().spawn_worker()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
        return pid


class Worker(PollingWorker):
    """A worker that runs the stream's threads, ends websockets when it stops and finishes what is under way.

    It goes on accepting while requests are under way that came before the stop, so that `/readyz` can say
    503 and a balancer looks elsewhere before connections are refused.
    """

    _unfinished: set[ClientConnection] | None = None
    _closed = 0.0

    def init_signals(self) -> None:
        """Hear the signals from now on, also those that came since the fork."""
        super().init_signals()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)

    def run(self) -> None:
        """Serve until told to stop; ends the process when a request outlasts the grace it is given."""
        schedule.start(self.wsgi.app)
        try:
            super().run()
        finally:
            schedule.stop(self.wsgi.app)
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
        if self.booted:
            stopping.begin_stopping(self.wsgi.app)
        self._end_sockets()

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        """On SIGINT and SIGQUIT stop at once."""
        self._end_sockets()
        super().handle_quit(sig, frame)

    def set_accept_enabled(self, enabled: bool) -> None:
        """Accept or not; a worker that stops accepts until its last request of before is answered."""
        if enabled or self.alive:
            super().set_accept_enabled(enabled)
        else:
            self._unfinished = self.begun()
            self._stop_accepting()

    def murder_pending(self) -> None:
        """Look whether the worker that stops may stop accepting now; called in each round."""
        super().murder_pending()
        self._stop_accepting()
        if self._closed and time.monotonic() - self._closed > GOODBYE:
            self.drop_silent()

    def _stop_accepting(self) -> None:
        """Once all is finished, take what the kernel has accepted already and have it refuse the rest."""
        if self._unfinished is None or self._closed:
            return
        self._unfinished &= self.begun()
        if not self._unfinished:
            self._closed = time.monotonic()
            super().set_accept_enabled(False)
            for listener in self.sockets:
                while self.accept(listener):
                    pass
                listener.close()

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
        "graceful_timeout": math.ceil(settings.grace.total_seconds()),
        "keepalive": 5,
        "limit_request_line": MAX_REQUEST_LINE - 1,
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
