"""Attempts that the database could not take: a local file until it can.

JSON Lines, one entry's columns each, synced to disk before the visitor is answered. It is
bounded: an attempt that no longer fits is counted and told on stderr, never dropped silently.
"""

import fcntl
import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

log = logging.getLogger(__name__)
#: Bytes the file may take: some 25,000 attempts.
MAX_BYTES = 16 * 1024 * 1024


class Spool:
    """One file, shared by the processes of a machine under a lock file beside it."""

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES) -> None:
        self._path, self._max = path, max_bytes
        self._taken = path.with_suffix(".entering")
        #: Attempts lost since this process started, because the file was full or unwritable.
        self.lost = 0

    def append(self, columns: Mapping[str, object]) -> None:
        """Keep an entry; it is on the disk when this returns. Never raises."""
        line = (json.dumps(columns, default=_plain, ensure_ascii=True) + "\n").encode()
        try:
            with self._locked():
                _write(self._path, line, self._max)
        except OSError as error:
            self.lost += 1
            log.error("spool %s: %s; %d attempts are in no log", self._path, error, self.lost)

    @contextmanager
    def taken(self) -> Iterator[list[dict[str, Any]]]:
        """Hand out all entries and forget them when the block ends well, else keep them.

        One process at a time; attempts may be appended meanwhile, they come with the next block.
        """
        with self._locked(".entering.lock"):
            with self._locked():
                if not self._taken.exists() and self._path.exists():
                    self._path.rename(self._taken)
            lines = self._taken.read_bytes().splitlines() if self._taken.exists() else []
            yield [entry for line in lines if (entry := _entry(line))]
            self._taken.unlink(missing_ok=True)

    def is_empty(self) -> bool:
        """Whether nothing waits, by a look at the file names."""
        return not (self._path.exists() or self._taken.exists())

    @contextmanager
    def _locked(self, suffix: str = ".lock") -> Iterator[None]:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(self._path.with_suffix(suffix), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def _write(path: Path, line: bytes, limit: int) -> None:
    """Append a line durably; raises ``OSError`` and leaves no half line when it does not fit."""
    file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
    try:
        size = os.fstat(file).st_size
        if size and os.pread(file, 1, size - 1) != b"\n":  # cut short by a crash: that line alone is lost
            line = b"\n" + line
        if size + len(line) > limit:
            raise OSError(f"full at {limit} bytes")
        try:
            if os.write(file, line) != len(line):
                raise OSError("disk full")
            os.fsync(file)
        except OSError:
            os.ftruncate(file, size)
            raise
    finally:
        os.close(file)


def _plain(value: object) -> str:
    """Return a column's value as text that `_entry` reads back."""
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _entry(line: bytes) -> dict[str, Any] | None:
    """Return the columns of a line; one that a crash cut short is told and left out."""
    try:
        found: dict[str, Any] = json.loads(line)
        return found | {
            "event_id": UUID(found["event_id"]),
            "occurred_at": datetime.fromisoformat(found["occurred_at"]),
            "place_nonce": bytes.fromhex(found["place_nonce"]),
            "person_nonce": bytes.fromhex(found["person_nonce"]),
            "name_ref": bytes.fromhex(found["name_ref"]) if found.get("name_ref") else None,
        }
    except (ValueError, KeyError, TypeError) as error:
        log.error("spool: a line cannot be read and is left out: %s", error)
        return None
