"""How many entries a second does ``verify`` check, and what is the limit?

Rivals, both over one connection: reading the same encoded bytes and checking nothing; and
hashing what was read row by row in Python. ``ROWS`` (1,000,000) seeded entries.

CPU is that of this process, its workers and MariaDB, in microseconds an entry, so that it
matters less what else the machine does. Cores over CPU is the limit that is left.
"""

import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import current_app
from pymysql.cursors import SSCursor
from sqlalchemy import select

from bench.tables import table
from dashboard.log.chain import group_digest, next_link
from dashboard.log.encoding import PERSON_BYTES, PLACE_BYTES, PUBLIC_BYTES
from dashboard.proof.checkpoint.store import Store
from dashboard.proof.verify.verify import current_standing, verify
from models import LoginLog, db
from tests.support.app import migrate, running
from tests.support.servers.gatehouse import environment, manage
from tests.support.servers.mariadb import create_database, mariadb

ROWS = int(os.environ.get("ROWS", "1000000"))
CORES = len(os.sched_getaffinity(0))
#: What comes in an hour when ten million came in ninety days.
HOUR = 4_600


def as_shipped() -> None:
    """Verify the book: chain, personal fields, totals, head, and against its checkpoint."""
    standing = current_standing()
    verify(standing, store().history(standing.origin), lambda _: None)


def an_hour() -> None:
    """Verify what came since the newest checkpoint, as the schedule does before it signs."""
    standing = current_standing()
    history = store().history(standing.origin)
    verify(standing, history, lambda _: None, since=history.last)


def store() -> Store:
    """Return the folder and key of the present log."""
    return Store.of(current_app.config["SETTINGS"])


def read_only() -> None:
    """Read the encoded bytes."""
    for _ in _entries():
        pass


def hashed_here() -> None:
    """Read the encoded bytes and recompute the chain, without the totals."""
    link = current_standing().anchor
    for seq, place_nonce, person_nonce, public, place, person in _entries():
        digests = group_digest(place_nonce, place), group_digest(person_nonce, person)
        link = next_link(link, seq, public, *digests)
    if link != current_standing().chain:
        raise SystemExit("the chain does not check")


def _entries() -> Iterator[tuple[Any, ...]]:
    """Stream the entries as the driver hands them out, without SQLAlchemy in between."""
    kind = db.engine.dialect.name
    columns = (LoginLog.seq, LoginLog.place_nonce, LoginLog.person_nonce)
    encoded = (PUBLIC_BYTES, PLACE_BYTES, PERSON_BYTES)
    statement = select(*columns, *encoded).where(LoginLog.seq.is_not(None))
    sql = str(statement.order_by(LoginLog.seq).compile(db.engine)).replace("%%", "%")
    with db.engine.connect() as connection:
        driver = connection.connection.driver_connection
        cursor = driver.cursor() if kind == "sqlite" else driver.cursor(SSCursor)  # type: ignore[union-attr]
        cursor.execute(sql)
        yield from cursor
        cursor.close()


def measured(work: Callable[[], None], cpu: Callable[[], float]) -> tuple[float, float]:
    """Return entries a second and microseconds of CPU an entry."""
    before, start = cpu(), time.perf_counter()
    work()
    took = time.perf_counter() - start
    return ROWS / took, (cpu() - before) / ROWS * 1e6


def cpu_here() -> float:
    """Return the seconds of CPU that this process and its ended workers used."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def cpu_of(pid: int) -> float:
    """Return the seconds of CPU that a process used (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def databases(folder: Path) -> Iterator[list[tuple[str, str, Callable[[], float]]]]:
    """Yield name, address and clock of CPU of a SQLite and a MariaDB."""
    with mariadb(folder, "--innodb-buffer-pool-size=2G") as server:
        pid = int((folder / "pid").read_text())
        yield [
            ("SQLite", f"sqlite:///{folder / 'bench.db'}", cpu_here),
            ("MariaDB", create_database(server, "bench"), lambda: cpu_here() + cpu_of(pid)),
        ]


def main() -> None:
    """Seed both databases and measure each way on each."""
    folder = Path(tempfile.mkdtemp(prefix="gatehouse-bench-"))
    ways = {"verify": as_shipped, "read only": read_only, "hashed row by row": hashed_here}
    keys = {"checkpoint_dir": folder / "checkpoints", "checkpoint_key": folder / "key"}
    rows = []
    try:
        with databases(folder) as found:
            for name, url, cpu in found:
                seed = manage("seed", "--rows", str(ROWS), "--seed", "1")
                subprocess.run(seed, env=environment(migrate(url)), cwd=folder, check=True)
                with running(url, **keys):
                    start = time.perf_counter()
                    store().take()
                    print(f"{name}: the first checkpoint took {time.perf_counter() - start:.1f} s")
                    for way, work in ways.items():
                        speed, cost = measured(work, cpu)
                        limit = CORES / cost * 1e6 if way == "verify" else 1 / cost * 1e6
                        rows.append((name, way, f"{speed:,.0f}", f"{cost:.2f}", f"{limit:,.0f}"))
                    more = manage("seed", "--rows", str(HOUR), "--days", "1")
                    subprocess.run(more, env=environment(url), cwd=folder, check=True)
                    start = time.perf_counter()
                    an_hour()
                    print(f"{name}: {HOUR:,} entries since: {time.perf_counter() - start:.2f} s")
    finally:
        shutil.rmtree(folder)
    load = os.getloadavg()[0]
    head = ("database", "way", "entries/s", "CPU µs", "limit/s")
    table(f"verify, {ROWS:,} entries, {CORES} cores, load {load:.1f} at the end", head, rows)


if __name__ == "__main__":
    main()
