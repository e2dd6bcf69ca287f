"""Does an export of the whole book slow down those who sign in meanwhile?

Rival: the same sign-ins on the same server without an export. One person after the other
signs in over HTTP; both sides take turns.
"""

import multiprocessing
import re
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager

import requests

from bench.datasets import GUEST, Datasets
from bench.tables import table
from bench.transfer import Exporter
from tests.support.actions import PASSWORD
from tests.support.servers.gatehouse import Site, serving

ROUNDS, SIGN_INS = 3, 150


def sign_ins(datasets: Datasets, rows: int) -> None:
    """Print the 95th percentile with and without an export."""
    url = datasets.mariadb(rows)
    pairs = []
    with serving(url, datasets.folder) as site:
        signing_in(site)
        for _ in range(ROUNDS):
            alone = signing_in(site)
            with exporting(site):
                pairs.append((alone, signing_in(site)))
    lines = [
        (str(number), f"{p95(alone):.0f}", f"{p95(during):.0f}", f"{p95(during) / p95(alone):.2f}")
        for number, (alone, during) in enumerate(pairs, 1)
    ]
    ratio = statistics.median(p95(during) / p95(alone) for alone, during in pairs)
    lines.append(("median", "", "", f"{ratio:.2f}"))
    table(
        f"POST /login beside an export of {rows:,} entries, p95 ms (wanted: <= 1.3)",
        ("round", "alone", "beside it", "ratio"),
        lines,
    )


def p95(times: list[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(times, n=20)[-1]


def signing_in(site: Site) -> list[float]:
    """Sign in many times and return the milliseconds that each took."""
    return [_signed_in(site) for _ in range(SIGN_INS)]


def _signed_in(site: Site) -> float:
    with requests.Session() as session:
        page = session.get(f"{site.url}/login", timeout=30).text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        data = {"username": GUEST, "password": PASSWORD, "csrf_token": token[1] if token else ""}
        began = time.perf_counter()
        answer = session.post(f"{site.url}/login", data=data, timeout=30, allow_redirects=False)
        took = time.perf_counter() - began
    assert answer.status_code == 302, answer.status_code
    return took * 1000


@contextmanager
def exporting(site: Site) -> Iterator[None]:
    """Take an export in another process; it must outlast what is measured."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        taken: Future[int] = pool.submit(_export, site.url)
        time.sleep(2)  # until it is under way
        yield
        if taken.done():
            raise SystemExit("the export was over before the sign-ins were: too few ROWS")
        taken.result()


def _export(url: str) -> int:
    return Exporter(url).take("csv").rows
