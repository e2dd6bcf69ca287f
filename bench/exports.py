"""How fast does the whole book leave as a file, when does it start, and what memory does it take?

Rivals in the same run: the database's own client printing the same columns (to /dev/null, in
no order, nothing made readable), and stock Flask-Admin's CSV export. Medians of three rounds.
"""

import multiprocessing
import resource
import statistics
import subprocess
import time
from concurrent.futures import ProcessPoolExecutor

from sqlalchemy import make_url

from bench.datasets import Datasets
from bench.stock import EXPORTED, stock
from bench.tables import table
from bench.transfer import Exporter, Transfer, Watch
from tests.support.servers.gatehouse import serving
from tests.support.servers.process import need

ROUNDS = 3
FORMATS = ("csv", "jsonl")
HEAD = ("export", "rows/s", "of the client", "wanted", "first byte ms", "grew MiB")
SELECT = f"SELECT {', '.join(EXPORTED)} FROM login_log"
Line = tuple[str, ...]


def on_mariadb(datasets: Datasets, rows: int) -> None:
    """Print CSV and JSON Lines against the ``mariadb`` client, and CSV against stock Flask-Admin."""
    url = datasets.mariadb(rows)
    address = make_url(url)
    client = [
        need("mariadb", "mariadb-client"),
        "--no-defaults",
        "--host=127.0.0.1",
        f"--port={address.port}",
    ]
    client += ["--user=root", "--batch", "--quick", str(address.database), f"--execute={SELECT}"]
    lines, csv = compared(datasets, url, rows, client, {"csv": "0.85", "jsonl": "0.5"})
    first, seconds, grown = of_stock(url)
    rate = rows / seconds
    lines.append(("stock Flask-Admin CSV", f"{rate:,.0f}", "", "", f"{first * 1000:,.0f}", f"{grown:,.0f}"))
    lines.append(("ours / stock", f"{csv / rate:.1f}", "", "15", "", ""))
    table(
        f"export of {rows:,} entries on MariaDB (wanted: first byte <= 100 ms, growth <= 10 MiB)", HEAD, lines
    )


def on_sqlite(datasets: Datasets, rows: int) -> None:
    """Print CSV and JSON Lines against the ``sqlite3`` shell."""
    url = datasets.sqlite(rows)
    shell = [need("sqlite3", "sqlite3"), "-csv", str(make_url(url).database), SELECT]
    lines, _ = compared(datasets, url, rows, shell, {"csv": "0.7", "jsonl": "0.5"})
    table(f"export of {rows:,} entries on SQLite", HEAD, lines)


def compared(
    datasets: Datasets, url: str, rows: int, client: list[str], wanted: dict[str, str]
) -> tuple[list[Line], float]:
    """Return a line for each format and one for the client, and our CSV's rows a second."""
    ours: dict[str, list[Transfer]] = {name: [] for name in FORMATS}
    grown: dict[str, list[float]] = {name: [] for name in FORMATS}
    theirs = []
    with serving(url, datasets.folder) as site:
        exporter = Exporter(site.url)
        exporter.take("csv", q="since:1d")
        for _ in range(ROUNDS):
            theirs.append(rows / _seconds(client))
            for name in FORMATS:
                with Watch(site) as watch:
                    ours[name].append(exporter.take(name))
                grown[name].append(watch.grown)
    lines = [_line(name, some, grown[name], theirs, wanted[name]) for name, some in ours.items()]
    lines.append(
        (f"rival: {client[0].rsplit('/', 1)[-1]}", f"{statistics.median(theirs):,.0f}", "", "", "", "")
    )
    return lines, statistics.median(one.rate for one in ours["csv"])


def _line(name: str, some: list[Transfer], grown: list[float], theirs: list[float], wanted: str) -> Line:
    rate = statistics.median(one.rate for one in some)
    ratio = statistics.median(one.rate / rival for one, rival in zip(some, theirs, strict=True))
    first = max(one.first for one in some) * 1000
    return name, f"{rate:,.0f}", f"{ratio:.2f}", wanted, f"{first:.0f}", f"{max(grown):.1f}"


def _seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def of_stock(url: str) -> tuple[float, float, float]:
    """Return seconds to the first byte and in all, and MiB, of stock's export in a process of its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_stock_export, url).result()


def _stock_export(url: str) -> tuple[float, float, float]:
    with stock(url) as client:
        assert client.get("/admin/stock/").status_code == 200
        before, began, first = _peak(), time.perf_counter(), 0.0
        response = client.get("/admin/stock/export/csv/", buffered=False)
        for _ in response.iter_encoded():
            first = first or time.perf_counter() - began
        return first, time.perf_counter() - began, _peak() - before


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
