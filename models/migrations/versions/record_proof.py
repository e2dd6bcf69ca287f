"""What makes the record believable: the tree beside the chain, which key signs it, rows that are not ours."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from models.database.base import TABLE
from models.database.types import BigId, Digest, Ip, Uid, Utc
from models.frontier import Frontier

revision = "record_proof"
down_revision = "log_and_accounts"
branch_labels = None
depends_on = None

#: Links read by one statement.
STRETCH = 50_000


def upgrade() -> None:
    """Add them; the tree grows over the entries that are sealed already."""
    for column in _head():
        op.add_column("stream_head", column)
    op.execute(sa.text("UPDATE stream_head SET first_epoch = epoch"))
    _quarantine()
    _grow_tree(op.get_bind())


def downgrade() -> None:
    """Take them away, and what was moved aside with them."""
    op.drop_table("quarantine")
    for column in reversed(_head()):
        op.drop_column("stream_head", column.name)


def _head() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("first_epoch", sa.String(32), nullable=False, server_default=""),
        sa.Column("frontier", sa.LargeBinary(2048)),
        sa.Column("anchor_frontier", sa.LargeBinary(2048)),
        sa.Column("secret_id", sa.String(16)),
        sa.Column("checkpoint_key", sa.String(16)),
        sa.Column("checkpoint_size", BigId, nullable=False, server_default="0"),
        sa.Column("signer", sa.String(64)),
        sa.Column("signer_until", Utc),
    )


def _quarantine() -> None:
    op.create_table(
        "quarantine",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("moved_at", Utc, nullable=False, index=True),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("event_id", Uid),
        sa.Column("place", Digest(32)),
        sa.Column("person", Digest(32)),
        sa.Column("place_nonce", Digest(16)),
        sa.Column("person_nonce", Digest(16)),
        sa.Column("mac", Digest(32)),
        sa.Column("occurred_at", Utc),
        sa.Column("action", sa.String(32)),
        sa.Column("outcome", sa.String(16)),
        sa.Column("reason", sa.String(32)),
        sa.Column("user_id", BigId, index=True),
        sa.Column("username", sa.String(64)),
        sa.Column("username_key", sa.String(192)),
        sa.Column("name_ref", Digest(16)),
        sa.Column("actor_id", BigId, index=True),
        sa.Column("actor_name", sa.String(64)),
        sa.Column("session_ref", Uid),
        sa.Column("auth_method", sa.String(32)),
        sa.Column("ip", Ip),
        sa.Column("peer_ip", Ip),
        sa.Column("user_agent", sa.String(512)),
        sa.Column("browser", sa.String(64)),
        sa.Column("os", sa.String(64)),
        sa.Column("device", sa.String(64)),
        sa.Column("country", sa.String(2)),
        sa.Column("asn", BigId),
        sa.Column("source", sa.String(64)),
        sa.Column("new_device", sa.Boolean),
        sa.Column("request_id", sa.String(64)),
        sa.Column("detail", sa.Text),
        **TABLE,
    )


def _grow_tree(connection: sa.Connection) -> None:
    """Lay the tree over the sealed entries; the anchor stands for each of those that are pruned already."""
    head = connection.execute(sa.text("SELECT seq, pruned, anchor FROM stream_head")).one()
    pruned = Frontier.repeated(head.pruned, head.anchor or b"")
    frontier = Frontier(pruned.size, pruned.as_bytes())
    for links in _links(connection, head.pruned, head.seq):
        frontier.extend(links)
    grown = sa.text("UPDATE stream_head SET frontier = :frontier, anchor_frontier = :anchor")
    connection.execute(grown, {"frontier": frontier.as_bytes(), "anchor": pruned.as_bytes()})


def _links(connection: sa.Connection, after: int, last: int) -> Iterator[list[bytes]]:
    stretch = sa.text("SELECT chain FROM login_log WHERE seq > :first AND seq <= :last ORDER BY seq")
    for first in range(after, last, STRETCH):
        found = connection.execute(stretch, {"first": first, "last": min(first + STRETCH, last)})
        yield [bytes(link) for (link,) in found if link is not None]
