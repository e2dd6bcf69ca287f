"""How fast does a program follow the book through the API, by the thousand?

Rival: the JSON Lines export of the same entries from the same site, which streams them all at once.
Medians of some rounds; one connection is kept, answers are taken as they are and not parsed.
"""

import re
import statistics
import time
from collections.abc import Iterator

import requests

from bench.datasets import Datasets
from bench.tables import table
from bench.transfer import Exporter
from dashboard.log.head import LIVE_REACH
from tests.support.app import running
from tests.support.servers.gatehouse import serving
from tests.support.tokens import bearer, make_token

ROUNDS, ANSWERS = 5, 10
HEAD = ("tail", "entries/s", "of the rival", "wanted entries/s")
#: Bytes at the end of an answer that hold its cursor.
_END = 40
_NEXT = re.compile(rb'"next":(\d+)}$')


class Tail:
    """A program that reads the newest entries, and older ones."""

    def __init__(self, url: str, token: str) -> None:
        self._url, self._session = f"{url}/api/v1/entries", requests.Session()
        self._session.headers.update(bearer(token) | {"Accept-Encoding": "identity"})
        self.head = int(self._session.get(self._url, params={"limit": 1}, timeout=30).json()["head"])

    def rate(self, after: int, **asked: str) -> float:
        """Return how many entries a second some answers have that follow each other."""
        began, first = time.perf_counter(), after
        for _ in range(ANSWERS):
            after = self._next(after, **asked)
        return (after - first) / (time.perf_counter() - began)

    def _next(self, after: int, **asked: str) -> int:
        parameters = {"after": after, "limit": 1000} | asked
        answer = self._session.get(self._url, params=parameters, timeout=30, stream=True)
        answer.raise_for_status()
        found = _NEXT.search(answer.raw.read()[-_END:])
        assert found
        return int(found[1])


def api_tail(datasets: Datasets, rows: int) -> None:
    """Print a table for each database."""
    for kind in ("mariadb", "sqlite"):
        url: str = getattr(datasets, kind)(rows)
        with running(url):
            token = make_token()
        with serving(url, datasets.folder) as site:
            exporter, tail = Exporter(site.url), Tail(site.url, token)
            exporter.take("jsonl")
            rival = statistics.median(exporter.take("jsonl").rate for _ in range(3))
            lines = list(_lines(tail, rival))
        lines.append(("rival: JSON Lines export", f"{rival:,.0f}", "", ""))
        table(f"API tail of {rows:,} entries, {kind}", HEAD, lines)


def _lines(tail: Tail, rival: float) -> Iterator[tuple[str, ...]]:
    """Yield a line for each kind of reading; ``never`` looks at each entry and finds none."""
    recent, older = tail.head - LIVE_REACH, tail.head // 2
    tail.rate(recent)
    for name, after, asked, wanted in (
        ("recent entries", recent, {}, "50,000"),
        ("from the database", older, {}, "20,000"),
        ("searched: half of them match", older, {"q": "outcome:success"}, ""),
        ("searched: none matches", older, {"q": "reason:registration_closed"}, ""),
    ):
        rate = statistics.median(tail.rate(after, **asked) for _ in range(ROUNDS))
        yield name, f"{rate:,.0f}", f"{rate / rival:.2f}", wanted
