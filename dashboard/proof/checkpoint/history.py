"""The checkpoints of one log, by time: only what our key signed counts, whatever a file is called."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dashboard.proof.checkpoint.checkpoint import (
    Checkpoint,
    ForeignKey,
    Forged,
    NotACheckpoint,
    key_id,
    parse_checkpoint,
)
from dashboard.proof.checkpoint.key import NoKey, read_key

#: The time in a file's name, so that names are in the order of time.
STAMP = "%Y%m%dT%H%M%SZ"
_START, _END = datetime(1970, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class History:
    """The checkpoints of ``origin`` that lie in a folder now; each is read when it is asked for."""

    def __init__(self, folder: Path, key: Path, origin: str) -> None:
        self._folder, self._origin, self._names = folder, origin, list[str]()
        try:
            self._public = read_key(key).public_key()
        except NoKey:
            return
        self._begin = prefix(origin, key_id(self._public))
        self._names = sorted(path.name for path in folder.glob(f"{self._begin}*Z.json"))

    def newest(self, *, after: datetime = _START, until: datetime = _END) -> Checkpoint | None:
        """Return the newest checkpoint with after < time <= until, or None."""
        return next(self.backwards(after=after, until=until), None)

    def oldest(self, *, since: datetime, until: datetime = _END) -> Checkpoint | None:
        """Return the oldest checkpoint with since <= time <= until, or None."""
        return next(self._read(self._between(since - timedelta.resolution, until)), None)

    def backwards(self, *, after: datetime = _START, until: datetime = _END) -> Iterator[Checkpoint]:
        """Yield the checkpoints with after < time <= until, the newest first."""
        return self._read(reversed(self._between(after, until)))

    def _between(self, after: datetime, until: datetime) -> list[str]:
        """Return the names of the times after < time <= until; they are whole seconds."""
        if not self._names:
            return []
        first, last = (
            bisect_right(self._names, f"{self._begin}{limit:{STAMP}}.json") for limit in (after, until)
        )
        return self._names[first:last]

    def _read(self, names: Iterable[str]) -> Iterator[Checkpoint]:
        """Yield what is a checkpoint of this log, signed with our key, at the time of its name."""
        for name in names:
            try:
                found = parse_checkpoint((self._folder / name).read_text("utf-8", "replace"))
                found.check_signature(self._public)
            except (OSError, NotACheckpoint, ForeignKey, Forged):
                continue
            if found.origin == self._origin and name == f"{self._begin}{found.time:{STAMP}}.json":
                yield found


def prefix(origin: str, key: str) -> str:
    """Return how the names of a log's checkpoints begin."""
    return f"{origin[:8]}-{key[:8]}-"
