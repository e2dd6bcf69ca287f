"""Holds the log against its checkpoints, each by what it says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from dashboard.proof.checkpoint.checkpoint import Checkpoint
from dashboard.proof.checkpoint.history import History
from dashboard.proof.verify.faults import Broken
from dashboard.proof.verify.standing import Standing
from models import LoginLog

#: Links read by one statement.
LINK_BATCH = 500


@dataclass(frozen=True, slots=True)
class Findings:
    """How checkpoints stand to an intact log.

    ``agreeing`` ones, by size, are on its chain; ``pruned`` of them are older than all that is kept;
    ``lost`` vouch for entries that a restored backup did not hold, as is signed.
    """

    agreeing: Sequence[Checkpoint] = ()
    pruned: int = 0
    lost: Sequence[Checkpoint] = ()

    @property
    def newest(self) -> Checkpoint | None:
        """The agreeing one that covers most."""
        return self.agreeing[-1] if self.agreeing else None


def hold_against(
    connection: Connection, standing: Standing, history: History, *, only: Checkpoint | None = None
) -> Findings:
    """Return how the checkpoints of ``history``, or the ``only`` one of them, stand to the log.

    Raises ``Broken`` with the smallest that contradicts it.
    """
    checkpoints = history.checkpoints if only is None else [only]
    lost = _lost(checkpoints, history, standing)
    kept = sorted(set(checkpoints).difference(lost), key=_by_size)
    comparable = [found for found in kept if found.size >= standing.pruned]
    if comparable and comparable[-1].size > standing.seq:
        raise missing(standing, comparable[-1])
    for found, link in _links(connection, standing, comparable):
        if link != found.chain:
            raise Broken(found.size, f"{_told(found)} with another link: rewritten, or another copy restored")
    return Findings(comparable, len(kept) - len(comparable), lost)


def missing(standing: Standing, checkpoint: Checkpoint) -> Broken:
    """Return what is wrong with a log that ends before a checkpoint does."""
    told = f"missing; {_told(checkpoint)}: an older copy was restored or the end cut off"
    return Broken(standing.seq + 1, told)


def _by_size(checkpoint: Checkpoint) -> tuple[int, bool, datetime]:
    """Return what orders checkpoints; of two over as many entries that with a tree is the later."""
    return checkpoint.size, checkpoint.frontier is not None, checkpoint.time


def _told(checkpoint: Checkpoint) -> str:
    return f"the checkpoint of {checkpoint.time:%F %T} UTC vouches for {checkpoint.size} entries"


def _lost(checkpoints: Sequence[Checkpoint], history: History, standing: Standing) -> list[Checkpoint]:
    """Return those that cover more than the log went on from in a later epoch, as is signed."""
    order = {epoch: number for number, epoch in enumerate(history.epochs(standing.first_epoch))}
    restores = [found for found in history.checkpoints if found.restored]
    return [
        found
        for found in checkpoints
        if any(after.size < found.size and order[found.epoch] < order[after.epoch] for after in restores)
    ]


def _links(
    connection: Connection, standing: Standing, checkpoints: Sequence[Checkpoint]
) -> Iterator[tuple[Checkpoint, bytes | None]]:
    """Yield each with the link that the log has there."""
    for first in range(0, len(checkpoints), LINK_BATCH):
        some = checkpoints[first : first + LINK_BATCH]
        sizes = LoginLog.seq.in_([found.size for found in some])
        rows = connection.execute(select(LoginLog.seq, LoginLog.chain).where(sizes))
        links = {row.seq: row.chain for row in rows}
        links[standing.pruned] = standing.anchor
        yield from ((found, links.get(found.size)) for found in some)
