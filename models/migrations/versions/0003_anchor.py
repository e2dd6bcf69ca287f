"""The link of the last pruned entry, from which a verification starts."""

import sqlalchemy as sa
from alembic import op

from models.types import Digest

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; nothing is pruned yet."""
    op.add_column("stream_head", sa.Column("anchor", Digest(32)))


def downgrade() -> None:
    """Drop the column; a pruned book can no longer be verified."""
    op.drop_column("stream_head", "anchor")
