"""Takes checkpoints and keeps them in a folder outside the database.

One is signed only while the log agrees with the one before and all that came since is ours. A file's
name is for people: ``<origin>-<key>-<time>-<size>-<digest>.note``, all but two shortened to 8 digits.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select, update

from dashboard.config.settings import Settings
from dashboard.log.authentic.secret import adopt_secret, is_ours, names_ours, secret_id
from dashboard.log.head import log_origin
from dashboard.proof.checkpoint.checkpoint import ORIGIN, Checkpoint, Restored, key_id
from dashboard.proof.checkpoint.history import History, read_history
from dashboard.proof.checkpoint.key import NoKey, known_keys, make_key, private_pem, public_pem, read_key
from dashboard.proof.checkpoint.lease import PATIENCE, Taken, turn
from dashboard.proof.checkpoint.note import signed_note
from dashboard.proof.checkpoint.pin import (
    BadPin,
    Pin,
    check_named,
    check_pinned,
    pin_file,
    read_pin,
    write_pin,
)
from dashboard.proof.clock import Clock, Doubtful
from dashboard.proof.verify.standing import Standing
from dashboard.proof.verify.verify import current_standing, verify
from dashboard.proof.voucher import Signer
from dashboard.web.atomic_file import write_new, write_over
from models import StreamHead, db, write_transaction
from models.clock import now
from models.frontier import Frontier

#: How long others may take the turns until nobody believes that they take checkpoints.
LATEST = timedelta(hours=1)
#: What to do about a clock that is in doubt.
WAY_ON = "the clock is set, or a checkpoint by hand (`manage.py checkpoint`) says that it is right"
#: The time in a file's name.
_STAMP = "%Y%m%dT%H%M%SZ"


class Unsigned(Exception):
    """Nothing is signed, as this is not the key or the folder of the log's checkpoints; says the way on."""


@dataclass(frozen=True, slots=True)
class Store:
    """The folder of the checkpoints, the file of the key, and which database holds the log."""

    folder: Path
    key: Path
    database: str = ""

    @classmethod
    def of(cls, settings: Settings) -> "Store":
        """Return the configured folder and key."""
        folder, key = settings.checkpoint_folder, settings.checkpoint_key_file
        return cls(folder, key, settings.database_location)

    @property
    def pin(self) -> Path:
        """The file that says which log this is."""
        return pin_file(self.key, self.database)

    def path(self, checkpoint: Checkpoint) -> Path:
        """Return where a checkpoint is kept."""
        what = f"{checkpoint.time:{_STAMP}}-{checkpoint.size}-{checkpoint.digest.hex()[:8]}"
        return self.folder / f"{checkpoint.origin[:8]}-{checkpoint.signers[-1][:8]}-{what}.note"

    def clock(self) -> Clock:
        """Return what the clock says now, beside the checkpoints of the present log; raises ``NoKey``."""
        return Clock(now(), self.history(log_origin()))

    def history(self, origin: str) -> History:
        """Return the checkpoints of a log; raises ``NoKey``."""
        return read_history(self.folder, self.key, origin)

    def check_pin(self, standing: Standing | StreamHead, history: History) -> None:
        """Raise ``Broken`` when another log is pinned beside the key, ``BadPin`` when that cannot be told."""
        check_pinned(read_pin(self.pin, history.keys), standing)

    def check_secret(self) -> None:
        """Raise ``Broken`` when the database names a foreign SECRET_KEY though ours is pinned."""
        with suppress(BadPin, NoKey, OSError):  # what cannot be read here, `verify` tells
            check_named(self._pinned())

    def is_secret_pinned(self) -> bool:
        """Whether a SECRET_KEY of ours is pinned; raises ``BadPin``, ``NoKey``."""
        pinned = self._pinned()
        return pinned is not None and is_ours(pinned.secret_id)

    def _pinned(self) -> Pin | None:
        return read_pin(self.pin, known_keys(self.folder, self.key))

    def take(
        self,
        moment: datetime | None = None,
        *,
        unauthenticated: bool = False,
        patience: float = PATIENCE,
    ) -> Checkpoint:
        """Sign where the stream stands now, keep that and return it.

        ``moment`` is what the clock says; ``unauthenticated`` is for entries of before there were macs.
        Raises ``Broken`` when the log disagrees with the checkpoint before or holds what is not ours,
        ``Unsigned`` and ``NoKey`` when this is not the place to sign, ``Taken`` when another process does.
        """
        with turn(patience):
            standing, history = self._checked()
            key, trusted = self.own_key(history), standing.seq if unauthenticated else 0
            following = _following(standing, history, moment, trusted=trusted)
            return self._keep(following, key)

    def rotate_key(self) -> Checkpoint:
        """Take a checkpoint that the present key and a new one sign, then go on with that; as `take`."""
        with turn():
            standing, history = self._checked()
            key, new_key = self.own_key(history), Ed25519PrivateKey.generate()
            taken = self._keep(_following(standing, history), key, new_key)
            write_over(self.key, private_pem(new_key), 0o600)
            return taken

    def take_with_new_key(self) -> Checkpoint:
        """Take a checkpoint that says so with the key that is there, or a new one: the one before is lost.

        Raises as `take`.
        """
        with turn():
            standing, history = self._checked()
            following = replace(_following(standing, history), is_new_key=True)
            return self._keep(following, make_key(self.key))

    def take_after_restore(self, before: Restored, *, unauthenticated: int) -> Checkpoint:
        """Take the first checkpoint of the epoch that `dashboard.proof.restore` began."""
        standing = current_standing()
        last = self.history(standing.origin).last
        taken = replace(_plain(standing, now(), last), restored=before, unauthenticated=unauthenticated)
        return self._keep(taken, make_key(self.key))

    def keep_if_due(self, every: timedelta) -> Checkpoint | None:
        """Take a checkpoint, unless there is one younger than ``every``.

        Raises ``Doubtful`` when the clock cannot be right, as what is signed bears its time, and as `take`.
        """
        clock = self.clock()
        newest = clock.history.newest(until=clock.moment)
        if newest and newest.time > clock.moment - every:
            return None
        if doubt := clock.doubt_of_signing():
            raise Doubtful(f"{doubt}; no checkpoint is taken before {WAY_ON}")
        try:
            return self.take(clock.moment, patience=0)
        except Taken:
            if newest and newest.time < clock.moment - every - LATEST:
                raise  # whoever holds the turn for so long takes no checkpoint
            return None

    def signer(self) -> Signer:
        """Return what signs vouchers; a log without checkpoints gets its first one. Raises as `take`."""
        standing, history = self._checked()
        if history.last is None:
            self.take()
            history = self.history(standing.origin)
        covered = history.last.size if history.last else 0
        return Signer(standing.origin, standing.epoch, self.own_key(history), covered)

    def _checked(self) -> tuple[Standing, History]:
        """Return where the stream stands and its checkpoints, once it is the log that is pinned here."""
        standing, history = self.present()
        self.check_pin(standing, history)
        return standing, history

    def present(self) -> tuple[Standing, History]:
        """Return where the stream stands, and its checkpoints, read before: others add to both meanwhile."""
        history = self.history(current_standing().origin)
        return current_standing(), history

    def check_newest(self, history: History) -> None:
        """Raise ``Unsigned`` unless the newest checkpoint that the head names, or a later one, is here."""
        with db.engine.connect() as connection:
            head = connection.execute(select(StreamHead.checkpoint_key, StreamHead.checkpoint_size)).one()
        if head.checkpoint_key and not _knows(history, head.checkpoint_key, head.checkpoint_size):
            told = f"the newest checkpoint, over {head.checkpoint_size} entries, is not in {self.folder}"
            raise Unsigned(f"{told}: share GATEHOUSE_CHECKPOINT_DIR and _KEY with the machine that signed it")

    def own_key(self, history: History) -> Ed25519PrivateKey:
        """Return the key that signs; made for a log that has no checkpoints only. Raises ``Unsigned``."""
        self.check_newest(history)
        last, lost = history.last, "if it is lost: `manage.py checkpoint --new-key`"
        if last is None and not history.unknown:
            return make_key(self.key)
        if not self.key.exists():
            raise Unsigned(f"there is no key in {self.key}; {lost}")
        key = read_key(self.key)
        if last is None or key_id(key.public_key()) not in last.signers:
            told = f"{self.key} is not the key that signed the newest checkpoint in {self.folder}"
            raise Unsigned(f"{told}: bring that back; {lost}")
        return key

    def _keep(self, checkpoint: Checkpoint, *keys: Ed25519PrivateKey) -> Checkpoint:
        """Write a checkpoint into the folder, signed with ``keys``; the last of them goes on."""
        names = tuple(key_id(key.public_key()) for key in keys)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for key, name in zip(keys, names, strict=True):
            write_new(self.folder / f"{name}.pub.pem", public_pem(key.public_key()))
        note = signed_note(checkpoint.as_text(), ORIGIN + checkpoint.origin, *keys)
        checkpoint = replace(checkpoint, signers=names)
        write_new(self.path(checkpoint), note.as_text().encode())
        if not names_ours():  # the first time; whoever looks meanwhile finds no pin yet
            adopt_secret()
        write_pin(self.pin, Pin(checkpoint.origin, checkpoint.epoch, secret_id()), keys[-1])
        _name_in_head(names[-1], checkpoint.size)
        return checkpoint


def _following(
    standing: Standing, history: History, moment: datetime | None = None, *, trusted: int = 0
) -> Checkpoint:
    """Return what the next checkpoint says, once all since the last one is verified; raises ``Broken``."""
    last = history.last
    verify(standing, history, lambda _: None, since=last, trusted=trusted)
    return replace(_plain(standing, moment or now(), last), unauthenticated=trusted)


def _plain(standing: Standing, moment: datetime, last: Checkpoint | None) -> Checkpoint:
    return Checkpoint(
        origin=standing.origin,
        epoch=standing.epoch,
        size=standing.seq,
        chain=standing.chain,
        time=moment.replace(microsecond=0),
        frontier=Frontier(standing.seq, standing.frontier),
        previous=last.digest if last and last.frontier else None,
    )


def _knows(history: History, key: str, size: int) -> bool:
    return any(found.size >= size and key in found.signers for found in history.checkpoints)


def _name_in_head(key: str, size: int) -> None:
    named = update(StreamHead).values(checkpoint_key=key, checkpoint_size=size)
    write_transaction(lambda session: session.execute(named))
