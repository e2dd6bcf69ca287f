"""What somebody with the database's password may do to it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Table, and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dashboard.log.sealer import seal_all
from dashboard.proof.verify.faults import Broken
from dashboard.proof.verify.verify import current_standing, verify
from models import LoginLog, LoginTotal, StreamHead, db, write_transaction
from models.database.types import Ip, pack_ip, unpack_ip
from tests.support.book import entry, store, various
from tests.support.proof import history

LOG: Table = LoginLog.__table__  # type: ignore[assignment]
HEAD: Table = StreamHead.__table__  # type: ignore[assignment]
TOTALS: Table = LoginTotal.__table__  # type: ignore[assignment]
ODD = "\\ 'q\" \x00 \r\n é 😀 \u202e"
#: Everything of the book.
Copy = dict[Table, list[dict[str, Any]]]


def sealed_book() -> int:
    """Store entries of every kind, seal them and return how many."""
    full = {
        "peer_ip": "::1",
        "asn": 64500,
        "actor_id": 7,
        "actor_name": "root",
        "request_id": "r-1",
        "new_device": True,
    }
    more = {"user_agent": ODD * 25, "os": "Haiku", "device": "Mac", "auth_method": "password", "detail": "{}"}
    store([*various(), entry(90, ODD, **full, **more), entry(91, None), entry(92, "zoë")])
    return seal_all()


def fault(checkpoint: Any = None) -> Broken | None:
    """Verify the book and return what is wrong with it."""
    try:
        verify(current_standing(), history(checkpoint), lambda _: None)
    except Broken as broken:
        return broken
    return None


def copied() -> Copy:
    """Return a copy of the book, as a backup would be."""
    with db.engine.connect() as connection:
        return {
            table: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in (LOG, HEAD, TOTALS)
        }


def restored(copy: Copy) -> None:
    """Put a copy in place of what there is."""

    def work(session: Session) -> None:
        for table, rows in copy.items():
            session.execute(delete(table))
            for row in rows:
                session.execute(insert(table).values(row))

    write_transaction(work)


def changed(table: Table, where: Any, **values: Any) -> bool:
    """Change rows of a table; return False when the database itself refuses."""
    try:
        write_transaction(lambda session: session.execute(update(table).where(where).values(**values)))
    except IntegrityError:
        return False
    return True


def key(row: dict[str, Any]) -> Any:
    """Return the condition that finds a row of the totals."""
    return and_(*(column == row[column.name] for column in TOTALS.primary_key))


def flipped(table: Table, column: str, value: Any, bit: int) -> Any:
    """Return ``value`` with one bit flipped, ``bit`` taken modulo its length; None when that is no value."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value ^ 1 << bit % 62
    if isinstance(value, datetime):
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        return epoch + timedelta(microseconds=((value - epoch) // timedelta(microseconds=1)) ^ 1 << bit % 50)
    if isinstance(table.c[column].type, Ip):
        return unpack_ip(_flip(pack_ip(value), bit))
    if isinstance(value, UUID):
        return UUID(bytes=_flip(value.bytes, bit))
    if isinstance(value, str):
        return _text(_flip(value.encode(), bit))
    return _flip(value, bit)


def swapped(one: int, other: int, *columns: str) -> None:
    """Exchange columns of two entries, all but ``seq`` when none are named."""
    rows = {row["seq"]: row for row in copied()[LOG]}
    names = columns or tuple(name for name in rows[one] if name != "seq")

    def work(session: Session) -> None:
        session.execute(delete(LOG).where(LOG.c.seq.in_((one, other))))
        for here, there in ((one, other), (other, one)):
            session.execute(insert(LOG).values(rows[here] | {name: rows[there][name] for name in names}))

    write_transaction(work)


def duplicated(seq: int, new_seq: int | None) -> None:
    """Add a copy of an entry under another number."""
    [row] = [row for row in copied()[LOG] if row["seq"] == seq]
    fresh = {"id": row["id"] + 10_000, "event_id": uuid4(), "seq": new_seq}
    write_transaction(lambda session: session.execute(insert(LOG).values(row | fresh)))


def removed(low: int, high: int) -> None:
    """Delete entries."""
    write_transaction(lambda session: session.execute(delete(LOG).where(LOG.c.seq.between(low, high))))


def _flip(data: bytes, bit: int) -> bytes:
    index, offset = divmod(bit % (8 * len(data)), 8)
    return data[:index] + bytes([data[index] ^ 1 << offset]) + data[index + 1 :]


def _text(data: bytes) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None
