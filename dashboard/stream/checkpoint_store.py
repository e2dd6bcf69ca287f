"""Takes checkpoints and keeps them in a folder outside the database.

A file's name holds origin, key and time, so that the newest of a book is found by name:
``<origin>-<key>-<time>.json``, the first two shortened to 8 digits.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from auth.events import now
from dashboard.stream.chain import first_link
from dashboard.stream.checkpoint import Checkpoint, key_id, parse, signed
from dashboard.stream.checkpoint_file import write_new
from dashboard.stream.checkpoint_key import make_key, public_pem, read_key
from models import StreamHead, db

_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Store:
    """The folder of the checkpoints and the file of the key."""

    folder: Path
    key: Path

    def take(self) -> Checkpoint:
        """Return a signed checkpoint of where the stream stands now."""
        head = db.session.scalars(select(StreamHead)).one()
        db.session.rollback()
        chain = head.chain or first_link(head.origin, head.epoch)
        plain = Checkpoint(head.origin, head.epoch, head.seq, chain, now().replace(microsecond=0))
        return signed(plain, make_key(self.key))

    def keep(self, checkpoint: Checkpoint) -> Path:
        """Write a checkpoint into the folder, and beside it the public key; return its path."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        public = make_key(self.key).public_key()
        write_new(self.folder / f"{key_id(public)}.pub.pem", public_pem(public))
        path = self.folder / f"{_name(checkpoint.origin, checkpoint.key)}{checkpoint.time:{_STAMP}}.json"
        write_new(path, checkpoint.as_json().encode())
        return path

    def keep_if_due(self, every: timedelta) -> Path | None:
        """Take and keep a checkpoint, unless there is one younger than ``every``."""
        checkpoint = self.take()
        is_recent = (
            checkpoint.time - every < _time(path) <= checkpoint.time for path in self._own(checkpoint.origin)
        )
        return None if any(is_recent) else self.keep(checkpoint)

    def newest(self, origin: str) -> Path | None:
        """Return the newest checkpoint of a book that was signed with our key.

        Raises ``NoKey`` when there are checkpoints of the book, but no key any more.
        """
        if not self.key.exists() and not any(self.folder.glob(f"{origin[:8]}-*Z.json")):
            return None
        return max(self._own(origin), default=None)

    def _own(self, origin: str) -> Iterator[Path]:
        """Return the checkpoints of a book that were signed with our key."""
        name = _name(origin, key_id(read_key(self.key).public_key()))
        return self.folder.glob(f"{name}*Z.json")

    def read(self, path: Path) -> Checkpoint:
        """Return the checkpoint of a file, its signature checked.

        Raises ``NotACheckpoint``, ``ForeignKey``, ``Forged``, ``NoKey`` or ``OSError``.
        """
        checkpoint = parse(path.read_text("utf-8", "replace"))
        checkpoint.check_signature(read_key(self.key).public_key())
        return checkpoint


def _name(origin: str, key: str) -> str:
    return f"{origin[:8]}-{key[:8]}-"


def _time(path: Path) -> datetime:
    try:
        return datetime.strptime(path.stem.rsplit("-", 1)[1], _STAMP).replace(tzinfo=UTC)
    except ValueError:  # somebody's file
        return datetime.min.replace(tzinfo=UTC)
