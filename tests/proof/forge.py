"""What somebody who knows the code and can write to the database does to make it look right again."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, delete, func, insert, select, text, update

from dashboard.log.chain import first_link, group_digest, next_link
from dashboard.log.encoding import PERSON_BYTES, PLACE_BYTES, PUBLIC_BYTES
from models import LoginLog, LoginTotal, StreamHead
from models.frontier import Frontier

LOG = LoginLog.__table__
HEAD = StreamHead.__table__
TOTALS = LoginTotal.__table__
Row = dict[str, Any]


def rows(connection: Connection) -> list[Row]:
    """Return the sealed entries in their order."""
    found = connection.execute(select(LOG).where(LOG.c.seq.is_not(None)).order_by(LOG.c.seq))
    return [dict(row) for row in found.mappings()]


def put(connection: Connection, row: Mapping[str, Any], **changes: Any) -> Row:
    """Insert a copy of a row with an identity of its own."""
    highest = connection.scalar(select(func.max(LOG.c.id))) or 0
    fresh = {"id": highest + 1, "event_id": uuid4(), "seq": None, "chain": None}
    made = {**row, **fresh, **changes}
    connection.execute(insert(LOG).values(made))
    return made


def account(connection: Connection, **odd: str) -> None:
    """Insert an account like any other but for ``odd`` columns, which are SQL."""
    usual = {"username": "'x'", "username_key": "'x'", "hobbies": "'[]'", "role": "'user'", "disabled": "0"}
    values = usual | {"created_at": "'2026-01-01 00:00:00.000000'"} | odd
    connection.execute(text(f"INSERT INTO user ({', '.join(values)}) VALUES ({', '.join(values.values())})"))


def change(connection: Connection, seq: int, **values: Any) -> None:
    """Change an entry."""
    connection.execute(update(LOG).where(LOG.c.seq == seq).values(**values))


def blank(connection: Connection, low: int, high: int, *names: str) -> None:
    """Blank columns of entries."""
    stretch = LOG.c.seq.between(low, high)
    connection.execute(update(LOG).where(stretch).values(dict.fromkeys(names)))


def remove(connection: Connection, low: int, high: int) -> None:
    """Delete entries."""
    connection.execute(delete(LOG).where(LOG.c.seq.between(low, high)))


def renumber(connection: Connection) -> None:
    """Close the gaps between the numbers."""
    pruned = connection.scalars(select(HEAD.c.pruned)).one()
    for seq, row in enumerate(rows(connection), pruned + 1):
        connection.execute(update(LOG).where(LOG.c.id == row["id"]).values(seq=seq))


def head(connection: Connection, **values: Any) -> None:
    """Change the head."""
    connection.execute(update(HEAD).values(**values))


def recompute(connection: Connection) -> None:
    """Make digests, links, head, tree and totals fit what stands there now."""
    now = connection.execute(select(HEAD)).one()
    link = now.anchor if now.pruned else first_link(now.origin, now.first_epoch)
    frontier = Frontier(now.pruned, now.anchor_frontier)
    columns = (LOG.c.id, LOG.c.seq, LOG.c.place, LOG.c.person, LOG.c.place_nonce, LOG.c.person_nonce)
    encoded = (PUBLIC_BYTES.label("public"), PLACE_BYTES.label("where_"), PERSON_BYTES.label("who"))
    found = connection.execute(select(*columns, *encoded).where(LOG.c.seq.is_not(None)).order_by(LOG.c.seq))
    seq = now.pruned
    for row in found.all():
        seq = row.seq
        place = group_digest(row.place_nonce, row.where_) if row.place_nonce else row.place
        person = group_digest(row.person_nonce, row.who) if row.person_nonce else row.person
        link = next_link(link, seq, row.public, place, person)
        frontier.extend([link])
        sealed = {"place": place, "person": person, "chain": link}
        connection.execute(update(LOG).where(LOG.c.id == row.id).values(**sealed))
    is_empty = seq == now.pruned
    head(connection, seq=seq, chain=now.anchor if is_empty else link, frontier=frontier.as_bytes())
    _count(connection)


def _count(connection: Connection) -> None:
    """Make the totals those of the entries; those of pruned ones stay with the newest quarter hour."""
    counts: dict[tuple[Any, ...], int] = {}
    for row in rows(connection):
        moment = row["occurred_at"]
        quarter = moment - timedelta(
            minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond
        )
        key = (quarter, row["action"], row["outcome"], row["reason"] or "")
        counts[key] = counts.get(key, 0) + 1
    pruned = connection.scalars(select(HEAD.c.pruned - HEAD.c.uncounted)).one()
    connection.execute(delete(TOTALS))
    for number, (key, count) in enumerate(counts.items()):
        values = dict(zip(("quarter", "action", "outcome", "reason"), key, strict=True))
        more = 0 if number else pruned
        connection.execute(insert(TOTALS).values(**values, count=count + more))


def detail(**facts: Any) -> str:
    """Return the canonical JSON of an entry's detail."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"))
