"""Is the export of the whole book equal to the table, at the same memory as a short one?

Count, first and last ``seq``, and the SHA-256 of all ``event_id`` in order are compared with
what a cursor over the table says.
"""

import csv
import hashlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from pymysql.cursors import SSCursor

from bench.datasets import Datasets
from bench.tables import table
from bench.transfer import Exporter, Transfer, Watch
from models import db
from tests.support.app import running
from tests.support.servers.gatehouse import serving

Summary = tuple[int, int, int, str]


def compare(datasets: Datasets, rows: int) -> None:
    """Print both sides; raises ``SystemExit`` when they differ."""
    url = datasets.mariadb(rows)
    transfer = Transfer()
    with serving(url, datasets.folder) as site:
        exporter = Exporter(site.url)
        exporter.take("csv", q="since:1d")
        with Watch(site) as watch:
            exported = summary(_exported(exporter, transfer))
    with running(url):
        stored = summary(_stored(transfer.last_seq))
    lines = [(name, *map(str, side)) for name, side in (("export", exported), ("table", stored))]
    table(
        f"CSV of {rows:,} entries beside the table", ("", "rows", "first seq", "last seq", "SHA-256"), lines
    )
    print(f"worker grew by {watch.grown:.1f} MiB (wanted: <= 10)")
    print(f"first byte after {transfer.first * 1000:.0f} ms, {transfer.rate:,.0f} rows/s read as CSV")
    if exported != stored:
        raise SystemExit("the export is not the table")


def summary(entries: Iterator[tuple[int, str]]) -> Summary:
    """Return count, first and last number, and the digest of the ids."""
    digest, count, first, last = hashlib.sha256(), 0, 0, 0
    for last, event_id in entries:
        first = first or last
        count += 1
        digest.update(event_id.encode())
    return count, first, last, digest.hexdigest()[:16]


def _exported(exporter: Exporter, transfer: Transfer) -> Iterator[tuple[int, str]]:
    reader = csv.reader(_text(exporter.lines(transfer, "csv")))
    assert next(reader)[:2] == ["seq", "event_id"]
    for seq, event_id, *_ in reader:
        yield int(seq), event_id


def _text(chunks: Iterator[bytes]) -> Iterator[str]:
    """Yield lines of text."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (f"{line.decode()}\n" for line in lines)
    assert not rest, "the last line is not complete"


def _stored(last_seq: int) -> Iterator[tuple[int, str]]:
    in_order = "SELECT seq, event_id FROM login_log FORCE INDEX (ix_login_log_time) WHERE seq <= %s"
    with db.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        cursor = driver.cursor(SSCursor)
        cursor.execute(f"{in_order} ORDER BY occurred_at, id", (last_seq,))
        yield from ((seq, str(UUID(bytes=event_id))) for seq, event_id in cursor)
        cursor.close()
