"""Takes checkpoints and keeps them in a folder outside the database.

A file's name holds origin, key and time, so that the newest of a book is found by name:
``<origin>-<key>-<time>.json``, the first two shortened to 8 digits.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from dashboard.config.settings import Settings
from dashboard.log.chain import first_link
from dashboard.proof.checkpoint.checkpoint import Checkpoint, key_id, parse_checkpoint, signed
from dashboard.proof.checkpoint.history import STAMP, History, prefix
from dashboard.proof.checkpoint.key import make_key, public_pem, read_key
from dashboard.proof.clock import Clock, Doubtful
from dashboard.web.atomic_file import write_new
from models import StreamHead, db
from models.clock import now

#: What to do about a clock that is in doubt.
WAY_ON = "the clock is set, or a checkpoint by hand (`manage.py checkpoint`) says that it is right"


@dataclass(frozen=True, slots=True)
class Store:
    """The folder of the checkpoints and the file of the key."""

    folder: Path
    key: Path

    @classmethod
    def of(cls, settings: Settings) -> "Store":
        """Return the configured folder and key."""
        return cls(settings.checkpoint_folder, settings.checkpoint_key_file)

    def clock(self) -> Clock:
        """Return what the clock says now, beside the checkpoints of the present log."""
        with db.engine.connect() as connection:
            origin = connection.scalars(select(StreamHead.origin)).one()
        return Clock(now(), History(self.folder, self.key, origin))

    def take(self, moment: datetime | None = None) -> Checkpoint:
        """Return a signed checkpoint of where the stream stands now; ``moment`` is what the clock says."""
        head = db.session.scalars(select(StreamHead)).one()
        db.session.rollback()
        chain = head.chain or first_link(head.origin, head.first_epoch)
        plain = Checkpoint(head.origin, head.epoch, head.seq, chain, (moment or now()).replace(microsecond=0))
        return signed(plain, make_key(self.key))

    def keep(self, checkpoint: Checkpoint) -> Path:
        """Write a checkpoint into the folder, and beside it the public key; return its path."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        public = make_key(self.key).public_key()
        write_new(self.folder / f"{key_id(public)}.pub.pem", public_pem(public))
        path = self.folder / f"{prefix(checkpoint.origin, checkpoint.key)}{checkpoint.time:{STAMP}}.json"
        write_new(path, checkpoint.as_json().encode())
        return path

    def keep_if_due(self, every: timedelta) -> Path | None:
        """Take and keep a checkpoint, unless there is one younger than ``every``.

        Raises ``Doubtful`` when the clock cannot be right: what is signed bears its time.
        """
        clock = self.clock()
        if clock.history.newest(after=clock.moment - every, until=clock.moment):
            return None
        if doubt := clock.doubt_of_signing():
            raise Doubtful(f"{doubt}; no checkpoint is taken before {WAY_ON}")
        return self.keep(self.take(clock.moment))

    def newest(self, origin: str) -> Path | None:
        """Return the newest checkpoint of a book that was signed with our key.

        Raises ``NoKey`` when there are checkpoints of the book, but no key any more.
        """
        if not self.key.exists() and not any(self.folder.glob(f"{origin[:8]}-*Z.json")):
            return None
        return max(self._own(origin), default=None)

    def _own(self, origin: str) -> Iterator[Path]:
        """Return the checkpoints of a book that were signed with our key."""
        name = prefix(origin, key_id(read_key(self.key).public_key()))
        return self.folder.glob(f"{name}*Z.json")

    def read(self, path: Path) -> Checkpoint:
        """Return the checkpoint of a file, its signature checked.

        Raises ``NotACheckpoint``, ``ForeignKey``, ``Forged``, ``NoKey`` or ``OSError``.
        """
        checkpoint = parse_checkpoint(path.read_text("utf-8", "replace"))
        checkpoint.check_signature(read_key(self.key).public_key())
        return checkpoint
