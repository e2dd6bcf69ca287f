"""The checkpoints of one log that lie in a folder: what known keys signed, whatever a file is called."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from dashboard.proof.checkpoint.checkpoint import Checkpoint, NotACheckpoint, checkpoint_of, key_id
from dashboard.proof.checkpoint.former import parse_former
from dashboard.proof.checkpoint.key import NoKey, known_keys
from dashboard.proof.checkpoint.note import MAX_NOTE, Forged, NotANote, parse_note
from dashboard.proof.checkpoint.seen import SeenHead, read_seen
from dashboard.proof.verify.faults import Broken

_START, _END = datetime(1970, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
#: What was read of files, by path: their state, the keys that were known then, and what they say.
_read: dict[Path, tuple[tuple[object, ...], Checkpoint | None]] = {}


class ForeignKey(ValueError):
    """A checkpoint was signed by keys that are not known here."""


@dataclass(frozen=True)
class History:
    """Checkpoints by time; ``unknown`` files are checkpoints that no known key signed.

    ``seen`` is how far a serving process saw the log.
    """

    checkpoints: Sequence[Checkpoint] = ()
    keys: tuple[Ed25519PublicKey, ...] = ()
    unknown: int = 0
    seen: SeenHead | None = None
    _times: list[datetime] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_times", [checkpoint.time for checkpoint in self.checkpoints])

    @property
    def last(self) -> Checkpoint | None:
        """The one that no other names as the one before, the newest of these."""
        named = {checkpoint.previous for checkpoint in self.checkpoints}
        ends = [found for found in self.checkpoints if found.frontier is None or found.digest not in named]
        return max(ends, key=lambda found: (found.frontier is not None, found.time, found.size), default=None)

    @property
    def unauthenticated(self) -> int:
        """How many entries have checkpoints alone to speak for them, and no mac."""
        return max((found.unauthenticated for found in self.checkpoints), default=0)

    def epochs(self, first: str) -> list[str]:
        """Return the epochs of the log in their order, beginning with its ``first``."""
        after = {found.restored.epoch: found.epoch for found in self.checkpoints if found.restored}
        order = [first]
        while (epoch := after.get(order[-1])) and epoch not in order:
            order.append(epoch)
        return order

    def adding(self, content: str, origin: str) -> "History":
        """Return this with one more checkpoint, the content of a file.

        Raises ``NotACheckpoint``, ``Forged``, ``ForeignKey``, and ``Broken`` when it is of another log.
        """
        found = read_checkpoint(content, self.keys)
        if not self.keys:
            raise NoKey("there is no key here to check a checkpoint with")
        if not found.signers:
            raise ForeignKey("the checkpoint was signed by a key that is not known here")
        if found.origin != origin:
            raise Broken(None, f"the checkpoint is of another origin, {found.origin}: not of this book")
        together = {*self.checkpoints, found}
        return replace(self, checkpoints=sorted(together, key=lambda found: (found.time, found.size)))

    def newest(self, *, after: datetime = _START, until: datetime = _END) -> Checkpoint | None:
        """Return the newest checkpoint with after < time <= until, or None."""
        return next(self.backwards(after=after, until=until), None)

    def oldest(self, *, since: datetime, until: datetime = _END) -> Checkpoint | None:
        """Return the oldest checkpoint with since <= time <= until, or None."""
        return next(iter(self._between(since - datetime.resolution, until)), None)

    def backwards(self, *, after: datetime = _START, until: datetime = _END) -> Iterator[Checkpoint]:
        """Yield the checkpoints with after < time <= until, the newest first."""
        return reversed(self._between(after, until))

    def _between(self, after: datetime, until: datetime) -> Sequence[Checkpoint]:
        return self.checkpoints[bisect_right(self._times, after) : bisect_right(self._times, until)]


def read_history(folder: Path, key: Path, origin: str) -> History:
    """Return the checkpoints of ``origin`` in ``folder`` that ``key`` or a public key beside them signed.

    Raises ``NoKey`` when the file ``key`` is none.
    """
    keys = known_keys(folder, key)
    names = frozenset(map(key_id, keys))
    files = [path for path in folder.glob("*") if path.suffix in (".note", ".json") and path.is_file()]
    read = [_cached(path, keys, names, origin) for path in files]
    found = [checkpoint for checkpoint in read if checkpoint and checkpoint.origin == origin]
    ours = [checkpoint for checkpoint in found if checkpoint.signers]
    by_time = sorted(ours, key=lambda found: (found.time, found.size))
    return History(by_time, keys, len(found) - len(ours), read_seen(folder, origin))


def read_checkpoint(content: str, keys: Sequence[Ed25519PublicKey]) -> Checkpoint:
    """Return the checkpoint of a file's content; its ``signers`` are those of ``keys`` that signed it.

    Raises ``NotACheckpoint`` and ``Forged``.
    """
    if content.lstrip().startswith("{"):
        return parse_former(content, keys)
    try:
        note = parse_note(content)
        return checkpoint_of(note, tuple(map(key_id, note.signers(keys))))
    except NotANote as error:
        raise NotACheckpoint(f"it is not a checkpoint: {error}") from None


def _cached(
    path: Path, keys: Sequence[Ed25519PublicKey], names: frozenset[str], origin: str
) -> Checkpoint | None:
    """Return what a file says; one that does not change is read once."""
    try:
        state = path.stat()
        stamp = (state.st_mtime_ns, state.st_size, names, origin)
        if path not in _read or _read[path][0] != stamp:
            _read[path] = (stamp, _checkpoint(path, keys, origin))
    except OSError:
        return None
    return _read[path][1]


def _checkpoint(path: Path, keys: Sequence[Ed25519PublicKey], origin: str) -> Checkpoint | None:
    with path.open("rb") as file:
        content = file.read(MAX_NOTE).decode("utf-8", "replace")
    if origin not in content:  # of another log: its signature is nobody's business here
        return None
    try:
        return read_checkpoint(content, keys)
    except (NotACheckpoint, Forged):
        return None
