"""Books of any length to measure on, each filled once: on a MariaDB of our own or as a SQLite file."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import func, select

from auth.events import AuthEvent, Client, Subject
from dashboard.log.recorder import record
from dashboard.log.sealer import seal_all
from models import Action, LoginLog, Outcome, Reason, Role, User, db, write_transaction
from models.clock import now
from tests.support.actions import make_user
from tests.support.app import migrate, running
from tests.support.servers.gatehouse import environment, manage
from tests.support.servers.mariadb import create_database, mariadb

#: Somebody with so many entries, in the middle of the book.
RARE, RARE_ENTRIES = "seldom", 20
#: Who looks at the book, and who only signs in.
READER, GUEST = "audrey", "guest"
USERS = 5_000


class Datasets:
    """Hands out addresses of filled databases."""

    def __init__(self, folder: Path, server: str) -> None:
        self.folder, self._server = folder, server
        self._filled: dict[tuple[str, int], str] = {}

    @cached_property
    def mariadb_pid(self) -> int:
        """The process of the MariaDB."""
        return int((self.folder / "pid").read_text())

    def mariadb(self, rows: int) -> str:
        """Return a MariaDB database with so many entries."""
        return self._book("mariadb", rows)

    def sqlite(self, rows: int) -> str:
        """Return a SQLite database with so many entries."""
        return self._book("sqlite", rows)

    def _book(self, kind: str, rows: int) -> str:
        if (kind, rows) not in self._filled:
            self._filled[kind, rows] = self._fill(kind, rows)
        return self._filled[kind, rows]

    def _fill(self, kind: str, rows: int) -> str:
        name = f"book{rows}"
        on_file = f"sqlite:///{self.folder / name}.db"
        url = migrate(on_file if kind == "sqlite" else create_database(self._server, name))
        command = manage("seed", "--rows", str(rows), "--users", str(min(USERS, rows // 20)), "--seed", "1")
        began = time.monotonic()
        subprocess.run(command, env=environment(url), cwd=self.folder, check=True, stderr=subprocess.DEVNULL)
        print(f"{kind}: seeded {rows:,} entries in {time.monotonic() - began:.0f} s", file=sys.stderr)
        with running(url):
            _add_readers()
        return url


@contextmanager
def datasets() -> Iterator[Datasets]:
    """Run a MariaDB with a 2 GB buffer pool in a temporary folder."""
    with TemporaryDirectory(prefix="gatehouse-bench-") as name:
        folder = Path(name)
        with mariadb(folder, "--innodb-buffer-pool-size=2G", "--innodb-log-file-size=1G") as server:
            yield Datasets(folder, server)


def _add_readers() -> None:
    """Add those who read or sign in, and somebody who is seldom in the book."""
    make_user(READER, Role.AUDITOR)
    make_user(GUEST)
    seldom: User = make_user(RARE)
    first, last = db.session.execute(
        select(func.min(LoginLog.occurred_at), func.max(LoginLog.occurred_at))
    ).one()
    middle = first + (last - first) / 2
    for _ in range(RARE_ENTRIES):
        event = AuthEvent(
            action=Action.LOGIN,
            outcome=Outcome.FAILURE,
            reason=Reason.INVALID_PASSWORD,
            subject=Subject(seldom.username, seldom.id),
            client=Client(ip="203.0.113.7"),
            occurred_at=min(middle, now()),
        )
        write_transaction(lambda session, event=event: record(session, event))  # type: ignore[misc]
    seal_all()
