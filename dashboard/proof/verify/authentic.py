"""Whether the newest entries, which no checkpoint covers yet, are ours, and the tree over them."""

from typing import Any

from sqlalchemy import select

from dashboard.log.authentic.mac import is_authentic, mac_keys
from dashboard.log.encoding import PUBLIC_BYTES
from dashboard.proof.verify.faults import Broken
from models import LoginLog, db
from models.frontier import Frontier

#: Entries read by one statement.
MAC_BATCH = 5_000


def pruned_tree(pruned: int, anchor_frontier: bytes | None) -> Frontier:
    """Return the tree at the last pruned entry; raises ``Broken`` when the head's was changed."""
    try:
        return Frontier(pruned, anchor_frontier)
    except (ValueError, TypeError):
        raise Broken(None, "the head's tree at the last pruned entry was changed") from None


def check_authentic(frontier: Frontier, last: int, *, trusted: int) -> None:
    """Let ``frontier`` grow over the links up to ``last``, and check the macs of those after ``trusted``.

    Raises ``Broken`` with the first that no Gatehouse with our SECRET_KEY recorded.
    """
    keys = mac_keys()
    facts: tuple[Any, ...] = (LoginLog.seq, LoginLog.mac, LoginLog.place, LoginLog.person, LoginLog.chain)
    for first in range(frontier.size, last, MAC_BATCH):
        stretch = (LoginLog.seq > first) & (LoginLog.seq <= min(first + MAC_BATCH, last))
        some = select(*facts, PUBLIC_BYTES.label("public")).where(stretch).order_by(LoginLog.seq)
        with db.engine.connect() as connection:
            rows = connection.execute(some).all()
        for row in rows:
            is_ours = row.seq <= trusted or is_authentic(keys, row.mac, row.public, row.place, row.person)
            if not is_ours:
                raise Broken(row.seq, "it was not recorded by a Gatehouse with this SECRET_KEY")
        frontier.extend(row.chain for row in rows)
