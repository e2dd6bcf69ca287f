"""Seal: give committed entries their place in the one order that everybody sees.

AUTO_INCREMENT ids become visible out of order; ``seq`` is given after the commit, under
the lock of the head, so that a reader who saw n never meets an entry below it later.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.orm import Session

from dashboard.stream import totals
from dashboard.stream.chain import first_link, next_link, personal_digest
from dashboard.stream.encoding import personal_bytes, public_bytes
from models import LoginLog, StreamHead, db, write_transaction

#: Entries in one sealing transaction at most.
BATCH = 500
#: ``coalesce`` keeps MariaDB off the index of ``seq``, where it would wait for entries being written.
_SEAL = (
    update(LoginLog)
    .where(LoginLog.id == bindparam("row"), func.coalesce(LoginLog.seq, 0) == 0)
    .values({name: bindparam(f"sealed_{name}") for name in ("seq", "chain", "personal")})
)


class SealConflict(Exception):
    """Somebody sealed without the head's lock; the transaction was rolled back."""


def seal_all() -> int:
    """Seal until nothing is left; return how many entries were sealed."""
    total = count = seal_once()
    while count == BATCH:
        count = seal_once()
        total += count
    return total


def seal_once() -> int:
    """Seal up to 500 entries in one short transaction; return how many."""
    return write_transaction(_seal) if _waiting() else 0


def _waiting() -> bool:
    """Whether an unsealed entry is visible; spares idle sweeps the head's lock."""
    found = db.session.scalar(select(LoginLog.id).where(LoginLog.seq.is_(None)).limit(1))
    db.session.rollback()
    return found is not None


def _seal(session: Session) -> int:
    head = session.scalars(select(StreamHead).with_for_update()).one()
    rows = _unsealed(session)
    if not rows:
        return 0
    seals = _seals(rows, head)
    _write(session, seals)
    totals.add(session, (totals.kind(row.occurred_at, row.action, row.outcome, row.reason) for row in rows))
    head.seq, head.chain = seals[-1]["sealed_seq"], seals[-1]["sealed_chain"]
    return len(rows)


def _unsealed(session: Session) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the oldest unsealed entries; the head's lock guards them, they are not locked."""
    dialect = session.get_bind().dialect.name
    columns = (LoginLog.id, LoginLog.nonce, LoginLog.occurred_at, LoginLog.action, LoginLog.outcome)
    encoded = (public_bytes(dialect).label("public"), personal_bytes(dialect).label("personal"))
    statement = select(*columns, LoginLog.reason, *encoded).where(LoginLog.seq.is_(None))
    return session.execute(statement.order_by(LoginLog.id).limit(BATCH)).all()


def _seals(rows: Sequence[Row[*tuple[Any, ...]]], head: StreamHead) -> list[dict[str, Any]]:
    """Return the next number, digest and link of each entry."""
    link, seals = head.chain or first_link(head.origin, head.epoch), []
    for seq, row in enumerate(rows, start=head.seq + 1):
        personal = personal_digest(row.nonce, row.personal)
        link = next_link(link, seq, row.public, personal)
        seals.append({"row": row.id, "sealed_seq": seq, "sealed_chain": link, "sealed_personal": personal})
    return seals


def _write(session: Session, seals: list[dict[str, Any]]) -> None:
    """Store the seals, each on an entry that has none yet."""
    result = session.connection().execute(_SEAL, seals)
    if result.rowcount != len(seals):
        raise SealConflict(f"{len(seals) - result.rowcount} entries were sealed by somebody else")
