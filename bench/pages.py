"""Is each page of the book as quick at ten million entries as at a hundred thousand?

Rivals in the same run: stock Flask-Admin and Django's admin on the same table. Times are
those of the whole answer inside the server's process, in milliseconds. The rivals' are the
medians of three, and of one where that took seconds.
"""

import statistics
import time
from collections.abc import Callable
from urllib.parse import urlencode

from bench import django_admin, stock
from bench.datasets import READER, Datasets
from bench.questions import PAGE, questions
from bench.tables import table
from tests.support.actions import AuthActions
from tests.support.app import running

ROUNDS, RIVAL_ROUNDS = 40, 3
SMALL = 100_000
#: Milliseconds after which a page is not asked for again.
PATIENCE = 2_000
Times = dict[str, list[float]]


def on_mariadb(datasets: Datasets, rows: int) -> None:
    """Print the list's table for a book of ``rows`` entries."""
    url = datasets.mariadb(rows)
    small, large = ours(datasets.mariadb(min(SMALL, rows))), ours(url)
    flask_admin, django = asked_of_stock(url), asked_of_django(url)
    lines = []
    for name, times in large.items():
        middle, usual = statistics.median(times), statistics.median(small[name])
        rivals = [_cells(rival.get(name), middle) for rival in (flask_admin, django)]
        lines.append((name, *_figures(times), f"{middle / usual:.2f}", *rivals[0], *rivals[1]))
    head = (
        "page",
        "median",
        "p90",
        f"x of {min(SMALL, rows):,}",
        "Flask-Admin",
        "times ours",
        "Django",
        "times ours",
    )
    table(
        f"the list, {rows:,} entries on MariaDB, ms (wanted: median <= 20, p90 <= 30, x <= 1.5)", head, lines
    )


def on_sqlite(datasets: Datasets, rows: int) -> None:
    """Print the same for a SQLite file, where the rival is stock Flask-Admin."""
    url = datasets.sqlite(rows)
    times, rival = ours(url), asked_of_stock(url)
    lines = [
        (name, *_figures(some), *_cells(rival.get(name), statistics.median(some)))
        for name, some in times.items()
    ]
    head = ("page", "median", "p90", "Flask-Admin", "times ours")
    table(f"the list, {rows:,} entries on SQLite, ms (wanted: median <= 15)", head, lines)


def ours(url: str) -> Times:
    """Return the times of our pages, each asked in turn, round after round."""
    with running(url) as app:
        client = app.test_client()
        assert AuthActions(client).login(READER).status_code == 302
        asked = {q.name: f"/admin/logins/?{urlencode(q.asked | {'size': str(PAGE)})}" for q in questions()}

        def answer(address: str) -> None:
            response = client.get(address)
            assert response.status_code == 200, (address, response.status_code)

        return timed(asked, answer, ROUNDS)


def asked_of_stock(url: str) -> Times:
    """Return the times of stock Flask-Admin's pages."""
    with running(url):
        asked = {q.name: address for q in questions() if (address := stock.address(q))}
    with stock.stock(url) as client:

        def answer(address: str) -> None:
            response = client.get(address)
            assert response.status_code == 200, (address, response.status_code)

        return timed(asked, answer, RIVAL_ROUNDS)


def asked_of_django(url: str) -> Times:
    """Return the times of Django's pages."""
    with running(url):
        asked = {q.name: query for q in questions() if (query := django_admin.query(q)) is not None}
    return timed(asked, django_admin.start(url), RIVAL_ROUNDS)


def timed(asked: dict[str, str], answer: Callable[[str], object], rounds: int) -> Times:
    """Return milliseconds an answer; the first round warms up and does not count, unless it took seconds."""
    times: Times = {name: [] for name in asked}
    for number in range(rounds + 1):
        for name, address in asked.items():
            if times[name][-1:] > [PATIENCE]:
                continue
            began = time.perf_counter()
            answer(address)
            took = (time.perf_counter() - began) * 1000
            if number or took > PATIENCE:
                times[name].append(took)
    return times


def _figures(times: list[float]) -> tuple[str, str]:
    return f"{statistics.median(times):.1f}", f"{statistics.quantiles(times, n=10)[-1]:.1f}"


def _cells(times: list[float] | None, ours: float) -> tuple[str, str]:
    if not times:
        return "cannot", ""
    middle = statistics.median(times)
    return f"{middle:,.0f}", f"{middle / ours:,.0f}"
