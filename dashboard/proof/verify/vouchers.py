"""What the log itself says about entries that were erased or pruned, as far as that is signed."""

import json
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from dashboard.proof.checkpoint.history import History
from dashboard.proof.erase_ranges import Ranges, from_text
from dashboard.proof.verify.standing import Standing
from dashboard.proof.voucher import Voucher
from models import Action, LoginLog, Outcome, StreamHead


@dataclass(frozen=True)
class Vouchers:
    """Reads vouchers of the log at ``standing``: what a known key signed.

    Unsigned ones count as far as a checkpoint speaks for entries that nothing else does.
    """

    standing: Standing
    history: History

    def erased(self, connection: Connection) -> dict[int, Ranges]:
        """Return the entries that erase entries list, by the person they are about.

        A number counts below the erase entry's own only.
        """
        ranges: dict[int, list[tuple[int, int]]] = {}
        for voucher in self._valid(connection, Action.ERASE):
            below = voucher.seq or self.standing.seq + 1
            listed = from_text(str(voucher.detail.get("erased")))
            if voucher.user_id is not None:
                clipped = ((low, min(high, below - 1)) for low, high in listed if low < below)
                ranges.setdefault(voucher.user_id, []).extend(clipped)
        return {person: Ranges(some) for person, some in ranges.items()}

    def places_blank(self, connection: Connection) -> int:
        """Return up to which number places are blank by ``address_purge`` entries; 0 when none says so."""
        reached = 0
        for voucher in self._valid(connection, Action.ADDRESS_PURGE):
            through = voucher.detail.get("through")
            if type(through) is int and through < (voucher.seq or self.standing.seq + 1):
                reached = max(reached, through)
        return reached

    def is_purge_recorded(self, connection: Connection) -> bool:
        """Whether a purge entry covers all that is gone and names the link and the tree where it ended.

        A purge that was interrupted has removed less than its entry says.
        """
        for voucher in self._valid(connection, Action.LOG_PURGE):
            through, named = voucher.detail.get("through"), voucher.detail.get("chain")
            if type(through) is int and through >= self.standing.pruned:
                ended = link_at(connection, through, self.standing)
                if ended is not None and named == ended.hex() and self._has_tree(voucher, through):
                    return True
        return False

    def _has_tree(self, voucher: Voucher, through: int) -> bool:
        """Whether the head keeps the tree that a finished purge ended with; old ones named none."""
        named = voucher.detail.get("frontier")
        if named is None or through > self.standing.pruned:
            return True
        try:
            return b64decode(str(named), validate=True) == (self.standing.anchor_frontier or b"")
        except ValueError:
            return False

    def _valid(self, connection: Connection, action: Action) -> Iterator[Voucher]:
        epochs = self.history.epochs(self.standing.first_epoch)
        trusted, origin = self.history.unauthenticated, self.standing.origin
        for voucher in _claimed(connection, action):
            is_covered = voucher.seq is not None and voucher.seq <= trusted
            epoch = voucher.epoch(origin, epochs, self.history.keys)
            if is_covered or (epoch and self._is_of(epoch, voucher)):
                yield voucher

    def _is_of(self, epoch: str, voucher: Voucher) -> bool:
        """Whether a voucher stands where its epoch was: one that a restore undid vouches no more."""
        ends = [
            found.size
            for found in self.history.checkpoints
            if found.restored and found.restored.epoch == epoch
        ]
        return not ends or (voucher.seq is not None and voucher.seq <= min(ends))


def link_at(connection: Connection, seq: int, standing: Standing | StreamHead) -> bytes | None:
    """Return the stored link of an entry, of the anchor, or None when there is none."""
    if seq == standing.pruned:
        return standing.anchor
    return connection.scalar(select(LoginLog.chain).where(LoginLog.seq == seq).limit(1))


def _claimed(connection: Connection, action: Action) -> Iterator[Voucher]:
    columns: tuple[Any, ...] = (LoginLog.seq, LoginLog.event_id, LoginLog.occurred_at, LoginLog.user_id)
    succeeded = (LoginLog.action == action) & (LoginLog.outcome == Outcome.SUCCESS)
    for row in connection.execute(select(*columns, LoginLog.detail).where(succeeded)):
        try:
            detail = json.loads(row.detail or "{}")
        except (ValueError, TypeError, RecursionError):
            continue
        if isinstance(detail, dict) and row.event_id is not None:
            yield Voucher(row.seq, row.event_id, action, row.occurred_at, row.user_id, detail)
