"""Do 200 viewers get 200 entries a second, all of them, and how late?

Rival: the same server that emits each entry to everybody as it is committed. Then the rate
doubles for as long as every viewer still gets everything with a p99 of half a second.
"""

import json
import os
import resource
import selectors
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from bench.live_site import VIEWERS
from bench.tables import table
from models import Role, db
from tests.support.actions import make_user, signed_in
from tests.support.app import build, migrate
from tests.support.feed import Feed
from tests.support.servers.gatehouse import ROOT, environment
from tests.support.servers.process import Server, free_port
from tests.support.viewer import LOST, Wire

RATE, SECONDS, PATIENCE = 200, 20, 10
SAMPLE = 20  # viewers whose every receipt is timed


@dataclass
class Result:
    """One run: latencies in ms, viewers that got all, server memory a viewer in KiB."""

    p50: float
    p99: float
    complete: int
    entries: int
    memory: float

    def keeps_up(self, rate: int) -> bool:
        """Whether so many entries a second were recorded, and all viewers got all of them in time."""
        is_recorded = self.entries >= 0.9 * rate * SECONDS
        return is_recorded and self.complete == VIEWERS and self.p99 <= 500

    def cells(self) -> tuple[str, ...]:
        """Return the figures as a row's cells."""
        return (
            f"{self.p50:.0f}",
            f"{self.p99:.0f}",
            str(self.complete),
            str(self.entries),
            f"{self.memory:.0f}",
        )


class Audience:
    """All viewers in one thread; each keeps a feed and one pull in flight."""

    def __init__(self, url: str, cookie: str) -> None:
        self.wires = [Wire(url, cookie).join() for _ in range(VIEWERS)]
        self.feeds = [Feed("", 0) for _ in self.wires]
        self.pulling: list[int | None] = [None] * VIEWERS
        self.received: list[dict[str, float]] = [{} for _ in range(VIEWERS)]
        self._selector = selectors.DefaultSelector()
        for number, wire in enumerate(self.wires):
            self._selector.register(wire.socket.sock, selectors.EVENT_READ, number)

    def follow(self, until: float) -> None:
        """Read whatever comes until a moment."""
        while time.time() < until:
            for key, _ in self._selector.select(0.1):
                try:
                    self._hear(key.data)
                except LOST:  # cut off: it will not have got all
                    self._selector.unregister(key.fileobj)

    def _hear(self, number: int) -> None:
        heard = self.wires[number].hear_one()
        if heard is None:  # a ping: to wait for more would keep the others waiting
            return
        (name, data), feed = heard, self.feeds[number]
        if name == "head":
            feed.announced(data)
            if not feed.epoch:
                feed.epoch = data["epoch"]
        elif name == "entry":
            self._note(number, [data])
        elif name == self.pulling[number]:
            self.pulling[number] = None
            before = len(feed.shown[-1].entries)
            feed.take(data)
            self._note(number, feed.shown[-1].entries[before:])
        if feed.epoch and feed.is_behind and self.pulling[number] is None and name != "entry":
            self.pulling[number] = self.wires[number].ask(feed.wish())

    def _note(self, number: int, entries: list[dict[str, Any]]) -> None:
        moment = time.time()
        for entry in entries:
            self.received[number][entry["event_id"]] = moment


def run(rate: int, way: str) -> Result:
    """Record at ``rate`` for a while and watch."""
    with tempfile.TemporaryDirectory(prefix="gatehouse-bench-") as name:
        folder, port = Path(name), free_port()
        database = migrate(f"sqlite:///{folder / 'bench.db'}")
        with build(database).app_context():
            make_user("audrey", Role.AUDITOR)
            db.engine.dispose()
        url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "bench.live_site", name, str(port), str(rate), str(SECONDS), way]
        env = environment(database, spool=folder / "spool.jsonl") | {"PYTHONPATH": str(ROOT)}
        ready = lambda: requests.get(f"{url}/healthz", timeout=5).ok  # noqa: E731
        with Server(command, ready, folder / "site.log", env, cwd=ROOT) as server:
            return watch(url, folder, server.process.pid)


def watch(url: str, folder: Path, master: int) -> Result:
    """Open the viewers, follow to the end and compare."""
    alone = memory(master)
    audience = Audience(url, signed_in(url, "audrey"))
    audience.follow(time.time() + SECONDS + 3)
    while not (folder / "committed.json").exists():
        audience.follow(time.time() + 1)
    audience.follow(time.time() + PATIENCE)
    committed: dict[str, float] = json.loads((folder / "committed.json").read_text())
    late = sorted(
        (received[one] - moment) * 1000
        for received in audience.received[:SAMPLE]
        for one, moment in committed.items()
        if one in received
    )
    complete = sum(committed.keys() <= received.keys() for received in audience.received)
    grown = (memory(master) - alone) / VIEWERS
    return Result(late[len(late) // 2], late[int(len(late) * 0.99)], complete, len(committed), grown)


def measured(way: str, rate: int) -> tuple[str, int, Result]:
    """Run once and tell of it at once: all of it takes minutes."""
    result = run(rate, way)
    print(way, rate, result, file=sys.stderr, flush=True)
    return way, rate, result


def memory(master: int) -> float:
    """Return the KiB that the master's worker keeps in memory."""
    (worker,) = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    pages = int(Path(f"/proc/{worker}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024


def main() -> None:
    """Compare both ways at one rate, then raise ours."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    results = [measured("feed", RATE), measured("emit", RATE)]
    rate = RATE
    while rate == RATE or results[-1][2].keeps_up(rate):
        rate *= 2
        results.append(measured("feed", rate))
    head = (
        "way (rival: emit)",
        "entries/s",
        "p50 ms",
        "p99 ms",
        "viewers that got all",
        "entries",
        "KiB a viewer",
    )
    rows = [(way, str(rate), *result.cells()) for way, rate, result in results]
    table(f"{VIEWERS} viewers, {SECONDS} s", head, rows)


if __name__ == "__main__":
    main()
