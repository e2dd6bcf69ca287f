"""Do the text log and syslog keep up with sign-ins?

Entries a second from the sealed log on SQLite to the file, flushed each batch, or to a real rsyslog over TCP.
Rivals: `logging.FileHandler` and `logging.handlers.SysLogHandler` (TCP), which write such lines from memory
and remember nothing. In turns; medians. Wanted: 1,000 a second.
"""

import logging
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import count
from logging.handlers import SysLogHandler
from pathlib import Path
from socket import SOCK_STREAM

from bench.tables import table
from dashboard.config.settings import Settings
from dashboard.followers.follow import Consequence, begin, catch_up
from dashboard.followers.syslog.follower import sender_to
from dashboard.followers.text_log.follower import text_log
from dashboard.log.sealer import seal_all
from tests.support.app import migrate, running
from tests.support.book import NOW, entry, store
from tests.support.servers.rsyslog import rsyslog

ROUNDS, ENTRIES, WANTED = 5, 20_000, 1_000


def a_second(work: Callable[[], object]) -> float:
    """Return how many entries a second ``work`` does."""
    begun = time.perf_counter()
    work()
    return ENTRIES / (time.perf_counter() - begun)


def followed(consequence: Consequence) -> float:
    """Return the pace of a follower that begins before the first entry."""
    begin(consequence.name, NOW - timedelta(days=36_500))
    return a_second(partial(catch_up, consequence))


def logged(handler: logging.Handler) -> float:
    """Return the pace of a handler of Python's logging."""
    logger = logging.Logger("bench")
    logger.addHandler(handler)

    def work() -> None:
        for number in range(ENTRIES):
            logger.info("alice于<2026-11-22:12:00:00>登录 %d", number)
        handler.close()

    return a_second(work)


def fill() -> None:
    """Seal the entries."""
    for first in range(0, ENTRIES, 1_000):
        store([entry(1 + number, ip="203.0.113.9") for number in range(first, first + 1_000)])
        seal_all()


def log_lines() -> None:
    """Measure both and print the table."""
    found: dict[str, list[tuple[float, float]]] = {"text log": [], "syslog over TCP": []}
    with tempfile.TemporaryDirectory(prefix="gatehouse-bench-") as name:
        folder, numbers = Path(name), count()
        url = migrate(f"sqlite:///{folder / 'bench.db'}")
        with running(url) as app, rsyslog(folder / "rsyslog") as receiver:
            fill()
            settings: Settings = app.config["SETTINGS"]
            address = ("127.0.0.1", receiver.port)
            for _ in range(ROUNDS):
                lines = text_log(folder / f"signins-{next(numbers)}.log", settings).consequence()
                ours = followed(Consequence(f"text-{next(numbers)}", lines.deliver, lines.prepare))
                rival = logged(logging.FileHandler(folder / f"rival-{next(numbers)}.log"))
                found["text log"].append((ours, rival))
                sends = sender_to(f"tcp://127.0.0.1:{receiver.port}", "gate.example.org")
                ours = followed(Consequence(f"syslog-{next(numbers)}", sends.deliver))
                rival = logged(SysLogHandler(address, socktype=SOCK_STREAM))
                found["syslog over TCP"].append((ours, rival))
    show(found)


def show(found: dict[str, list[tuple[float, float]]]) -> None:
    """Print the medians."""
    rivals = {"text log": "logging.FileHandler", "syslog over TCP": "logging SysLogHandler"}
    rows = []
    for ours, pairs in found.items():
        medians = (statistics.median(rates) for rates in zip(*pairs, strict=True))
        ratio = statistics.median(mine / theirs for mine, theirs in pairs)
        rows.append(
            (ours, rivals[ours], *(f"{rate:,.0f}" for rate in medians), f"{ratio:.2f}", f"{WANTED:,}/s")
        )
    table("entries a second", ("ours", "rival", "ours/s", "rival/s", "ratio", "wanted"), rows)
