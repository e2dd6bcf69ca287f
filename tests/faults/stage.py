"""A site under load, with a hand on every part of it."""

import os
import random
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults import audit
from tests.faults.crowd import SEATS_EACH, WATCHERS, Crowd
from tests.support.app import running
from tests.support.feed import Feed
from tests.support.servers.process import Server
from tests.support.servers.proxy import Proxy
from tests.support.viewer import Viewer
from tests.support.waiting import wait_until


class Stage:
    """Workers, their database and Redis, a crowd that signs in and people who watch."""

    database: Server
    redis: Server
    proxy: Proxy
    #: Where the database is, when nothing else is there.
    disk: Path | None = None
    #: Whether a fault goes on for as long as the server is patient.
    is_long = False

    def __init__(
        self, folder: Path, database_url: str, url: str, site: Server, rng: random.Random, spool: Path
    ) -> None:
        self.database_url, self.url, self.site, self.rng = database_url, url, site, rng
        self._faults, self._spool = folder / "faults", spool
        self.injected: Counter[str] = Counter()
        self.viewers: list[Viewer] = []
        self.crowd = Crowd(url, rng)
        self._sealed: audit.Sealed = {}

    def workers(self) -> list[int]:
        """Return the process ids of the workers."""
        master = self.site.process.pid
        return [int(pid) for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split()]

    def kill_workers(self, number: int = 1) -> None:
        """Kill some workers as the kernel would when memory is short, and wait for new ones."""
        wait_until(lambda: len(self.workers()) >= number, "workers to kill")
        victims = self.rng.sample(self.workers(), number)
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not set(victims) & set(self.workers()), "a new worker")

    def arm(self, name: str) -> Path:
        """Plant a fault; the file returned is gone once it has struck."""
        trigger = self._faults / name
        trigger.touch()
        return trigger

    @contextmanager
    def slow_sign_ins(self, seconds: float, number: int) -> Iterator[Callable[[], None]]:
        """Have sign-ins take so long; the block is given what waits until ``number`` are under way."""
        held = self.arm("held")
        held.write_bytes(b"")
        slow = self.arm("slow")
        slow.write_text(str(seconds))
        try:
            yield lambda: wait_until(lambda: held.stat().st_size == number, "all are under way")
        finally:
            slow.unlink()

    def wait_for_looks(self) -> None:
        """Wait until retention has looked at the log, from the beginning to the end."""
        self._wait_for("looked")
        self._wait_for("looked")  # the first may have begun before

    @contextmanager
    def watching(self, number: int) -> Iterator[list[Viewer]]:
        """Have ``number`` more people watch, from the head on, while the block runs."""
        pages = max(0, number - 1) // SEATS_EACH + 1
        cookies = [self.crowd.cookie_of(name) for name in WATCHERS[:pages]]
        with running(self.database_url):
            head = audit.head()
        where = head.epoch, head.seq
        fresh = [Viewer(self.url, cookies[one // SEATS_EACH], Feed(*where)) for one in range(number)]
        self.viewers += fresh
        for viewer in fresh:
            viewer.start()
        try:
            wait_until(lambda: all(viewer.connections for viewer in fresh), "viewers connected")
            yield fresh
        finally:
            self._send_home(fresh)

    def check(self, *, lost: int = 0) -> None:
        """Wait until all is calm, then look whether everything holds; ``lost`` attempts fitted on no disk."""
        with running(self.database_url):
            self._calm_down()
            self._sealed = audit.sealed(self._sealed)
            audit.sessions()
            found = audit.attempts(self.crowd.attempts)
            assert found == lost, (found, lost)
            audit.watched([viewer.feed for viewer in self.viewers])

    def _wait_for(self, name: str) -> None:
        trigger = self.arm(name)
        wait_until(lambda: not trigger.exists(), name)

    def _calm_down(self) -> None:
        wait_until(lambda: not self.spooled(), "the spool is empty")
        wait_until(lambda: not audit.exporting(), "all exports have ended")
        wait_until(lambda: audit.unsealed() == 0, "all is sealed")
        head = audit.head().seq
        wait_until(lambda: all(one.feed.cursor >= head for one in self.viewers), "viewers are at the head")

    def exporting(self) -> int:
        """Return how many exports are under way."""
        with running(self.database_url):
            return audit.exporting()

    def taken_back(self) -> int:
        """Return how many sessions were revoked because their owners had been refused."""
        with running(self.database_url):
            return audit.taken_back()

    def spooled(self) -> list[Path]:
        """Return the files in which attempts wait for the database."""
        return [path for path in self._spool.parent.glob(f"{self._spool.stem}.*") if path.suffix != ".lock"]

    def _send_home(self, viewers: list[Viewer]) -> None:
        for viewer in viewers:
            viewer.leave()
        for viewer in viewers:
            viewer.see_out()
        self.viewers = [viewer for viewer in self.viewers if viewer not in viewers]
