"""Who serves a SQLite file: a second server on it is told, for its viewers, seats and limits are its own."""

import fcntl
import os
from pathlib import Path

from sqlalchemy import make_url

from dashboard.cli.checks import Bad
from models.database.base import is_sqlite

ALREADY = (
    "process {pid} serves {path} already, and both go on: their viewers hear of each other's entries late, "
    "and limits count twice; stop one of them, or serve with --workers on MariaDB and Redis"
)


def share(database: str) -> str | None:
    """Note that this process serves ``database``, until it and its workers end; return what to warn of.

    By flock(2) on a file beside it that holds the process id; a second server holds a second file.
    """
    if not is_sqlite(database):
        return None
    first, second = _files(database)
    if _lock(first, keep=True):
        return None
    _lock(second, keep=True)
    return ALREADY.format(pid=_pid(first), path=first.with_name(first.stem))


def check_sharing(database: str) -> str:
    """Say which process serves the database; raises ``Bad`` when two serve one SQLite file."""
    if not is_sqlite(database):
        return "any number may serve it"
    first, second = _files(database)
    if not _lock(second, keep=False):
        raise Bad(ALREADY.format(pid=_pid(first), path=first.with_name(first.stem)))
    return "none" if _lock(first, keep=False) else f"process {_pid(first)}"


def _files(database: str) -> tuple[Path, Path]:
    path = Path(make_url(database).database or "").resolve()  # one file, however it is spelt
    return path.with_name(f"{path.name}.serving"), path.with_name(f"{path.name}.serving-too")


def _lock(path: Path, *, keep: bool) -> bool:
    """Lock a file, for as long as the process lives or just to see; False when another has it."""
    try:
        file = os.open(path, os.O_RDWR | (os.O_CREAT if keep else 0), 0o600)
    except OSError:  # not there, or not ours: SQLite itself will say what is wrong
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return False
    if keep:
        os.truncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
    else:
        os.close(file)
    return True


def _pid(path: Path) -> str:
    try:
        return path.read_text().strip() or "?"
    except OSError:
        return "?"
