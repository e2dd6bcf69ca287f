"""Seal: give committed entries their place in the one order that everybody sees.

AUTO_INCREMENT ids become visible out of order; ``seq`` is given after the commit, under
the lock of the head, so that a reader who saw n never meets an entry below it later.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Flask
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from dashboard.background import schedule
from dashboard.log import seals, totals
from dashboard.log.chain import first_link, group_digest, next_link
from dashboard.log.encoding import PERSON_BYTES, PLACE_BYTES, PUBLIC_BYTES
from dashboard.log.head import require_known_encoding
from dashboard.log.seals import Seal
from models import LoginLog, StreamHead, db, write_transaction

#: Entries in one sealing transaction at most.
SEAL_BATCH = 500


class SealConflict(Exception):
    """Somebody sealed without the head's lock; the transaction was rolled back."""


def init_app(app: Flask) -> None:
    """Have entries sealed in the background."""
    schedule.seal_with(app, seal_batches)


def seal_all() -> int:
    """Seal until nothing is left; return how many entries were sealed."""
    return sum(seal_batches())


def seal_batches() -> Iterator[int]:
    """Seal until nothing is left; yield how many entries after each batch."""
    count = SEAL_BATCH
    while count == SEAL_BATCH:
        count = seal_once()
        yield count


def seal_once() -> int:
    """Seal up to 500 entries in one short transaction; return how many."""
    return write_transaction(_seal) if _waiting() else 0


def _waiting() -> bool:
    """Whether an unsealed entry is visible; spares idle sweeps the head's lock."""
    unsealed = db.session.scalar(select(LoginLog.id).where(LoginLog.seq.is_(None)).limit(1))
    db.session.rollback()
    return unsealed is not None


def _seal(session: Session) -> int:
    head = session.scalars(select(StreamHead).with_for_update()).one()
    require_known_encoding(head.encoding)
    rows = _unsealed(session)
    if not rows:
        return 0
    sealed = _seals(rows, head)
    stored = seals.store_seals(session.connection(), sealed)
    if stored != len(sealed):
        raise SealConflict(f"{len(sealed) - stored} entries were sealed by somebody else")
    totals.add(session, (totals.kind(row.occurred_at, row.action, row.outcome, row.reason) for row in rows))
    head.seq, head.chain = sealed[-1].seq, sealed[-1].chain
    return len(rows)


def _unsealed(session: Session) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the oldest unsealed entries; the head's lock guards them, they are not locked."""
    kind = (LoginLog.occurred_at, LoginLog.action, LoginLog.outcome, LoginLog.reason)
    encoded = (
        PUBLIC_BYTES.label("public"),
        PLACE_BYTES.label("place_fields"),
        PERSON_BYTES.label("person_fields"),
    )
    columns: tuple[Any, ...] = (LoginLog.id, LoginLog.place_nonce, LoginLog.person_nonce, *kind, *encoded)
    statement = select(*columns).where(LoginLog.seq.is_(None))
    return session.execute(statement.order_by(LoginLog.id).limit(SEAL_BATCH)).all()


def _seals(rows: Sequence[Row[*tuple[Any, ...]]], head: StreamHead) -> list[Seal]:
    """Return the next number, link and digests of each entry."""
    link, sealed = head.chain or first_link(head.origin, head.epoch), list[Seal]()
    for seq, row in enumerate(rows, start=head.seq + 1):
        place = group_digest(row.place_nonce, row.place_fields)
        person = group_digest(row.person_nonce, row.person_fields)
        link = next_link(link, seq, row.public, place, person)
        sealed.append(Seal(row.id, seq, link, place, person))
    return sealed
