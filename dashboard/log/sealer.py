"""Seal: give committed entries their place in the one order that everybody sees.

AUTO_INCREMENT ids become visible out of order; ``seq`` is given after the commit, under
the lock of the head, so that a reader who saw n never meets an entry below it later.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.background import schedule
from dashboard.log import seals, totals
from dashboard.log.authentic import quarantine
from dashboard.log.authentic.mac import mac_keys
from dashboard.log.authentic.unsealed import Unsealed, pruned_before, read_waiting
from dashboard.log.chain import first_link, next_link
from dashboard.log.head import BrokenStream, require_known_encoding
from dashboard.log.seals import Seal
from dashboard.web import errors
from models import LoginLog, StreamHead, db, write_transaction
from models.database.types import NO_TIME
from models.frontier import Frontier

#: Entries in one sealing transaction at most.
SEAL_BATCH = 500


class SealConflict(Exception):
    """Somebody sealed without the head's lock; the transaction was rolled back."""


class Sealing(NamedTuple):
    """How many entries one transaction ``sealed``, and why it moved other rows aside, by their ids."""

    sealed: int
    foreign: dict[int, str]


def init_app(app: Flask) -> None:
    """Have entries sealed in the background; a page that cannot read on says that it is not possible now."""
    schedule.seal_with(app, seal_batches)
    errors.unavailable_after(app, BrokenStream)


def seal_all() -> int:
    """Seal until nothing is left; return how many entries were sealed."""
    return sum(seal_batches())


def seal_batches() -> Iterator[int]:
    """Seal until nothing is left; yield how many entries after each batch."""
    is_more = True
    while is_more:
        sealing = seal_once()
        is_more = sealing.sealed >= SEAL_BATCH or bool(sealing.foreign)
        yield sealing.sealed


def seal_once() -> Sealing:
    """Seal up to a batch in one short transaction, and move aside what is none of ours."""
    if not _is_waiting():
        return Sealing(0, {})
    sealing = write_transaction(_seal)
    quarantine.told(sealing.foreign)
    return sealing


def _is_waiting() -> bool:
    """Whether an unsealed entry is visible; spares idle sweeps the head's lock."""
    unsealed = db.session.scalar(select(LoginLog.id).where(LoginLog.seq.is_(None)).limit(1))
    db.session.rollback()
    return unsealed is not None


def _seal(session: Session) -> Sealing:
    """Seal some entries and move aside what is none; the head's lock guards both."""
    head = session.scalars(select(StreamHead).with_for_update()).one()
    require_known_encoding(head.encoding)
    since = pruned_before(session, mac_keys()) if head.pruned else NO_TIME
    waiting = read_waiting(session, mac_keys(), SEAL_BATCH, since)
    if waiting.entries:
        _store(session, head, waiting.entries)
    quarantine.move(session, waiting.foreign)
    return Sealing(len(waiting.entries), waiting.foreign)


def _store(session: Session, head: StreamHead, entries: Sequence[Unsealed]) -> None:
    sealed = _seals(entries, head)
    stored = seals.store_seals(session.connection(), sealed)
    if stored != len(sealed):
        raise SealConflict(f"{len(sealed) - stored} entries were sealed by somebody else")
    totals.add(session, (entry.kind for entry in entries))
    head.frontier = _grown(head, [seal.chain for seal in sealed])
    head.seq, head.chain = sealed[-1].seq, sealed[-1].chain


def _grown(head: StreamHead, links: list[bytes]) -> bytes | None:
    """Return the frontier after the next links; one that was changed stops checkpoints only."""
    try:
        frontier = Frontier(head.seq, head.frontier)
    except (ValueError, TypeError):
        return None
    frontier.extend(links)
    return frontier.as_bytes()


def _seals(entries: Sequence[Unsealed], head: StreamHead) -> list[Seal]:
    """Return the next number, link and digests of each entry."""
    link, sealed = head.chain or first_link(head.origin, head.first_epoch), list[Seal]()
    for seq, entry in enumerate(entries, start=head.seq + 1):
        link = next_link(link, seq, entry.public, entry.place, entry.person)
        sealed.append(Seal(entry.id, seq, link, entry.place, entry.person))
    return sealed
